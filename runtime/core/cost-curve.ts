/**
 * A cost table laid out for asking: measured points, what lies between and beyond them, and what has never been visited. Pure. What
 * the numbers mean and how they are learned is in estimate.ts.
 */
import type { ErrorLog } from './error-log.ts';
import type { StepKind } from './pass-report.ts';

/** Where levels are kept. Between them, kernels change little for prefills; for decodes every number is a case of its own. */
export const costPoints: Readonly<Record<StepKind, readonly number[]>> = {
  prefill: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048],
  decode: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
};

/** What is known of one point. */
export interface CostCell {
  /** Level at pace 1 and at the mean context, in ms; 0 before the first sample. */
  readonly ms: number;
  /** Mean context of the samples, in 1,000 tokens. */
  readonly context: number;
  /** Mean absolute deviation of the samples, as a share of the prediction. */
  readonly deviation: number;
  /** Counted up to a bound: then the cell forgets as fast as it learns. */
  readonly samples: number;
  /** The first samples, brought to context 0. */
  readonly early: readonly number[];
}

export interface CostTable {
  /** Levels at context 0 before anything is measured, in ms, one for each point. */
  readonly prior: readonly number[];
  /** Slope before anything is measured, in the unit of {@link contextUnits}. */
  readonly priorSlope: number;
  readonly cells: readonly CostCell[];
  /** Moments of (context, time) around the means of each cell, with forgetting. */
  readonly variance: number;
  readonly covariance: number;
  /** Of predictions made just before the pass they were about was learned. */
  readonly errors: ErrorLog;
}

/** The prior slope weighs as much as samples whose contexts vary by 100 tokens, in (1,000 tokens)². */
const slopeRidge = 0.01;

export interface Curve {
  readonly kind: StepKind;
  readonly points: readonly number[];
  /** At context 0 and pace 1, one for each point. */
  readonly levels: readonly number[];
  readonly slope: number;
}

/** The slope is per 1,000 tokens held, for decodes; per 1,000 tokens held and 64 evaluated, for prefills. */
export function contextUnits(kind: StepKind, count: number): number {
  return kind === 'prefill' ? count / 64 : 1;
}

/** `other` is the table of the other kind of pass: its scale is better than nothing while this one was never visited. */
export function curveOf(table: CostTable, kind: StepKind, other: CostTable): Curve {
  const points = costPoints[kind];
  const scale = scaleOf(table, kind) ?? scaleOf(other, kind === 'prefill' ? 'decode' : 'prefill') ?? 1;
  const prior = table.priorSlope * scale;
  const slope = Math.max(0, (table.covariance + slopeRidge * prior) / (table.variance + slopeRidge));
  const measured = table.cells.map(({ ms, context, samples }, index) =>
    samples === 0 ? 0 : Math.max(ms / 5, ms - slope * contextUnits(kind, points[index] ?? 1) * context),
  );
  return { kind, points, slope, levels: filledLevels(measured, table.prior, kind, scale) };
}

/** How many times slower than the prior the visited points are on the average; undefined when none was visited. */
function scaleOf({ cells, prior, priorSlope }: CostTable, kind: StepKind): number | undefined {
  const points = costPoints[kind];
  let sum = 0;
  let visited = 0;
  for (let index = 0; index < points.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined || cell.samples === 0) continue;
    const priorMs = (prior[index] ?? cell.ms) + priorSlope * contextUnits(kind, points[index] ?? 1) * cell.context;
    sum += cell.ms / priorMs;
    visited += 1;
  }
  return visited === 0 ? undefined : sum / visited;
}

/** Where a point stands between its neighbours: in octaves, as costs do. */
const places: Readonly<Record<StepKind, readonly number[]>> = {
  prefill: costPoints.prefill.map(Math.log2),
  decode: costPoints.decode.map(Math.log2),
};

/** Points that were never visited: the prior's shape, scaled as the nearest visited points below and above are. */
function filledLevels(measured: readonly number[], prior: readonly number[], kind: StepKind, scale: number): number[] {
  const ratioAt = (index: number): number => (measured[index] ?? 0) / (prior[index] ?? 1);
  const place = (index: number): number => places[kind][index] ?? 0;
  let below = -1;
  let above = -1;
  return measured.map((ms, index) => {
    if (ms > 0) {
      below = index;
      return ms;
    }
    if (above < index) above = nextVisited(measured, index);
    const shape = prior[index] ?? 1;
    if (below < 0) return shape * (above < measured.length ? ratioAt(above) : scale);
    if (above >= measured.length) return shape * ratioAt(below);
    const share = (place(index) - place(below)) / (place(above) - place(below));
    return shape * ((1 - share) * ratioAt(below) + share * ratioAt(above));
  });
}

/** The length when there is none. */
function nextVisited(measured: readonly number[], from: number): number {
  let index = from;
  while (index < measured.length && (measured[index] ?? 0) === 0) index += 1;
  return index;
}

/** In ms at pace 1; `context` in 1,000 tokens. Linear between points. Beyond the last one it goes on with the slope of the last octave, and never gains on the rate there. */
export function curveMs({ kind, points, levels, slope }: Curve, asked: number, context: number): number {
  const count = asked >= 1 ? asked : 1;
  const contextMs = slope * contextUnits(kind, count) * context;
  const last = points.length - 1;
  const lastCount = points[last] ?? 1;
  if (count > lastCount) {
    const lastMs = levels[last] ?? 0;
    const half = points.findIndex((point) => point >= lastCount / 2);
    const octave = (lastMs - (levels[half] ?? 0)) / (lastCount - (points[half] ?? 1));
    return lastMs + (count - lastCount) * Math.min(Math.max(0, octave), lastMs / lastCount) + contextMs;
  }
  const lower = indexBelow(points, count);
  const from = points[lower] ?? 1;
  const share = lower === last ? 0 : (count - from) / ((points[lower + 1] ?? from + 1) - from);
  return (1 - share) * (levels[lower] ?? 0) + share * (levels[lower + 1] ?? 0) + contextMs;
}

/** The points that a prediction for `count` stands on, with their shares in it. */
export function pointsAround(kind: StepKind, count: number): [index: number, share: number][] {
  const points = costPoints[kind];
  const lower = indexBelow(points, count);
  const from = points[lower] ?? 1;
  const to = points[lower + 1];
  if (to === undefined || from === count) return [[lower, 1]];
  const share = (count - from) / (to - from);
  return [
    [lower, 1 - share],
    [lower + 1, share],
  ];
}

function indexBelow(points: readonly number[], count: number): number {
  let index = 0;
  while (index + 1 < points.length && (points[index + 1] ?? 0) <= count) index += 1;
  return index;
}
