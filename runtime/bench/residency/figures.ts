/** What the runs come to: the figures by the names of the project's issue. Pure. */
import { type Figure, type Interval, meanInterval, studentQuantile } from '../interval.ts';
import { isReached as reaches } from '../report/numbers.ts';
import type { Target } from '../report/report.ts';
import type { ContenderName, RuleName } from './contenders.ts';
import type { Score } from './score.ts';
import type { DayName, DeviceName } from './workloads.ts';

/** One contender's score on one day. */
export interface Played {
  readonly contender: ContenderName;
  readonly device: DeviceName;
  readonly day: DayName;
  readonly seed: number;
  readonly score: Score;
}

/**
 * The baseline with the best goodput (mean of the classes, mean of the four cells) on the tuning window, as `bench residency --window
 * tuning` tells it: `size` 79.9 %, `lfu` 79.9 %, the pinned ones 79.6 to 79.8 %.
 */
export const comparator: RuleName = 'size';

export type Measure = (score: Score) => number;

export interface Cell {
  readonly device: DeviceName;
  readonly day: DayName;
}

export const cells: readonly Cell[] = (['8gb', '16gb'] as const).flatMap((device) =>
  (['ordinary', 'heavy'] as const).map((day) => ({ device, day })),
);

export function nameOf({ device, day }: Cell): string {
  return `${device} ${day}`;
}

/** What is to be reached, by the end of the figure's name. */
export const aims: Readonly<Record<string, Target>> = {
  load_seconds_ratio: { atMost: 0.6 },
  load_seconds_vs_readahead: { atMost: 0.8 },
  other_ttft_p95_ratio: { atMost: 0.5 },
  goodput_points_8gb: { atLeast: 3 },
  goodput_points_16gb: { atLeast: 8 },
  goodput_all_points: { atLeast: 0 },
  evictions_ratio: { atMost: 1 },
  completion_p95_ratio: { atMost: 1.02 },
  completion_p99_ratio: { atMost: 1.05 },
  clairvoyant_ratio: { atMost: 1.25 },
  readahead_gb: { atMost: 300 },
};

/** Of `ours`; figures against a contender that did not play are left out. */
export function figuresOf(ours: ContenderName, played: readonly Played[]): Figure[] {
  const clairvoyant = ours === 'punctual_as_chosen' ? 'clairvoyant_as_chosen' : 'clairvoyant';
  const ratio = (name: string, to: ContenderName, measure: Measure): Figure[] =>
    ratioOf(name, ours, to, played, measure);
  const points = (name: string, of: readonly Cell[], measure: Measure): Figure[] =>
    pointsFigure(name, ours, comparator, played, of, measure);
  return [
    ...ratio('load_seconds_ratio', comparator, ({ loadSeconds }) => loadSeconds),
    ...ratio('load_seconds_vs_readahead', 'lru_reading', ({ loadSeconds }) => loadSeconds),
    ...ratio('other_ttft_p95_ratio', comparator, ({ otherTtftP95 }) => otherTtftP95),
    ...points('goodput_points_8gb', ofDevice('8gb'), ({ goodput }) => goodput),
    ...points('goodput_points_16gb', ofDevice('16gb'), ({ goodput }) => goodput),
    ...worst(
      cells.flatMap((cell) => points('goodput_all_points', [cell], ({ goodputAll }) => goodputAll)),
      -1,
    ),
    ...ratio('evictions_ratio', comparator, ({ evictions }) => evictions),
    ...ratio('completion_p95_ratio', 'lru_pinned', ({ completionTtftP95 }) => completionTtftP95),
    ...ratio('completion_p99_ratio', 'lru_pinned', ({ completionTtftP99 }) => completionTtftP99),
    ...ratio('clairvoyant_ratio', clairvoyant, ({ loadSeconds }) => loadSeconds),
    ...worst(hasPlayed(ours, played) ? cells.map((cell) => readAhead(ours, played, cell)) : [], 1),
  ];
}

/** What ours comes to without one of its means, over ours as it ships. Empty when one of them did not play. */
export function ablationFigures(name: ContenderName, played: readonly Played[]): Figure[] {
  const ratio = (figure: string, measure: Measure): Figure[] => ratioOf(figure, name, 'punctual', played, measure);
  const points = (figure: string, device: DeviceName): Figure[] =>
    pointsFigure(figure, name, 'punctual', played, ofDevice(device), ({ goodput }) => goodput);
  return [
    ...ratio('load_seconds_ratio', ({ loadSeconds }) => loadSeconds),
    ...ratio('other_ttft_p95_ratio', ({ otherTtftP95 }) => otherTtftP95),
    ...points('goodput_points_8gb', '8gb'),
    ...points('goodput_points_16gb', '16gb'),
    ...ratio('evictions_ratio', ({ evictions }) => evictions),
    ...ratio('completion_p99_ratio', ({ completionTtftP99 }) => completionTtftP99),
  ];
}

