/** 95 % intervals over seeds. Pure. */

export interface Interval {
  readonly mean: number;
  /** The bounds of the 95 % interval; infinite for fewer than two values. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** A figure over seeds, by the name under which it is printed. */
export interface Figure {
  readonly name: string;
  readonly interval: Interval;
}

/** The mean with Student's t interval: one value for each seed. */
export function meanInterval(values: readonly number[]): Interval {
  return around(mean(values), values.length, standardError(values));
}

/**
 * The ratio of the means of two figures of the same seeds, with the interval of the classical ratio estimator: what differs from seed to
 * seed in both alike does not widen it. @throws RangeError for lists of different length.
 */
export function ratioInterval(numerators: readonly number[], denominators: readonly number[]): Interval {
  if (numerators.length !== denominators.length)
    throw new RangeError(
      `${numerators.length} values over ${denominators.length}: a ratio needs pairs of the same seed.`,
    );
  const ratio = mean(numerators) / mean(denominators);
  const residuals = numerators.map((value, index) => value - ratio * (denominators[index] ?? 0));
  return around(ratio, numerators.length, standardError(residuals) / Math.abs(mean(denominators)));
}

/** What a value cannot leave, as 0 to 100 for a share in %. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const percentRange: Range = { min: 0, max: 100 };

/** An interval as data: bounds that are not known are null, as JSON has no infinity. */
export interface IntervalFigures {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** @param range bounds beyond it say nothing, so they are drawn to it. */
export function intervalFigures({ mean, low, high }: Interval, range?: Range): IntervalFigures {
  const bound = (value: number): number | null => {
    if (!Number.isFinite(value)) return null;
    return range === undefined ? value : Math.min(Math.max(value, range.min), range.max);
  };
  return { mean, low: bound(low), high: bound(high) };
}

/** "93.2 (91.0 to 95.4)", or "93.2 (one seed)". */
export function intervalText(interval: Interval, decimals: number, range?: Range): string {
  const { mean, low, high } = intervalFigures(interval, range);
  if (!Number.isFinite(mean)) return '–';
  if (interval.count === 1) return `${mean.toFixed(decimals)} (one seed)`;
  if (low === null || high === null) return mean.toFixed(decimals);
  return `${mean.toFixed(decimals)} (${low.toFixed(decimals)} to ${high.toFixed(decimals)})`;
}

function around(center: number, count: number, error: number): Interval {
  const half = count < 2 ? Number.POSITIVE_INFINITY : studentQuantile(count - 1) * error;
  return { mean: center, low: center - half, high: center + half, count };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** The 97.5 % quantile of Student's t for 1, 2, … 12 degrees of freedom. */
const quantiles = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788];
const normalQuantile = 1.959964;

/** The 97.5 % quantile of Student's t: a table, then the first terms of Fisher's expansion, exact to 0.0005. */
export function studentQuantile(degrees: number): number {
  const z = normalQuantile;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return quantiles[degrees - 1] ?? z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
