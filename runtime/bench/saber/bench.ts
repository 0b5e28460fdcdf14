/**
 * SABER's set-up: mean goodput over all rates for each workload and competitor, in percent, once with known lengths
 * (`saber.W1.punctual`) and once with lognormal ones that no policy knows (`saber.W1.unknown.punctual`).
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { countOf, listed } from '../options.ts';
import { Progress } from '../progress.ts';
import { saber } from '../workloads.ts';
import { competitors, goodputs } from './cell.ts';
import { type Lengths, type Workload, workloads } from './requests.ts';
import { resultOf, type Selection } from './result.ts';

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
  const { requestsPerSecond, seeds, competitors: names } = selection;
  const rows = rowsOf(selection);
  const what = `cells of ${saber.requests} requests for ${names.length} ${names.length === 1 ? 'policy' : 'policies'}`;
  const progress = new Progress({ total: rows.length * requestsPerSecond.length * seeds.length, what, log });
  const results = rows.map(({ name, ...row }) => ({
    name,
    workload: row.workload,
    areLengthsKnown: row.lengths === 'known',
    goodputs: goodputTable({ name, ...row }, selection, () => progress.step()),
  }));
  return resultOf(selection, results);
}

function rowsOf({ workloads: wanted }: Selection): Row[] {
  return [
    ...wanted.map((workload): Row => ({ name: `saber.${workload}`, workload, lengths: 'known' })),
    ...wanted.map((workload): Row => ({ name: `saber.${workload}.unknown`, workload, lengths: 'unknown' })),
  ];
}

/** Goodput in % by seed, rate and competitor. */
function goodputTable({ workload, lengths }: Row, selection: Selection, onCell: () => void): number[][][] {
  return selection.seeds.map((seed) =>
    selection.requestsPerSecond.map((requestsPerSecond) => {
      const cell = goodputs({ workload, requestsPerSecond, seed, lengths }, selection.competitors);
      onCell();
      return cell;
    }),
  );
}
