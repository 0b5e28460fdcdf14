/**
 * The forward pass that keeps the most promises: the step level of `punctual`. Pure, and a few microseconds long.
 *
 * Sequences fall into four groups, in this order of right to the device:
 *   urgent    a first token was promised and can still be on time
 *   tails     completions whose first token is out: no promise is left, but somebody is looking at them
 *   committed a last token was promised and can still be on time
 *   rest      relegated by the task level, or found hopeless here: it runs on what the others leave
 *
 * 1. Every {@link agedTurn}th pass belongs to the rest, when somebody in it has waited beyond {@link agedMs}: nobody starves.
 * 2. Urgent ones: earliest deadline first, without those that would make others late (Moore–Hodgson). A tail takes a turn between two
 *    chunks when the slack allows. A committed one goes first only when the urgent ones can wait until it has ended: its last token
 *    is then a promise kept for a delay that costs none.
 * 3. Tails decode, those nearest to their end first; a committed one without slack takes every second turn.
 * 4. Committed ones: earliest deadline first. A prompt is prefilled ahead of decodes when a larger batch is the better one and the
 *    slack of those that decode allows it; its chunk is sized by the smallest slack.
 * 5. The rest: completions first, then the shortest remaining work.
 * A decode takes as many sequences as the measured table says is best, of those in order, as long as each one's pace allows it.
 */
import { type Costs, prefillTotalMs } from '../estimate.ts';
import { awaitsFirstToken, byDeadline, type SequenceView, type StepPlan, type StepView } from '../step.ts';

/** A sequence of the rest is aged when its deadline passed this long ago, in ms. */
const agedMs = 20_000;

/** Every so many passes one is for aged sequences: a share of 1/8 of the passes at least. */
const agedTurn = 8;

/** Below this many tokens a chunk costs more per token than it spares in waiting. */
const chunkTokensMin = 16;

/** A prediction this much too high does not make a task hopeless, as it may be wrong by that much. */
const hopeShare = 0.9;

/** A turn between two chunks of a promised first token leaves this share of its promise as a reserve: more may arrive. */
const turnReserve = 0.3;

interface Candidate {
  readonly view: SequenceView;
  /** Time on the device that it needs when served alone, in ms: to its first token (urgent) or its last (others). */
  readonly soloMs: number;
  /** What is left of its time when it is served alone from now on. */
  readonly slackMs: number;
}

interface Groups {
  readonly urgent: Candidate[];
  readonly tails: Candidate[];
  readonly committed: Candidate[];
  readonly rest: Candidate[];
}

export function planStep(view: StepView): StepPlan | undefined {
  const groups = groupsOf(view);
  const { rest } = groups;
  if (rest.length > 0 && view.passes % agedTurn === agedTurn - 1) {
    const aged = rest.filter((candidate) => view.nowMs - candidate.view.deadlineMs > agedMs);
    if (aged.length > 0) return serveRest(aged, view); // 1
  }
  return groups.urgent.length > 0 ? serveUrgent(groups, view) : serveOthers(groups, view);
}

function groupsOf(view: StepView): Groups {
  const groups: Groups = { urgent: [], tails: [], committed: [], rest: [] };
  for (const sequence of view.sequences) {
    const candidate = candidateOf(sequence, view);
    groups[groupOf(candidate, view.nowMs)].push(candidate);
  }
  groups.urgent.sort(byCandidateDeadline);
  groups.committed.sort(byCandidateDeadline);
  relegateLate(groups, view.nowMs);
  return groups;
}

function candidateOf(sequence: SequenceView, { costs, limits, nowMs }: StepView): Candidate {
  const prefillMs = sequence.decoding
    ? 0
    : prefillTotalMs(costs, sequence.tokensLeft, sequence.contextTokens, limits.chunkTokens);
  const decodes = awaitsFirstToken(sequence) ? 0 : sequence.decodeTokens;
  const soloMs = prefillMs + decodes * costs.decodeMs(1, sequence.contextTokens);
  return { view: sequence, soloMs, slackMs: sequence.deadlineMs - nowMs - soloMs };
}

