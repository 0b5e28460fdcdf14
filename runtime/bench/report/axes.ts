/** Axes: options of ECharts for ours, with labels by unit, and ticks of a logarithmic axis at 1, 2, 5, 10, … Pure. */
import { axisStyle } from './chart.ts';
import { quantityText } from './numbers.ts';
import type { Axis } from './report.ts';

/** Of charts with an x and a y axis, in px. */
export const plot = { width: 880, height: 400, left: 76, right: 24, top: 38, bottom: 58 } as const;

/** An ECharts axis. `values` are what is drawn along it; those that are not finite count for nothing. */
export function axisOptions(axis: Axis, values: readonly number[], nameGap: number): Record<string, unknown> {
  const common = {
    ...axisStyle,
    name: axis.unit === undefined || axis.unit === 'ms' ? axis.label : `${axis.label} (${axis.unit})`,
    nameGap,
  };
  const formatter = (value: number): string => quantityText(value, axis.unit === 'ms' ? 'ms' : undefined);
  if (axis.scale !== 'log') {
    const { min, max } = axis;
    return { ...common, type: 'value', scale: true, min, max, axisLabel: { ...axisStyle.axisLabel, formatter } };
  }
  const { min, max, ticks } = logRange(axis, values);
  return {
    ...common,
    type: 'log',
    min,
    max,
    axisTick: { ...axisStyle.axisTick, customValues: ticks },
    axisLabel: { ...axisStyle.axisLabel, customValues: ticks, formatter },
  };
}

/** From the tick below the least value that is above 0 to the tick above the largest; at most a dozen ticks, else powers of ten. */
export function logRange(axis: Axis, values: readonly number[]): { min: number; max: number; ticks: number[] } {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  const least = axis.min ?? positive.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const largest = axis.max ?? positive.reduce((high, value) => Math.max(high, value), 0);
  const low = Number.isFinite(least) && least > 0 ? least : 1;
  const all = ticksAbout(low, Math.max(largest, low));
  const powers = all.filter((tick) => Number.isInteger(Math.log10(tick)));
  const ticks = all.length > 12 && powers.length > 1 ? powers : all;
  return { min: axis.min ?? all[0] ?? 1, max: axis.max ?? all.at(-1) ?? 10, ticks };
}

function ticksAbout(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first + 1;
  const all = Array.from({ length: decades + 1 }, (_, place) => [1, 2, 5].map((digit) => power(first + place, digit)));
  const ticks = all.flat();
  const start = ticks.findLastIndex((tick) => tick <= low);
  const end = ticks.findIndex((tick, place) => tick >= high && place > start);
  return ticks.slice(Math.max(start, 0), end + 1);
}

/** Without the rounding errors of multiplying: 0.002, not 0.0020000000000000005. */
function power(exponent: number, digit: number): number {
  return Number(`${digit}e${exponent}`);
}
