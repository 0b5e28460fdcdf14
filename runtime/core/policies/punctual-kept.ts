/** How many sequences `punctual` keeps for completions. Pure. */
import { prefillTotalMs } from '../estimate.ts';
import type { Room } from '../policy.ts';

/** Completions occupy a sequence for this many times the time of their passes, as they take turns with others. */
const turnsShare = 2.5;

/** Completions decode beside so many others at most, for the time that their passes take. */
const batchTypical = 8;

/** Standard deviations of a Poisson process between the mean number of occupied sequences and what is kept. */
const burstDeviations = 2;

/**
 * Sequences that only completions may take: as many as they occupy at a time by Little's law, with a reserve for their bursts. A
 * completion that finds none free misses its promise. Half of them at most: where sequences decode together, work is done in batches.
 */
export function keptSequences({ sequences, demand, costs, limits }: Room): number {
  const prefillMs = prefillTotalMs(costs, demand.prefillTokens('completion'), 0, limits.chunkTokens);
  const decodeMs =
    demand.decodeTokens('completion') * costs.decodeMs(Math.min(batchTypical, Math.ceil(sequences / 2)), 0);
  const occupied = (turnsShare * demand.ratePerSecond('completion') * (prefillMs + decodeMs)) / 1_000;
  const kept = Math.max(1, Math.ceil(occupied + burstDeviations * Math.sqrt(occupied)));
  return Math.min(Math.floor(sequences / 2), kept);
}
