/**
 * The forward pass that keeps the most promises: the step level of `punctual`. Pure, and a few microseconds long.
 *
 * Sequences fall into four groups, in this order of right to the device:
 *   urgent    a first token was promised and can still be on time
 *   tails     completions whose first token is out, or late by little: no promise is left, but somebody is looking at them, and their
 *             document's prefix serves the next keystroke
 *   committed a last token was promised and can still be on time
 *   rest      relegated by the task level, or found hopeless here: it runs on what the others leave
 *
 * 1. Every {@link agedTurn}th pass belongs to the rest, the oldest first, when somebody in it is late by {@link passAgedMs}: nobody starves.
 * 2. Urgent ones: earliest deadline first, without those that would make others late (Moore–Hodgson). While their slack leaves a
 *    reserve for more, commitments that are pressed decode before them, and tails between two chunks: of completions that wait, most
 *    are superseded before they cost anything.
 * 3. Where sequences decode together, a commitment's prompt goes before all others: it then decodes in everybody's batches. Else, of all
 *    others, the first group that has anything to do is served. Within one group prefills and decodes alternate, and a prompt of
 *    a lower group is prefilled before decodes when a larger batch is the better one and the slack of those that decode allows it.
 * 4. A decode takes tails first, those nearest to their end, then the committed by deadline, then the rest by age: as many as the
 *    measured table says is best (punctual-pass.ts).
 */
import { prefillTotalMs } from '../estimate.ts';
import type { Policy } from '../policy.ts';
import { awaitsFirstToken, type SequenceView, type StepPlan, type StepView } from '../step.ts';
import { allMechanisms, type PunctualOptions } from './punctual-options.ts';
import {
  byAge,
  byCandidateDeadline,
  bySolo,
  type Candidate,
  candidateOf,
  decode,
  decodesTogether,
  longestPassMs,
  pays,
  prefill,
  smallestChunkMs,
  type Turn,
  tightest,
} from './punctual-pass.ts';

/**
 * A sequence of the rest gets its share of the passes when its deadline passed this long ago, in ms. Sooner than a task that waits gets a
 * sequence for that (sequenceAgedMs in punctual.ts): whoever got one so must go on in it.
 */
const passAgedMs = 20_000;

/** Every so many passes one is for aged sequences: a share of 1/8 of the passes at least. */
export const agedTurn = 8;

/**
 * A sequence is hopeless for one pass by this share of its predicted work, as the prediction may be wrong. Nearer to 1 than what a task is
 * given up by for good (toldHopeShare in punctual.ts): the next pass asks again.
 */
const passHopeShare = 0.95;

/** A late completion is nobody's any more when its deadline passed by this many times what was promised. */
const lateTargetsMax = 2;

/**
 * A promised first token waits for others only while this share of its promise stays as a reserve: more may arrive. Four of five completions
 * are superseded by the next keystroke, and what was evaluated for them is wasted.
 */
const yieldReserve = 0.35;

/** A commitment is pressed when less than this share of its promise is slack. One with more to lose makes nobody wait. */
const pressedShare = 0.6;

/** See {@link byTurns}. */
const turnsWeight = 0.1;

interface Groups {
  readonly urgent: Candidate[];
  readonly tails: Candidate[];
  readonly committed: Candidate[];
  readonly rest: Candidate[];
}

export function plannerOf(options: PunctualOptions = allMechanisms): Policy['planStep'] {
  return (view: StepView): StepPlan | undefined => plan({ ...view, options });
}

export const planStep = plannerOf();

function plan(turn: Turn): StepPlan | undefined {
  const groups = groupsOf(turn);
  if (turn.passes % agedTurn === agedTurn - 1) {
    const aged = groups.rest.filter(({ view }) => turn.nowMs - view.deadlineMs > passAgedMs).sort(byAge);
    if (aged.length > 0) return serveAged(aged, turn); // 1
  }
  return groups.urgent.length > 0 ? serveUrgent(groups, turn) : serveOthers(groups, turn);
}

function groupsOf(turn: Turn): Groups {
  const groups: Groups = { urgent: [], tails: [], committed: [], rest: [] };
  for (const sequence of turn.sequences) {
    const candidate = candidateOf(sequence, turn);
    groups[groupOf(candidate, turn)].push(candidate);
  }
  groups.urgent.sort(byCandidateDeadline);
  if (turn.options.relegates) relegateLate(groups, turn.nowMs);
  groups.tails.sort(bySolo);
  groups.committed.sort(byTurns);
  groups.rest.sort(byRestOrder);
  return groups;
}

function groupOf({ view, leastMs }: Candidate, { nowMs, options }: Turn): keyof Groups {
  if (view.promise === 'ttft' && view.started) return 'tails';
  if (view.relegated && view.promise === 'ttft') return 'rest';
  const isHopeless = options.relegates && (view.relegated || nowMs + leastMs * passHopeShare > view.deadlineMs);
  if (view.promise === 'e2e') return isHopeless ? 'rest' : 'committed';
  if (!isHopeless) return 'urgent';
  return nowMs - view.deadlineMs > lateTargetsMax * targetMs(view) ? 'rest' : 'tails';
}

function targetMs({ deadlineMs, arrivalMs }: SequenceView): number {
  return deadlineMs - arrivalMs;
}

/**
 * By deadline; of those with nearly the same one, who has most left to do: where the best batch is smaller than the group they take turns and
 * end together, in batches of that size to the last token. A larger share of the work costs goodput (bench replay, `cpu`, tuning: 0.25 loses
 * 0.4 points, 1 loses 1.7; this one none).
 */
