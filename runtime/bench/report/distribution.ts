/** Cumulative distributions over a logarithmic axis, with the promises as vertical lines, and the table of their quantiles. Pure. */
import { quantile } from '../bench.ts';
import { axisOptions, logRange, plot } from './axes.ts';
import { drawn } from './chart.ts';
import { type Html, html } from './html.ts';
import { dashOf } from './lines.ts';
import { type Look, legend, lineSwatch } from './looks.ts';
import { numberText, quantityText } from './numbers.ts';
import type { Axis, DistributionSection, DistributionSeries, Promised } from './report.ts';
import { numbersBelow } from './table.ts';

/** More steps than this would not be seen. */
const stepsMax = 300;
/** Where the curve bears its markers. */
const marked = [0.1, 0.25, 0.5, 0.75, 0.9];
const tabled = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

interface Step {
  readonly value: number;
  /** How many of all tasks, answered or not, came by then, in %. */
  readonly percent: number;
}

export function distributionChart(section: DistributionSection, id: string, looks: ReadonlyMap<string, Look>): Html {
  const numbers = quantilesTable(section);
  const all = section.series.flatMap(finite);
  if (all.length === 0) return html`<p>No data.</p>${numbers}`;
  const axis: Axis = { ...section.value, scale: 'log' };
  const { promises = [] } = section;
  const shown = [...all, ...promises.map(({ at }) => at)];
  const range = logRange(axis, shown);
  const curves = section.series.map((series) => stepsOf(series, range));
  const svg = drawn({
    id,
    title: section.title,
    description: `Share of tasks by ${section.value.label}: ${section.series.map(({ name }) => name).join(', ')}. The quantiles stand in the table below.`,
    width: plot.width,
    height: plot.height,
    options: {
      grid: { left: plot.left, right: plot.right, top: plot.top, bottom: plot.bottom },
      xAxis: axisOptions(axis, shown, 32),
      yAxis: { ...axisOptions({ label: 'Tasks', unit: '%', min: 0, max: 100 }, [], 46) },
      series: [
        ...curves.map((steps, place) => curveOptions(steps, looks.get(section.series[place]?.name ?? ''))),
        promiseOptions(promises),
      ],
    },
    pointTitle: (place, index) => titleOf(section, curves, place, index),
  });
  const entries = section.series.flatMap((series) => {
    const look = looks.get(series.name);
    return look ? [{ name: legendText(series), swatch: lineSwatch(look) }] : [];
  });
  return html`${legend(entries)}${svg}${numbers}`;
}

function finite({ values }: DistributionSeries): number[] {
  return values.filter((value) => Number.isFinite(value));
}

/** Values that are not finite were never reached. */
function countOf({ values, unanswered = 0 }: DistributionSeries): number {
  return values.length + unanswered;
}

/** Each step stands where the share rises to its height; it begins at the bottom and runs on to the right end. */
function stepsOf(series: DistributionSeries, { min, max }: { min: number; max: number }): Step[] {
  const sorted = finite(series).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const count = Math.min(sorted.length, stepsMax);
  const steps = Array.from({ length: count }, (_, place) => {
    const rank = Math.round(((place + 1) / count) * sorted.length);
    return { value: Math.max(sorted[rank - 1] ?? 0, min), percent: (rank / countOf(series)) * 100 };
  });
  const [first] = steps;
  const last = steps[steps.length - 1];
  return [{ value: first?.value ?? min, percent: 0 }, ...steps, { value: max, percent: last?.percent ?? 0 }];
}

function curveOptions(steps: readonly Step[], look: Look | undefined): Record<string, unknown> {
  const top = steps[steps.length - 1]?.percent ?? 0;
  const bearers = new Set(marked.map((share) => steps.findIndex(({ percent }) => percent >= share * top)));
  const symbol = look?.marker === undefined ? 'none' : `path://${look.marker}`;
  return {
    type: 'line',
    step: 'end',
    clip: true,
    showSymbol: true,
    showAllSymbol: true,
    symbolSize: 9,
    itemStyle: { color: look?.color },
    lineStyle: { color: look?.color, type: dashOf(look), width: 2 },
    emphasis: { disabled: true },
    data: steps.map(({ value, percent }, place) => ({
      value: [value, percent],
      symbol: bearers.has(place) && place > 0 ? symbol : 'none',
    })),
  };
}

/** A series of its own without points, so that the lines do not depend on which policies there are. */
function promiseOptions(promises: readonly Promised[]): Record<string, unknown> {
  return {
    type: 'line',
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: 'var(--ink)', type: 'solid', width: 1.2 },
      label: { color: 'var(--ink)', position: 'end', fontSize: 12, textBorderWidth: 0 },
      // In two rows, so that neighbours do not cover each other.
      data: [...promises]
        .sort((a, b) => a.at - b.at)
        .map(({ label, at }, place) => ({
          xAxis: at,
          label: { formatter: () => label, distance: 5 + (place % 2) * 14 },
        })),
    },
  };
}

function legendText(series: DistributionSeries): string {
  const missing = countOf(series) - finite(series).length;
  if (countOf(series) === missing) return `${series.name} (no data)`;
  return missing === 0
    ? series.name
    : `${series.name} (${numberText(missing)} of ${numberText(countOf(series))} not answered)`;
}

function titleOf(
  { series, value }: DistributionSection,
  curves: readonly Step[][],
  place: number,
  index: number,
): string | undefined {
  const step = curves[place]?.[index];
  return (
    step && `${series[place]?.name} · ${numberText(step.percent)} % within ${quantityText(step.value, value.unit)}`
  );
}

/** Quantiles of all tasks: those not answered are later than any other, and so is a quantile that falls among them. */
function quantilesTable({ title, value, series, promises = [] }: DistributionSection): Html {
  const unit = value.unit === undefined ? {} : { unit: value.unit };
  return numbersBelow({
    kind: 'table',
    title: `${title}: quantiles`,
    columns: [
      { label: value.label },
      { label: 'tasks' },
      ...tabled.map((share) => ({ label: `p${share * 100}`, ...unit })),
      ...promises.map(({ label }) => ({ label: `within ${label}`, unit: '%' })),
    ],
    rows: series.map((one) => {
      const count = countOf(one);
      const sorted = [...finite(one), ...new Array<number>(count - finite(one).length).fill(Number.POSITIVE_INFINITY)];
      const within = (at: number): number => (sorted.filter((each) => each <= at).length / count) * 100;
      const shares = tabled.map((share) => (count === 0 ? undefined : orNever(quantile(sorted, share))));
      return [one.name, count, ...shares, ...promises.map(({ at }) => within(at))];
    }),
  });
}

function orNever(value: number): number | string {
  return Number.isFinite(value) ? value : 'never';
}
