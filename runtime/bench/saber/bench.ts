/**
 * SABER's set-up: mean goodput over all rates for each workload and competitor, in percent, once with known lengths
 * (`saber.W1.punctual`) and once with lognormal ones that no policy knows (`saber.W1.unknown.punctual`).
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Interval, meanInterval } from '../interval.ts';
import { countOf, listed } from '../options.ts';
import { saber } from '../workloads.ts';
import { type Competitor, competitors, goodputs } from './cell.ts';
import { type Lengths, type Workload, workloads } from './requests.ts';

export interface Selection {
  readonly workloads: readonly Workload[];
  readonly requestsPerSecond: readonly number[];
  readonly competitors: readonly Competitor[];
  readonly seeds: readonly number[];
}

/** Seeds of a quick run. */
const quickSeeds = 2;

export const saberBench: Bench = {
  name: 'saber',
  summary: "SABER's set-up, all policies side by side on its published speed curve",
  takes: { full: '20 minutes', quick: '4 minutes' },
  options: [
    { name: 'workload', value: 'W1,W2,W3', help: 'only these mixes: W1 heavy, W2 light, W3 even' },
    { name: 'rps', value: '5,10', help: `only these requests per second, of ${saber.requestsPerSecond.join(', ')}` },
    { name: 'policy', value: 'punctual,saber', help: `only these, of ${competitors.join(', ')}` },
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${saber.seeds.reporting.length}` },
  ],
  run: async (options) => measure(selectionOf(options), options.log),
};

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const { reporting } = saber.seeds;
  const usual = quick ? quickSeeds : reporting.length;
  return {
    workloads: listed('workload', values['workload'], workloads),
    requestsPerSecond: listed('rps', values['rps'], saber.requestsPerSecond.map(String)).map(Number),
    competitors: listed('policy', values['policy'], competitors),
    seeds: reporting.slice(0, countOf('seeds', values['seeds'], usual, reporting.length)),
  };
}

/** A row of the table: one workload, with known or unknown lengths. */
interface Row {
  readonly name: string;
  readonly workload: Workload;
  readonly lengths: Lengths;
}

export function measure(selection: Selection, log: (line: string) => void): BenchResult {
  const figures: Record<string, number> = {};
  const intervals: Record<string, string> = {};
  const perRate: Record<string, string> = {};
  for (const row of rowsOf(selection)) {
    log(`${row.name}: ${selection.requestsPerSecond.length} rates x ${selection.seeds.length} seeds`);
    const table = goodputTable(row, selection);
    for (const [index, competitor] of selection.competitors.entries()) {
      const name = `${row.name}.${competitor}`;
      const interval = meanInterval(table.map((rates) => meanOf(rates.map((cell) => cell[index] ?? Number.NaN))));
      figures[name] = interval.mean;
      intervals[name] = told(interval);
      perRate[name] = selection.requestsPerSecond
        .map((_, rate) => meanOf(table.map((rates) => rates[rate]?.[index] ?? Number.NaN)).toFixed(1))
        .join(' ');
    }
    Object.assign(intervals, gains(row, table, selection.competitors));
  }
  const { requestsPerSecond, seeds } = selection;
  return { figures, details: { requests: saber.requests, seeds, requestsPerSecond, intervals, perRate } };
}

function rowsOf({ workloads: wanted }: Selection): Row[] {
  return [
    ...wanted.map((workload): Row => ({ name: `saber.${workload}`, workload, lengths: 'known' })),
    ...wanted.map((workload): Row => ({ name: `saber.${workload}.unknown`, workload, lengths: 'unknown' })),
  ];
}

/** Goodput in % by seed, rate and competitor. */
function goodputTable({ workload, lengths }: Row, selection: Selection): number[][][] {
  return selection.seeds.map((seed) =>
    selection.requestsPerSecond.map((requestsPerSecond) =>
      goodputs({ workload, requestsPerSecond, seed, lengths }, selection.competitors),
    ),
  );
}

/** What punctual is ahead of each other competitor, in points; pairs of the same seed, so the interval is that of the difference. */
function gains({ name }: Row, table: readonly number[][][], names: readonly Competitor[]): Record<string, string> {
  const ours = names.indexOf('punctual');
  if (ours < 0) return {};
  const others = names.flatMap((competitor, index) => (index === ours ? [] : [{ competitor, index }]));
  return Object.fromEntries(
    others.map(({ competitor, index }) => {
      const ahead = table.map((rates) => meanOf(rates.map((cell) => (cell[ours] ?? 0) - (cell[index] ?? 0))));
      return [`${name}.punctual - ${competitor}`, told(meanInterval(ahead))];
    }),
  );
}

function told({ mean, low, high }: Interval): string {
  return `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
