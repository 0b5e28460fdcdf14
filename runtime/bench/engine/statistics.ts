/** Arithmetic of paired measurements. */
import { median } from '../bench.ts';

export interface MedianInterval {
  readonly median: number;
  /** The bounds of an interval that holds the true median with at least the stated confidence. */
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly count: number;
}

/**
 * The median with its distribution-free interval: between the k-th smallest and the k-th largest value, for the largest k that still
 * gives 95 %. With fewer than six values no k does, and the whole range with its true confidence is told.
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  let rank = 1;
  while (confidenceOf(rank + 1, count) >= 0.95) rank += 1;
  return {
    median: median(sorted),
    low: sorted[rank - 1] ?? Number.NaN,
    high: sorted[count - rank] ?? Number.NaN,
    confidence: confidenceOf(rank, count),
    count,
  };
}

/** 1 - 2 P(fewer than `rank` of `count` fair coins show heads). */
function confidenceOf(rank: number, count: number): number {
  if (rank > count / 2) return 0;
  let term = 0.5 ** count;
  let below = 0;
  for (let heads = 0; heads < rank; heads += 1) {
    below += term;
    term *= (count - heads) / (heads + 1);
  }
  return 1 - 2 * below;
}

/** The smallest value that at least `share` of all values do not exceed: for counts, where a value in between would be none. */
export function nearestRank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
