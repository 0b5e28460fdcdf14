/**
 * Workflows behind their calls: what `punctual` decides of a task that others follow under one promise (workflow.ts). A task of its own is
 * a workflow of one call, for which all of this is what it is without. Pure.
 */
import { type Costs, prefillTotalMs } from '../estimate.ts';
import type { Room, Work } from '../policy.ts';
import type { Rest } from '../workflow/rest.ts';
import { leastMs, soloMs } from './punctual-forecast.ts';

/** Waiting calls that one decision about workflows looks at: a bound on its cost. */
export const callsLooked = 64;

/** A workflow is given up for others by this share of its predicted work: what is predicted may be wrong, and what is given up stays so. */
const lostShare = 0.9;

/** Completions are never taken to need more than this share of the device. */
const completionShareMax = 0.9;

/** When the last answer is due that this one serves. */
export function wholeDeadlineMs({ rest, deadlineMs }: Work): number {
  return rest?.deadlineMs ?? deadlineMs;
}

/** Time until the last answer when it is served alone, in ms. */
export function wholeSoloMs(work: Work, room: Room): number {
  const { rest } = work;
  return soloMs(work, room) + (rest === undefined ? 0 : restMs(rest, rest.decodeTokens, room));
}

/** The same for the fewest tokens that the answers may have. */
export function wholeLeastMs(work: Work, room: Room): number {
  const { rest } = work;
  return leastMs(work, room) + (rest === undefined ? 0 : restMs(rest, rest.leastTokens, room));
}

/** Whether both are calls of one workflow. */
export function areOneWhole(a: Work, b: Work): boolean {
  return a.rest !== undefined && a.rest.workflow === b.rest?.workflow;
}

/** Calls of one workflow, or a task of its own. */
interface Whole {
  readonly deadlineMs: number;
  readonly works: Work[];
  /** Time of the device that all of it needs, what was not submitted included. */
  readonly ms: number;
}

/**
 * The calls of the workflows that are given up so that the others can be on time, by Moore and Hodgson (1968): workflows in order of
 * deadline, and whenever one would be late, the largest so far leaves. That keeps the most of them on one machine; a device that runs
 * a batch of half its sequences beside completions is taken for one.
 *
 * No forecast of passes is needed and no trust in single lengths: the sum of many answers is known better than each of them.
 */
export function lostWholes(works: readonly Work[], room: Room, nowMs: number): Work[] {
  const slowness = lostShare / (1 - Math.min(completionShareMax, completionShare(room)));
  const lost: Whole[] = [];
  const kept: Whole[] = [];
  let endMs = nowMs;
  for (const whole of wholesOf(works, room).sort((a, b) => a.deadlineMs - b.deadlineMs)) {
    kept.push(whole);
    endMs += slowness * whole.ms;
    if (endMs <= whole.deadlineMs) continue;
    const largest = kept.reduce((most, other) => (other.ms > most.ms ? other : most));
    kept.splice(kept.indexOf(largest), 1);
    endMs -= slowness * largest.ms;
    lost.push(largest);
  }
  return lost.flatMap((whole) => whole.works);
}

function wholesOf(works: readonly Work[], room: Room): Whole[] {
  const groups = new Map<string, Work[]>();
  for (const work of works) {
    const name = work.rest === undefined ? `task ${work.id}` : `workflow ${work.rest.workflow}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [work]);
    else group.push(work);
  }
  return [...groups.values()].map((group) => wholeOf(group, room));
}

/** What follows counts once: the call that was submitted last knows it best, and it only becomes less. */
function wholeOf(works: Work[], room: Room): Whole {
  const rests = works.flatMap(({ rest }) => (rest === undefined ? [] : [deviceMs(rest, room)]));
  const restOfAll = rests.length === 0 ? 0 : Math.min(...rests);
  return {
    deadlineMs: works.reduce((first, work) => Math.min(first, wholeDeadlineMs(work)), Number.POSITIVE_INFINITY),
    works,
    ms: works.reduce((sum, work) => sum + deviceMs(work, room), restOfAll),
  };
}

/** Time of the device, in ms, when answers come in the best batch that half of the sequences allow: the others are kept for completions. */
function deviceMs(
  { prefillTokens, decodeTokens }: Pick<Work, 'prefillTokens' | 'decodeTokens'>,
  { costs, limits, sequences }: Room,
): number {
  const prefillMs = prefillTotalMs(costs, prefillTokens, 0, limits.chunkTokens);
  return prefillMs + decodeTokens * tokenMs(Math.ceil(sequences / 2), costs);
}

/** Of the device, what completions take. */
function completionShare(room: Room): number {
  const { demand } = room;
  const work = {
    prefillTokens: demand.prefillTokens('completion'),
    decodeTokens: demand.decodeTokens('completion'),
  };
  return (demand.ratePerSecond('completion') * deviceMs(work, room)) / 1_000;
}

/** Time of the device that the rest needs at least, in ms: prompts one after the other, answers in the best batch that there may be. */
function restMs(rest: Rest, tokens: number, { costs, limits, sequences }: Room): number {
  const prefillMs = prefillTotalMs(costs, rest.prefillTokens, 0, limits.chunkTokens);
  return prefillMs + tokens * tokenMs(Math.min(rest.sideBySide, sequences), costs);
}

/** Of one token when up to so many sequences decode. */
function tokenMs(sequencesMax: number, costs: Costs): number {
  let best = costs.decodeMs(1, 0);
  for (let count = 2; count <= sequencesMax; count += 1) best = Math.min(best, costs.decodeMs(count, 0) / count);
  return best;
}
