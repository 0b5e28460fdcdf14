/** Whether commitments can be kept: the forecast that `punctual` gives promises up by. Pure. */
import { prefillTotalMs } from '../estimate.ts';
import { rollForward, viewOf } from '../forecast.ts';
import type { Room, Work } from '../policy.ts';
import { keepsAllTogether } from '../reserve.ts';
import { decodesTogether } from './punctual-pass.ts';
import { planStep } from './punctual-step.ts';

/** Time on the device that a task needs when it is served alone, in ms. */
export function soloMs(work: Work, { costs, limits }: Room): number {
  return (
    prefillTotalMs(costs, work.prefillTokens, work.contextTokens, limits.chunkTokens) +
    work.decodeTokens * costs.decodeMs(1, work.contextTokens + work.prefillTokens)
  );
}

/** The same for the fewest tokens that its answer may have. */
export function leastMs(work: Work, room: Room): number {
  return soloMs({ ...work, decodeTokens: work.leastTokens ?? work.decodeTokens }, room);
}

/**
 * Whether all of them will be on time if nothing else arrives. Where a larger batch always makes tokens cheaper they are taken to
 * advance together; else the planner itself is rolled forward, as it will serve some after the others. Completions that are still to
 * come are left out: they come in bursts shorter than an answer takes, and who is given up for them would mostly have been on time.
 */
export function keepsAll(works: readonly Work[], room: Room, nowMs: number): boolean {
  const { limits, costs, sequences } = room;
  if (decodesTogether(costs, sequences)) return keepsAllTogether(works, room, nowMs);
  const view = { nowMs, sequences: works.map((work) => viewOf(work)), limits, costs, lastKind: undefined, passes: 0 };
  const forecasts = rollForward(planStep, view);
  return works.every(
    (work) => (forecasts.get(work.id)?.endMs ?? inTurnMs(work, works, room, nowMs)) <= work.deadlineMs,
  );
}

/** When a task ends that does so beyond the bound of the look ahead: one after the other, by deadline. */
function inTurnMs({ deadlineMs }: Work, works: readonly Work[], room: Room, nowMs: number): number {
  const before = works.filter((other) => other.deadlineMs <= deadlineMs);
  return before.reduce((ms, other) => ms + soloMs(other, room), nowMs);
}
