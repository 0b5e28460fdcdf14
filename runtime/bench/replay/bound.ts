/**
 * More promises than any schedule keeps: a relaxation in which only the time of the machine counts, and not when it is free. Pure.
 *
 * Each promise needs at least so much of the device: a completion the prefill that is its own when its document is alone (alone.ts), an
 * answer its whole prompt in one pass and its tokens at the best rate of any batch. All promises that are kept need their times one after
 * the other, between the start of the load and the last deadline; so the shortest ones that fit are the most that can be kept. What the
 * requests before have to evaluate so that a completion finds its prefix counts for nothing, so the bound is loose.
 */
import type { Costs } from '../../core/estimate.ts';
import { replay } from '../workloads.ts';
import { ownPrefillMs } from './alone.ts';
import type { Arrival, Load } from './arrivals.ts';
import { isKeepable, isPromise } from './score.ts';

/** Of the promises that can be kept. NaN without any. */
export function boundShare(load: Load, costs: Costs): number {
  const ownMs = ownPrefillMs(load, costs);
  const promises = load.arrivals.filter(
    (arrival) => isPromise(arrival) && isKeepable(arrival, ownMs.get(arrival.id) ?? 0),
  );
  const tokenMs = bestTokenMs(costs);
  const needsMs = promises
    .map((arrival) => leastMs(arrival, ownMs.get(arrival.id) ?? 0, tokenMs))
    .sort((a, b) => a - b);
  let leftMs = Math.max(load.durationMs, ...promises.map(({ atMs, sla }) => atMs + sla.targetMs));
  const kept = needsMs.filter((needMs) => {
    leftMs -= needMs;
    return leftMs >= 0;
  }).length;
  return kept / promises.length;
}

function leastMs({ sla, answerTokens }: Arrival, prefillMs: number, tokenMs: number): number {
  // The last pass over the prompt gives the first token.
  return sla.kind === 'ttft' ? prefillMs : prefillMs + (answerTokens - 1) * tokenMs;
}

/** Of a decode pass for one sequence in the best batch, without what the context adds. */
function bestTokenMs(costs: Costs): number {
  return Math.min(
    ...Array.from({ length: replay.sequences }, (_, index) => costs.decodeMs(index + 1, 0) / (index + 1)),
  );
}
