/** Numbers as a reader wants them: as precise as they are, and no more. Pure; always with a point and thousands commas. */
import type { Measured, Target } from './report.ts';

const notMeasured = '–';

/** With three significant digits, or all before the point. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return notMeasured;
  return withDecimals(value, Math.max(2 - magnitude(value), 0), 0);
}

/** `ms` becomes s from one second on. */
export function quantityText(value: number, unit: string | undefined): string {
  if (!Number.isFinite(value) || unit === undefined) return numberText(value);
  if (unit === 'ms' && Math.abs(value) >= 999.5) return `${numberText(value / 1000)} s`;
  return `${numberText(value)} ${unit}`;
}

/** "81.34 [80.92, 81.76]": the half width of the interval gets two digits, and says how many the value deserves. */
export function measuredText(measured: Measured): string {
  const { value } = measured;
  const interval = intervalOf(measured);
  if (!Number.isFinite(value) || !interval) return numberText(value);
  const { low, high } = interval;
  const half = (high - low) / 2;
  const decimals = half > 0 ? 1 - magnitude(half) : 2 - magnitude(value);
  const text = (number: number): string => withDecimals(number, Math.min(Math.max(decimals, 0), 6), 'same');
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}

/** Bounds that say something: the interval of a single seed is infinite, and so none. */
export function intervalOf({ low, high }: Measured): { readonly low: number; readonly high: number } | undefined {
  if (low === undefined || high === undefined) return undefined;
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined;
}

export function targetText(target: Target): string {
  return 'atLeast' in target ? `≥ ${numberText(target.atLeast)}` : `≤ ${numberText(target.atMost)}`;
}

/** What was not measured is not reached. */
export function isReached(value: number, target: Target): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

/** Of the first digit: 0 for 1…9, -1 for 0.1…0.9. */
function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

const formats = new Map<string, Intl.NumberFormat>();

/** Trailing zeros are kept only where numbers stand beside each other. */
function withDecimals(value: number, decimals: number, kept: 0 | 'same'): string {
  const maximumFractionDigits = Math.min(decimals, 12);
  const minimumFractionDigits = kept === 'same' ? maximumFractionDigits : 0;
  const key = `${maximumFractionDigits} ${minimumFractionDigits}`;
  // To make a format costs a hundred times what using it does, and a timeline has thousands of numbers.
  const format = formats.get(key) ?? new Intl.NumberFormat('en-US', { maximumFractionDigits, minimumFractionDigits });
  formats.set(key, format);
  return format.format(value);
}
