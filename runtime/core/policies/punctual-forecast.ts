/** Whether commitments can be kept: the forecast that `punctual` gives promises up by. Pure. */
import { prefillTotalMs } from '../estimate.ts';
import { forecastDefaults, rollForward, viewOf } from '../forecast.ts';
import type { Room, Work } from '../policy.ts';
import { keepsAllTogether } from '../reserve.ts';
import { decodesTogether } from './punctual-pass.ts';
import { planStep } from './punctual-step.ts';

/** Beyond this share completions leave nothing to forecast with. */
const takenShareMax = 0.9;

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
 * Whether all of them will be on time if nothing else arrives but completions at their rate. Where a larger batch always makes tokens
 * cheaper they are taken to advance together; else the planner itself is rolled forward, as it will serve some after the others.
 */
export function keepsAll(works: readonly Work[], room: Room, nowMs: number): boolean {
  const { limits, costs, sequences } = room;
  const takenShare = shareOfCompletions(room);
  if (decodesTogether(costs, sequences)) {
    const hurried = works.map((work) => ({
      ...work,
      deadlineMs: nowMs + (work.deadlineMs - nowMs) * (1 - takenShare),
    }));
    return keepsAllTogether(hurried, room, nowMs);
  }
  const view = { nowMs, sequences: works.map((work) => viewOf(work)), limits, costs, lastKind: undefined, passes: 0 };
  const forecasts = rollForward(planStep, view, { ...forecastDefaults, takenShare });
  return works.every((work) => (forecasts.get(work.id)?.endMs ?? Number.POSITIVE_INFINITY) <= work.deadlineMs);
}

/** The share of the device that completions will take: prefill in series, and of decodes what they add to those of others. */
function shareOfCompletions({ demand, costs, limits }: Room): number {
  const prefillMs = prefillTotalMs(costs, demand.prefillTokens('completion'), 0, limits.chunkTokens);
  const oneMs = costs.decodeMs(1, 0);
  const addedMs = Math.max(0, Math.min(oneMs, costs.decodeMs(2, 0) - oneMs));
  const workMs = prefillMs + demand.decodeTokens('completion') * addedMs;
  return Math.min(takenShareMax, (demand.ratePerSecond('completion') * workMs) / 1_000);
}
