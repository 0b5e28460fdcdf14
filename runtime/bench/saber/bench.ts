/**
 * SABER's set-up: mean goodput over all rates for each workload and competitor, in percent, once with known lengths
 * (`saber.W1.punctual`) and once with lognormal ones that no policy knows (`saber.W1.unknown.punctual`).
 */
import { BadUsage, type Bench, type BenchOptions, type BenchResult } from '../bench.ts';
import { type Interval, meanInterval } from '../interval.ts';
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
  summary:
    "SABER's set-up, all policies side by side, [--workload W1,W2,W3] [--rps 5,10] [--policy punctual,saber] [--seeds N]",
  options: ['workload', 'rps', 'policy', 'seeds'],
  run: async (options) => measure(selectionOf(options), options.log),
};

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const { reporting } = saber.seeds;
  const count = values['seeds'] === undefined ? (quick ? quickSeeds : reporting.length) : Number(values['seeds']);
  if (!Number.isInteger(count) || count < 1 || count > reporting.length)
    throw new BadUsage(`--seeds takes 1 to ${reporting.length}, not '${values['seeds']}'.`);
  return {
    workloads: listed('workload', values['workload'], workloads),
    requestsPerSecond: listed('rps', values['rps'], saber.requestsPerSecond.map(String)).map(Number),
    competitors: listed('policy', values['policy'], competitors),
    seeds: reporting.slice(0, count),
  };
}

function listed<T extends string>(option: string, value: string | undefined, there: readonly T[]): readonly T[] {
  if (value === undefined) return there;
  return value.split(',').map((name) => {
    const found = there.find((known) => known === name);
    if (found === undefined) throw new BadUsage(`--${option} takes ${there.join(', ')}, not '${name}'.`);
    return found;
  });
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
