/** How sure a mean is. Pure. */
import { newRandom } from '../bench/random.ts';

const resamples = 10_000;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 95 % interval of the mean by the percentile bootstrap: whole cases are drawn. NaN for no values. */
export function meanInterval(values: readonly number[], seed: number): Interval {
  const random = newRandom(seed, 'bootstrap');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw += 1) sum += values[Math.floor(random() * values.length)] ?? 0;
    return sum / values.length;
  }).sort();
  const at = (quantile: number): number => means[Math.floor(quantile * (resamples - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

/** NaN for no values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
