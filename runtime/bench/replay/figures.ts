/** What the runs of a cell come to: the figures by the names of the project's issue, and what one needs to judge them. Pure. */
import { type Interval, meanInterval, ratioInterval } from '../interval.ts';
import { type BenchClass, loadLevels } from '../workloads.ts';
import type { Cell, Played } from './cells.ts';
import type { ContenderName } from './contenders.ts';
import type { RunScore } from './score.ts';
import { type BusyKind, busyKinds } from './simulate.ts';

/** One number of a run. */
type Measure = (score: RunScore) => number;

export const goodputPercent: Measure = ({ keepable }) => 100 * keepable.share;
const allPercent: Measure = ({ all }) => 100 * all.share;

/**
 * Ratios of punctual to the comparator, by the name of the figure. `ttft_p95` is over every promise, also those that no order can keep;
 * the two beside it say what becomes of it without those, and over what was not taken back before its first token.
 */
const ratioMeasures = {
  goodput: goodputPercent,
  goodput_all: allPercent,
  ttft_p95: ({ ttft }) => ttft.p95,
  ttft_p95_keepable: ({ keepableTtft }) => keepableTtft.p95,
  ttft_p95_shown: ({ shownTtft }) => shownTtft.p95,
  e2e_p95: ({ e2e }) => e2e.p95,
  wasted: ({ wastedPerFinishedCompletion }) => wastedPerFinishedCompletion,
} as const satisfies Record<string, Measure>;

export type RatioName = keyof typeof ratioMeasures;

export interface Ratio {
  readonly name: RatioName;
  /** As printed: `replay.cpu.goodput_ratio`. */
  readonly figure: string;
  readonly interval: Interval;
  /** Against the other comparator, with parking or without. */
  readonly other: number;
}

/** Of one contender, over all seeds. */
export interface Summary {
  readonly contender: ContenderName;
  /** In %, of what can be kept. */
  readonly goodput: Interval;
  /** In %, of all promises. */
  readonly all: Interval;
  readonly classes: Readonly<Record<BenchClass, ClassSummary>>;
  /** Means over the seeds, in ms. */
  readonly ttft: {
    readonly p50: number;
    readonly p95: number;
    readonly p95Keepable: number;
    readonly p95Shown: number;
  };
  readonly e2e: { readonly p50: number; readonly p95: number };
  readonly wastedPerFinishedCompletion: number;
  /** Mean prompt over the whole one, in %. */
  readonly prompt: number;
  /** Tasks of a run. */
  readonly relegated: number;
  readonly rejected: number;
  /** In % of the time of the device. */
  readonly device: Readonly<Record<BusyKind, number>>;
}

export interface ClassSummary {
  /** Of a run, those that can be kept. */
  readonly promises: number;
  /** In % of them. */
  readonly kept: number;
  /** In ms, of what was promised. */
  readonly p50: number;
  readonly p95: number;
}

export function summaryOf(contender: ContenderName, runs: readonly Played[]): Summary {
  const mean = (of: (score: RunScore) => number): number => meanOf(runs.map(({ score }) => of(score)));
  const classOf = (name: BenchClass): ClassSummary => {
    const total = (of: 'kept' | 'promises'): number =>
      runs.reduce((sum, { score }) => sum + score.classes[name].keepable[of], 0);
    return {
      promises: total('promises') / runs.length,
      kept: (100 * total('kept')) / total('promises'),
      p50: mean(({ classes }) => classes[name].time.p50),
      p95: mean(({ classes }) => classes[name].time.p95),
    };
  };
  const device = busyKinds.map((kind) => [kind, 100 * meanOf(runs.map((run) => run.deviceShares[kind]))] as const);
  return {
    contender,
    goodput: meanInterval(runs.map(({ score }) => goodputPercent(score))),
    all: meanInterval(runs.map(({ score }) => allPercent(score))),
    classes: { completion: classOf('completion'), summarize: classOf('summarize'), translate: classOf('translate') },
    ttft: {
      p50: mean(({ ttft }) => ttft.p50),
      p95: mean(ratioMeasures.ttft_p95),
      p95Keepable: mean(ratioMeasures.ttft_p95_keepable),
      p95Shown: mean(ratioMeasures.ttft_p95_shown),
    },
    e2e: { p50: mean(({ e2e }) => e2e.p50), p95: mean(ratioMeasures.e2e_p95) },
    wastedPerFinishedCompletion: mean(ratioMeasures.wasted),
    prompt: 100 * meanOf(runs.map(({ promptShare }) => promptShare)),
    relegated: mean(({ relegated }) => relegated),
    rejected: mean(({ rejected }) => rejected),
    device: Object.fromEntries(device) as Record<BusyKind, number>,
  };
}

/** `replay.cpu` for the editors' sessions, `replay.azure.cpu` for the other trace. */
export function prefixOf({ trace, machine }: Pick<Cell, 'trace' | 'machine'>): string {
  return trace === 'sessions' ? `replay.${machine}` : `replay.${trace}.${machine}`;
}

/** `replay.cpu.goodput_ratio`, and `replay.cpu.goodput_light_ratio` at the load of another level. */
export function figureName(cell: Pick<Cell, 'trace' | 'machine' | 'level'>, measure: string): string {
  return [`${prefixOf(cell)}.${measure}`, ...(cell.level === 'half' ? [] : [cell.level]), 'ratio'].join('_');
}

/** The comparators, without and with parking: the ratios are to the one that keeps more, or to the first where nobody parks. */
const comparators: readonly ContenderName[] = ['static', 'static_parked'];

/** Of punctual, and of its goodput with fitted prompts. Empty unless it and a comparator played. */
export function ratiosOf(cell: Pick<Cell, 'trace' | 'machine' | 'level'>, played: readonly Played[]): Ratio[] {
  const theirs = comparators.map((name) => scoresOf(name, played)).filter((scores) => scores.length > 0);
  const byGoodput = (a: RunScore[], b: RunScore[]): number =>
    meanOf(b.map(goodputPercent)) - meanOf(a.map(goodputPercent));
  const [better, other = better] = loadLevels[cell.level].parks ? theirs.sort(byGoodput) : theirs;
  if (better === undefined || other === undefined) return [];
  const ratioOf = (contender: ContenderName, name: RatioName, measure: string): Ratio[] => {
    const ours = scoresOf(contender, played).map(ratioMeasures[name]);
    if (ours.length === 0) return [];
    const to = (scores: readonly RunScore[]): Interval => ratioInterval(ours, scores.map(ratioMeasures[name]));
    return [{ name, figure: figureName(cell, measure), interval: to(better), other: to(other).mean }];
  };
  return [
    ...(Object.keys(ratioMeasures) as RatioName[]).flatMap((name) => ratioOf('punctual', name, name)),
    ...ratioOf('fitted', 'goodput', 'fitted_goodput'),
  ];
}

function scoresOf(contender: ContenderName, played: readonly Played[]): RunScore[] {
  return played.filter((run) => run.contender === contender).map(({ score }) => score);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