function ofDevice(name: DeviceName): Cell[] {
  return cells.filter(({ device }) => device === name);
}

function ratioOf(
  name: string,
  ours: ContenderName,
  theirs: ContenderName,
  played: readonly Played[],
  measure: Measure,
): Figure[] {
  if (!hasPlayed(ours, played) || !hasPlayed(theirs, played)) return [];
  return [{ name, interval: geometricRatio(cells.map((cell) => pairOf(played, cell, ours, theirs, measure))) }];
}

function pointsFigure(
  name: string,
  ours: ContenderName,
  theirs: ContenderName,
  played: readonly Played[],
  of: readonly Cell[],
  measure: Measure,
): Figure[] {
  if (!hasPlayed(ours, played) || !hasPlayed(theirs, played)) return [];
  return [{ name, interval: pointsOf(of.map((cell) => pairOf(played, cell, ours, theirs, measure))) }];
}

/** The largest, or with -1 the smallest: what holds for the worst cell holds for all. */
function worst(figures: readonly Figure[], sign: 1 | -1): Figure[] {
  const [first] = [...figures].sort((a, b) => sign * (b.interval.mean - a.interval.mean));
  return first === undefined ? [] : [first];
}

function readAhead(ours: ContenderName, played: readonly Played[], cell: Cell): Figure {
  return {
    name: 'readahead_gb',
    interval: meanInterval(valuesOf(played, cell, ours, ({ readAheadGb }) => readAheadGb)),
  };
}

function hasPlayed(name: ContenderName, played: readonly Played[]): boolean {
  return played.some(({ contender }) => contender === name);
}

/** One value for each seed, in the order of the seeds. */
export function valuesOf(played: readonly Played[], cell: Cell, name: ContenderName, measure: Measure): number[] {
  return played
    .filter(({ contender, device, day }) => contender === name && device === cell.device && day === cell.day)
    .sort((a, b) => a.seed - b.seed)
    .map(({ score }) => measure(score));
}

/** Values of two contenders on the same days. */
export interface Pair {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

function pairOf(
  played: readonly Played[],
  cell: Cell,
  ours: ContenderName,
  theirs: ContenderName,
  measure: Measure,
): Pair {
  return { ours: valuesOf(played, cell, ours, measure), theirs: valuesOf(played, cell, theirs, measure) };
}

/**
 * The geometric mean over the cells of the ratio of the means over the seeds. Its interval is that of the logarithm, linearised: what a
 * seed does to all cells alike (it has the same people and roles in each of them) is counted as that.
 */
export function geometricRatio(pairs: readonly Pair[]): Interval {
  const ratios = pairs.map(({ ours, theirs }) => meanOf(ours) / meanOf(theirs));
  const logarithm = meanOf(ratios.map(Math.log));
  const count = Math.min(...pairs.map(({ ours }) => ours.length));
  const influences = Array.from({ length: count }, (_, seed) =>
    meanOf(pairs.map(({ ours, theirs }) => (ours[seed] ?? 0) / meanOf(ours) - (theirs[seed] ?? 0) / meanOf(theirs))),
  );
  const squares = influences.reduce((sum, value) => sum + value ** 2, 0);
  const half =
    count < 2 ? Number.POSITIVE_INFINITY : studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { mean: Math.exp(logarithm), low: Math.exp(logarithm - half), high: Math.exp(logarithm + half), count };
}

/** The mean over the cells of the difference, for each seed. */
function pointsOf(pairs: readonly Pair[]): Interval {
  const count = Math.min(...pairs.map(({ ours }) => ours.length));
  return meanInterval(
    Array.from({ length: count }, (_, seed) =>
      meanOf(pairs.map(({ ours, theirs }) => (ours[seed] ?? 0) - (theirs[seed] ?? 0))),
    ),
  );
}

/** The rule with the best goodput, mean over cells and seeds; undefined when none played. */
export function bestRule(played: readonly Played[], rules: readonly RuleName[]): RuleName | undefined {
  const goodput = (name: RuleName): number =>
    meanOf(cells.flatMap((cell) => valuesOf(played, cell, name, (score) => score.goodput)));
  return rules.filter((name) => hasPlayed(name, played)).sort((a, b) => goodput(b) - goodput(a))[0];
}

/** Undefined of a figure without an aim. */
export function isReached(figure: string, value: number): boolean | undefined {
  const aim = aims[figure];
  return aim === undefined ? undefined : reaches(value, aim);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
