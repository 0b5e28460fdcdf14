/**
 * Summaries and translations of several calls, each with one promise, beside the completions of replayed editors on the simulated engine: one
 * deadline over the whole against a deadline for each call, at the load where the latter attains half of the promises.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Bench, BenchOptions, BenchResult, BenchValues } from '../bench.ts';
import { type Figure, intervalFigures, intervalText, percentRange } from '../interval.ts';
import { countOf, listed, numberOf, oneOf } from '../options.ts';
import { Progress } from '../progress.ts';
import { readTraces } from '../replay/traces.ts';
import { quantityText } from '../report/numbers.ts';
import { intervalTable, type TextTable } from '../tables.ts';
import type { MachineName } from '../workloads.ts';
import { ablationNames, type ContenderName, contenderNames, policyContenders } from './contenders.ts';
import { aims, figuresOf, type Summary, summaryOf } from './figures.ts';
import { findLoad } from './find-loads.ts';
import { type Cell, cellOf, loadOf, type Played, play } from './play.ts';
import { durationMs, seeds } from './workload.ts';

/** Seeds of a quick run. */
const quickSeeds = 2;

type WindowName = keyof typeof seeds;

export interface Selection {
  readonly machines: readonly MachineName[];
  readonly contenders: readonly ContenderName[];
  readonly window: WindowName;
  readonly seeds: readonly number[];
  /** Workflows a minute, instead of those that were found. */
  readonly load: number | undefined;
  /** Virtual. */
  readonly durationMs: number;
}

const figuresNote =
  'Against calls that have a part of the deadline each (split), unless the name says otherwise: whole, each, static.';

export const workflowBench: Bench = {
  name: 'workflow',
  summary: 'summaries and translations of several calls under one deadline, beside replayed editors',
  takes: { full: '40 minutes', quick: '4 minutes' },
  options: [
    { name: 'machine', value: 'cpu,gpu', help: 'only these machines' },
    { name: 'policy', value: 'split,workflow', help: `only these, of ${policyContenders.join(', ')}` },
    { name: 'ablation', value: 'all', help: `also ours with one thing taken away: all, ${ablationNames.join(', ')}` },
    { name: 'load', value: 'X', help: 'so many workflows a minute, instead of those where split attains half' },
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${seeds.reporting.length}` },
    {
      name: 'window',
      value: 'reporting|tuning',
      help: 'which half of the traces, with its seeds (default: reporting)',
    },
    { name: 'find-loads', value: 'split', help: 'search the load where this one attains half instead of measuring' },
  ],
  run(options) {
    const selection = selectionOf(options);
    const baseline = options.values?.['find-loads'];
    return baseline === undefined
      ? measure(selection, options.log)
      : Promise.resolve(findLoads(selection, oneOf('find-loads', baseline, contenderNames), options.log));
  },
};

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const window = oneOf<WindowName>('window', values['window'] ?? 'reporting', ['tuning', 'reporting']);
  const all = seeds[window];
  return {
    machines: listed<MachineName>('machine', values['machine'], ['cpu', 'gpu']),
    contenders: contendersOf(values),
    window,
    seeds: all.slice(0, countOf('seeds', values['seeds'], quick ? quickSeeds : all.length, all.length)),
    load: values['load'] === undefined ? undefined : numberOf('load', values['load'], 0.01, 1_000),
    durationMs,
  };
}

function contendersOf(values: BenchValues): readonly ContenderName[] {
  const asked = listed('ablation', values['ablation'] ?? 'none', ['none', 'all', ...ablationNames]);
  return [
    ...listed<ContenderName>('policy', values['policy'], policyContenders),
    ...ablationNames.filter((name) => asked.includes('all') || asked.includes(name)),
  ];
}

export async function measure(selection: Selection, log: BenchOptions['log']): Promise<BenchResult> {
  const { machines, contenders, window, load } = selection;
  const progress = new Progress({
    total: machines.length * contenders.length * selection.seeds.length,
    what: 'runs',
    log,
  });
  const traces = readTraces();
  const results: Result[] = [];
  for (const machine of machines) {
    const found = cellOf(machine, window);
    const cell = { ...found, durationMs: selection.durationMs, perMinute: load ?? found.perMinute };
    const played: Played[] = [];
    for (const seed of selection.seeds) {
      const seedLoad = loadOf(traces, cell, seed);
      for (const contender of contenders) {
        played.push(play(seedLoad, cell, contender, seed));
        progress.step();
        // Signals are seen between two runs.
        await nextTurn();
      }
    }
    results.push({
      cell,
      figures: figuresOf(machine, played),
      summaries: contenders.map((name) => summaryOf(name, played)),
    });
  }
  return resultOf(selection, results);
}

/** What a machine came to. */
export interface Result {
  readonly cell: Cell;
  readonly figures: readonly Figure[];
  readonly summaries: readonly Summary[];
}

export function resultOf({ window, seeds: played }: Selection, results: readonly Result[]): BenchResult {
  const all = results.flatMap(({ figures }) => figures);
  const machines = results.map(({ cell, figures, summaries }) => [
    cell.machine,
    {
      ...cell,
      figures: Object.fromEntries(figures.map(({ name, interval }) => [name, intervalFigures(interval)])),
      contenders: Object.fromEntries(
        summaries.map(({ contender, attained, means }) => [
          contender,
          { ...means, attained: intervalFigures(attained, percentRange) },
        ]),
      ),
    },
  ]);
  return {
    figures: Object.fromEntries(all.map(({ name, interval }) => [name, interval.mean])),
    details: { window, seeds: played, machines: Object.fromEntries(machines) },
    tables: [...results.map(contenderTable), intervalTable(all, aims, figuresNote, 2)],
  };
}

function contenderTable({ cell, summaries }: Result): TextTable {
  const ms = (value: number): string => quantityText(value, 'ms');
  return {
    title: `${cell.machine}, ${cell.perMinute} workflows a minute`,
    columns: [
      { label: 'calls as', isText: true },
      { label: 'attained % (95 %)' },
      { label: 'summaries' },
      { label: 'translations' },
      { label: 'E2E p50' },
      { label: 'E2E p95' },
      { label: 'completions' },
      { label: 'degraded' },
      { label: 'busy' },
    ],
    rows: summaries.map(({ contender, attained, means }) => [
      contender,
      intervalText(attained, 1, percentRange),
      means.summariesAttained.toFixed(1),
      means.translationsAttained.toFixed(1),
      ms(means.p50),
      ms(means.p95),
      means.completions.toFixed(1),
      means.degraded.toFixed(1),
      means.busy.toFixed(1),
    ]),
    note: 'Attained: workflows whose last answer came in time. Completions: first tokens in time, of those that some order can serve in time. All in %.',
  };
}

/** Prints what `loads` of workload.ts holds. */
function findLoads(selection: Selection, baseline: ContenderName, log: BenchOptions['log']): BenchResult {
  const traces = readTraces();
  const found = selection.machines.map((machine) => [machine, findLoad(traces, machine, baseline, log)] as const);
  return {
    figures: Object.fromEntries(found.map(([machine, { perMinute }]) => [`workflow.${machine}.load`, perMinute])),
    details: Object.fromEntries(found),
  };
}