function groupOf({ view, soloMs }: Candidate, nowMs: number): keyof Groups {
  if (view.promise === 'ttft' && view.started) return 'tails';
  const isHopeless = view.relegated || nowMs + soloMs * hopeShare > view.deadlineMs;
  if (view.promise === 'ttft') return isHopeless ? 'tails' : 'urgent';
  return isHopeless ? 'rest' : 'committed';
}

function byCandidateDeadline(a: Candidate, b: Candidate): number {
  return byDeadline(a.view, b.view);
}

/** Moore–Hodgson: in order of deadline, and whenever one would be late, the longest one so far leaves. */
function relegateLate(groups: Groups, nowMs: number): void {
  let endMs = nowMs;
  for (let index = 0; index < groups.urgent.length; index += 1) {
    const candidate = groups.urgent[index];
    if (candidate === undefined) break;
    endMs += candidate.soloMs;
    if (nowMs + (endMs - nowMs) * hopeShare <= candidate.view.deadlineMs) continue;
    const longest = indexOfLongest(groups.urgent, index);
    const [late] = groups.urgent.splice(longest, 1);
    if (late === undefined) break;
    groups.tails.push(late);
    endMs -= late.soloMs;
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

function serveUrgent({ urgent, tails, committed }: Groups, view: StepView): StepPlan {
  const [first] = urgent;
  if (first === undefined) throw new Error('There is nobody urgent.');
  const laxityMs = laxityOf(urgent, view.nowMs);
  const decodingTails = tails.filter((candidate) => candidate.view.decoding);
  if (decodingTails.length > 0 && view.lastKind === 'prefill') {
    const plan = decode([...bySolo(decodingTails), ...decodable(committed)], view, decodingTails.length);
    if (plan.ms < laxityMs - turnReserve * (first.view.deadlineMs - first.view.arrivalMs)) return plan.plan;
  }
  return prefill(first, view, Number.POSITIVE_INFINITY);
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

function serveOthers({ tails, committed, rest }: Groups, view: StepView): StepPlan | undefined {
  const tight = tightest(committed);
  const isTight = tight !== undefined && tight.slackMs < longestPassMs(view);
  if (isTight && tails.length > 0 && view.passes % 2 === 0) {
    return tight.view.decoding
      ? decode([tight, ...decodable(tails)], view, 1).plan
      : prefill(tight, view, Number.POSITIVE_INFINITY);
  }
  const decodes = [bySolo(decodable(tails)), decodable(committed), decodable([...rest].sort(byRestOrder))];
  const prefills = [bySolo(tails), committed, [...rest].sort(byRestOrder)].map((group) =>
    group.find((c) => !c.view.decoding),
  );
  const decodeRank = decodes.findIndex((group) => group.length > 0);
  const prefillRank = prefills.findIndex((first) => first !== undefined);
  const first = prefills[prefillRank];
  const order = decodes.flat();
  if (first === undefined) return order.length === 0 ? undefined : decode(order, view, favouredOf(decodes)).plan;
  if (decodeRank < 0 || prefillRank < decodeRank) return prefill(first, view, Number.POSITIVE_INFINITY);
  const slackMs = tightest(decodable(committed))?.slackMs ?? Number.POSITIVE_INFINITY;
  if (mayPrefill(first, prefillRank === decodeRank, order.length, slackMs, view))
    return prefill(first, view, slackMs / 2);
  return decode(order, view, favouredOf(decodes)).plan;
}

function favouredOf(decodes: readonly (readonly Candidate[])[]): number {
  return decodes.find((group) => group.length > 0)?.length ?? 0;
}

/** Whether a prompt goes before decodes of its own or a better group: those can wait for a chunk, and a larger batch is worth it. */
function mayPrefill(first: Candidate, isEqual: boolean, decoding: number, slackMs: number, view: StepView): boolean {
  const { costs, limits, lastKind } = view;
  const chunkMs = costs.prefillMs(Math.min(first.view.tokensLeft, chunkTokensMin), first.view.contextTokens);
  if (slackMs < chunkMs + longestPassMs(view) || lastKind === 'prefill') return false;
  if (isEqual && awaitsFirstToken(first.view)) return true;
  return decoding < limits.decodeSequences && rate(costs, decoding + 1) > rate(costs, decoding);
}

/** How long a prefill chunk may take at most: what everybody else may have to wait for. */
function longestPassMs({ costs, limits }: StepView): number {
  return Math.min(limits.passMsMax, costs.prefillMs(limits.chunkTokens, 0));
}

/** Tokens per ms of a decode pass of `n` sequences. */
function rate(costs: Costs, n: number): number {
  return n / costs.decodeMs(n, 0);
}

function serveRest(rest: readonly Candidate[], view: StepView): StepPlan {
  const order = [...rest].sort(byRestOrder);
  const [first] = order;
  if (first === undefined) throw new Error('Nobody is left.');
  if (!first.view.decoding) return prefill(first, view, Number.POSITIVE_INFINITY);
  return decode(decodable(order), view, 1).plan;
}

function byRestOrder(a: Candidate, b: Candidate): number {
  const later = (candidate: Candidate): number => Number(candidate.view.promise !== 'ttft');
  return later(a) - later(b) || a.soloMs - b.soloMs || byDeadline(a.view, b.view);
}

function bySolo(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => a.soloMs - b.soloMs || byDeadline(a.view, b.view));
}

function decodable(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter((candidate) => candidate.view.decoding);
}

function tightest(candidates: readonly Candidate[]): Candidate | undefined {
  let tight: Candidate | undefined;
  for (const candidate of candidates) if (tight === undefined || candidate.slackMs < tight.slackMs) tight = candidate;
  return tight;
}

/** The largest chunk that stays within the bound of a pass and within `budgetMs`, but not below the smallest sensible one. */
function prefill({ view: sequence }: Candidate, { costs, limits }: StepView, budgetMs: number): StepPlan {
  const allowedMs = Math.min(limits.passMsMax, budgetMs);
  let tokens = Math.min(sequence.tokensLeft, limits.chunkTokens);
  while (tokens > chunkTokensMin && costs.prefillMs(tokens, sequence.contextTokens) > allowedMs) {
    tokens = Math.max(chunkTokensMin, tokens >> 1);
  }
  return { kind: 'prefill', id: sequence.id, tokens };
}

/**
 * As many of the sequences, in their order, as give the most tokens per ms, while none of them falls behind the pace it needs.
 * Of the first `favoured` ones the pace may be slowed to half by the others at most.
 */
function decode(order: readonly Candidate[], view: StepView, favoured: number): { plan: StepPlan; ms: number } {
  const { costs, limits, nowMs } = view;
  const most = Math.min(order.length, limits.decodeSequences);
  let contextTokens = 0;
  let paceMs = Number.POSITIVE_INFINITY;
  let best = { count: 1, rate: 0, ms: 0 };
  for (let count = 1; count <= most; count += 1) {
    const candidate = order[count - 1];
    if (candidate === undefined) break;
    contextTokens += candidate.view.contextTokens;
    paceMs = Math.min(paceMs, paceOf(candidate, nowMs));
    const ms = costs.decodeMs(count, contextTokens);
    if (count === 1) best = { count, rate: 1 / ms, ms };
    const slowed = count > favoured && best.count <= favoured && ms > 2 * best.ms;
    if (ms <= paceMs && !slowed && count / ms > best.rate) best = { count, rate: count / ms, ms };
  }
  return { plan: { kind: 'decode', ids: order.slice(0, best.count).map(({ view: { id } }) => id) }, ms: best.ms };
}

/** The slowest pass, in ms per token, at which the sequence still keeps its promise; no bound for one that has none left. */
function paceOf({ view, slackMs }: Candidate, nowMs: number): number {
  if (view.promise === 'ttft' || view.relegated || slackMs < 0) return Number.POSITIVE_INFINITY;
  return (view.deadlineMs - nowMs) / view.decodeTokens;
}
