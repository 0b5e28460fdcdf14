/**
 * Replayed editing sessions with background summaries and translations on the simulated engine: every policy on the same loads, at the
 * load where the best fixed number of sequences keeps half of the promises that can be kept, and at the other levels of workloads.ts.
 */
import { costsOf } from '../../engine/simulated-model.ts';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { checkWritable } from '../files.ts';
import { countOf, listed, numberOf, oneOf } from '../options.ts';
import { Progress } from '../progress.ts';
import { type LoadLevel, loadLevels, type MachineName, machines, replay } from '../workloads.ts';
import { ablationNames } from './ablation.ts';
import type { Window } from './arrivals.ts';
import { boundShare } from './bound.ts';
import { type Cell, loadOfLevel } from './cells.ts';
import { type ContenderName, contenderNames, policyContenders } from './contenders.ts';
import { meanOf, prefixOf, summaryOf } from './figures.ts';
import { findLoad } from './find-loads.ts';
import { type Job, playJobs, serveJobs } from './jobs.ts';
import { replayLoad, type TraceName } from './loads.ts';
import { resultOf } from './result.ts';
import type { CellResult, Selection } from './results.ts';
import { readTraces } from './traces.ts';

/** Seeds of a quick run. */
const quickSeeds = 2;
const processesDefault = 2;
const processesMax = 64;
const levels = Object.keys(loadLevels) as LoadLevel[];

export const replayBench: Bench = {
  name: 'replay',
  summary: 'replayed editors with background work on simulated machines, all policies side by side',
  takes: { full: '1 hour', quick: '10 minutes' },
  options: [
    { name: 'trace', value: 'sessions|azure', help: 'where completions come from (default: sessions)' },
    { name: 'machine', value: 'cpu,gpu', help: 'only these machines' },
    { name: 'policy', value: 'punctual,static', help: `only these, of ${policyContenders.join(', ')}` },
    { name: 'load', value: 'X', help: 'so many editing sessions at a time, instead of those of a level' },
    {
      name: 'level',
      value: levels.join(','),
      help: 'loads where the comparator keeps half, 80 %, half without parking',
    },
    { name: 'ablation', value: 'all', help: `also ours with one mechanism off: all, ${ablationNames.join(', ')}` },
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${replay.seeds.reporting.length}` },
    {
      name: 'window',
      value: 'reporting|tuning',
      help: 'which half of the traces, with its seeds (default: reporting)',
    },
    { name: 'jobs', value: 'N', help: `so many processes (default: ${processesDefault})` },
    { name: 'html', value: 'FILE', help: 'also write a page with tables and plots, in a folder that exists' },
    { name: 'find-loads', value: levels.join(','), help: 'search the loads of these levels instead of measuring' },
    { name: 'worker', value: 'yes', help: 'play what the parent process asks for', isInternal: true },
  ],
  async run(options) {
    const { values = {} } = options;
    if (values['worker'] !== undefined) return serveJobs();
    const selection = selectionOf(options);
    if (values['html'] !== undefined) checkWritable('html', values['html']);
    if (values['find-loads'] !== undefined) return findLoads(selection, values['find-loads'], options);
    return measure(selection, options);
  },
};

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const trace = oneOf<TraceName>('trace', values['trace'] ?? 'sessions', ['sessions', 'azure']);
  const window = oneOf<Window>('window', values['window'] ?? 'reporting', ['tuning', 'reporting']);
  const seeds = replay.seeds[window];
  const ablations = listed('ablation', values['ablation'] ?? 'none', ['none', 'all', ...ablationNames]);
  const wanted = listed<ContenderName>('policy', values['policy'], contenderNames, policyContenders);
  const load = values['load'] === undefined ? undefined : numberOf('load', values['load'], 0.01, 1_000);
  return {
    trace,
    machines: listed<MachineName>('machine', values['machine'], ['cpu', 'gpu']),
    levels: listed<LoadLevel>('level', values['level'] ?? (load === undefined ? undefined : 'half'), levels),
    load,
    contenders: [...new Set([...wanted, ...contenderNames.filter((name) => isAblated(name, ablations))])],
    window,
    seeds: seeds.slice(0, countOf('seeds', values['seeds'], quick ? quickSeeds : seeds.length, seeds.length)),
    processes: countOf('jobs', values['jobs'], processesDefault, processesMax),
  };
}

function isAblated(name: ContenderName, wanted: readonly string[]): boolean {
  return (ablationNames as readonly string[]).includes(name) && (wanted.includes('all') || wanted.includes(name));
}

export function cellsOf({ trace, machines, levels: wanted, load, window }: Selection): Cell[] {
  return machines.flatMap((machine) =>
    wanted.map((level) => ({ trace, machine, level, load: load ?? loadOfLevel(trace, machine, level), window })),
  );
}

export async function measure(
  selection: Selection,
  { log, values = {} }: Pick<BenchOptions, 'log' | 'values'>,
): Promise<BenchResult> {
  const cells = cellsOf(selection);
  const total = cells.length * selection.contenders.length * selection.seeds.length;
  const progress = new Progress({ total, what: 'runs', log });
  const results: CellResult[] = [];
  for (const cell of cells) {
    log(`${prefixOf(cell)}, ${cell.level}: ${cell.load} editing sessions at a time`);
    results.push(await measureCell(cell, selection, () => progress.step()));
  }
  const html = values['html'];
  if (html !== undefined) {
    const { writeReplayReport } = await import('./html.ts');
    await writeReplayReport(html, selection, results, log);
  }
  return resultOf(selection, results);
}

async function measureCell(
  cell: Cell,
  { contenders, seeds, processes }: Selection,
  onRun: () => void,
): Promise<CellResult> {
  const jobs = seeds.map((seed): Job => ({ cell, contenders, seed }));
  const played = await playJobs(jobs, processes, onRun);
  const summaries = contenders.map((name) =>
    summaryOf(
      name,
      played.filter(({ contender }) => contender === name),
    ),
  );
  return { cell, played, summaries, bound: meanOf(boundShares(cell, seeds)) };
}

function boundShares(cell: Cell, seeds: readonly number[]): number[] {
  const traces = readTraces();
  const costs = costsOf(machines[cell.machine].model.costs);
  return seeds.map((seed) => boundShare(replayLoad(traces, { ...cell, seed }), costs));
}

/** Prints what `replay.loads` holds. */
function findLoads(
  { trace, machines, window, seeds }: Selection,
  wanted: string,
  { log }: Pick<BenchOptions, 'log'>,
): BenchResult {
  const traces = readTraces();
  const found = listed<LoadLevel>('find-loads', wanted, levels).flatMap((level) =>
    machines.map((machine) => {
      return [
        `${prefixOf({ trace, machine })}.${level}`,
        findLoad({ traces, trace, machine, ...loadLevels[level], window, seeds, log }),
      ] as const;
    }),
  );
  return {
    figures: Object.fromEntries(found.map(([name, { load }]) => [`${name}.load`, load])),
    details: Object.fromEntries(found),
  };
}