function byTurns(a: Candidate, b: Candidate): number {
  const rank = ({ view, soloMs }: Candidate): number => view.deadlineMs - turnsWeight * soloMs;
  return rank(a) - rank(b) || byCandidateDeadline(a, b);
}

/** Completions first, as they are short; then the oldest. */
function byRestOrder(a: Candidate, b: Candidate): number {
  const isLong = ({ view }: Candidate): number => Number(view.promise !== 'ttft');
  return isLong(a) - isLong(b) || byAge(a, b);
}

/** Moore–Hodgson: in order of deadline, and whenever one would be late, the longest one so far leaves. */
function relegateLate({ urgent, tails }: Groups, nowMs: number): void {
  let workMs = 0;
  for (let index = 0; index < urgent.length; index += 1) {
    const candidate = urgent[index];
    if (candidate === undefined) break;
    workMs += candidate.soloMs;
    if (nowMs + workMs * passHopeShare <= candidate.view.deadlineMs) continue;
    const [late] = urgent.splice(indexOfLongest(urgent, index), 1);
    if (late === undefined) break;
    tails.push(late);
    workMs -= late.soloMs;
    index -= 1;
  }
}

function indexOfLongest(candidates: readonly Candidate[], last: number): number {
  let longest = 0;
  for (let index = 1; index <= last; index += 1) {
    if ((candidates[index]?.soloMs ?? 0) > (candidates[longest]?.soloMs ?? 0)) longest = index;
  }
  return longest;
}

/** The oldest one has a part in the pass, whatever else is late: nothing that comes after it can hold it up. */
function serveAged(aged: readonly Candidate[], turn: Turn): StepPlan {
  const [oldest] = aged;
  if (oldest === undefined) throw new Error('There is nobody aged.');
  const order = decoding(aged);
  return oldest.view.decoding ? decode(order, turn, order.length).plan : prefill(oldest, turn);
}

function serveUrgent({ urgent, tails, committed }: Groups, turn: Turn): StepPlan {
  const [first] = urgent;
  if (first === undefined) throw new Error('There is nobody urgent.');
  const begun = decoding(tails);
  const bound = decoding(committed);
  const isTheirTurn = begun.length > 0 && turn.lastKind === 'prefill';
  if (turn.options.yields && (isTheirTurn || isPressed(bound))) {
    const { plan: pass, ms } = decode([...begun, ...bound], turn, begun.length);
    if (ms < laxityOf(urgent, turn.nowMs) - yieldReserve * targetMs(first.view)) return pass;
  }
  return prefill(first, turn);
}

/** Whether one of them has so little time to lose that the next completions may break its promise. */
function isPressed(candidates: readonly Candidate[]): boolean {
  const tight = tightest(candidates);
  return tight !== undefined && tight.slackMs < pressedShare * targetMs(tight.view);
}

/** How long all urgent ones together can wait without one of them being late. */
function laxityOf(urgent: readonly Candidate[], nowMs: number): number {
  let endMs = nowMs;
  let laxityMs = Number.POSITIVE_INFINITY;
  for (const { soloMs, view } of urgent) {
    endMs += soloMs;
    laxityMs = Math.min(laxityMs, view.deadlineMs - endMs);
  }
  return laxityMs;
}

function serveOthers({ tails, committed, rest }: Groups, turn: Turn): StepPlan | undefined {
  const isTogether = decodesTogether(turn.costs, turn.limits.decodeSequences);
  const newcomer = committed.find(({ view }) => !view.decoding);
  if (isTogether && newcomer !== undefined && canWait(decoding(committed), newcomer, turn))
    return prefill(newcomer, turn); // 3
  const groups = [tails, committed, rest];
  const decodes = groups.map(decoding);
  const order = decodes.flat();
  const favoured = decodes.find((group) => group.length > 0)?.length ?? 0;
  const guests = order.length - decoding(rest).length;
  const prefills = groups.map((group) => group.find(({ view }) => !view.decoding));
  const prefillRank = prefills.findIndex((first) => first !== undefined);
  const decodeRank = decodes.findIndex((group) => group.length > 0);
  const first = prefills[prefillRank];
  if (first === undefined) return order.length === 0 ? undefined : decode(order, turn, favoured, guests).plan;
  if (decodeRank < 0 || prefillRank < decodeRank) return prefill(first, turn);
  const slackMs = isTogether
    ? Number.POSITIVE_INFINITY
    : (tightest(decoding(committed))?.slackMs ?? Number.POSITIVE_INFINITY);
  if (mayPrefill(first, prefillRank === decodeRank, order.length, slackMs, turn))
    return prefill(first, turn, slackMs / 2);
  return decode(order, turn, favoured, guests).plan;
}

/** Whether those that decode for a promise can wait for a whole prompt. One that is late by itself has nothing left to lose. */
function canWait(others: readonly Candidate[], { view }: Candidate, { costs, limits }: Turn): boolean {
  const promptMs = prefillTotalMs(costs, view.tokensLeft, view.contextTokens, limits.chunkTokens);
  return others.every(({ slackMs }) => slackMs < 0 || slackMs > promptMs);
}

/** Whether a prompt goes before decodes of its own or a better group: those can wait for a chunk, and a larger batch is worth it. */
function mayPrefill(first: Candidate, isEqual: boolean, others: number, slackMs: number, turn: Turn): boolean {
  if (slackMs < smallestChunkMs(first, turn) + longestPassMs(turn) || turn.lastKind === 'prefill') return false;
  if (isEqual && awaitsFirstToken(first.view)) return true;
  return others < turn.limits.decodeSequences && pays(turn.costs, others);
}

function decoding(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ view }) => view.decoding);
}
