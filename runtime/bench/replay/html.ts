/** The replay as one HTML page: tables, goodput over load, distributions, passes. Loaded only when a page is asked for. */
import { meanInterval } from '../interval.ts';
import { Progress } from '../progress.ts';
import type { DistributionSection, LinesSection, Report, TimelineSection } from '../report/report.ts';
import { commitOf, thisMachine, writeReport } from '../report/write.ts';
import { machines, replay } from '../workloads.ts';
import type { Cell, Played } from './cells.ts';
import { type ContenderName, contenderOf, policyContenders, toldSetting } from './contenders.ts';
import { goodputPercent, prefixOf } from './figures.ts';
import { type Job, playJobs, runsOf } from './jobs.ts';
import { replayLoad } from './loads.ts';
import type { CellResult, Selection } from './results.ts';
import { isPromise, promisedMs } from './score.ts';
import { cellSections, measured, roleOf } from './sections.ts';
import { simulate } from './simulate.ts';
import { lanesOf, shownStretch } from './timeline.ts';
import { readTraces, type Traces } from './traces.ts';

/** Seeds behind the curves and the distributions: enough to see, and a page in minutes. */
const seedsDrawn = 4;
/** Loads of the curve, as shares of the load of the cell. */
const loadShares = [0.4, 0.6, 0.8, 1, 1.25];
/** Of policies in a distribution, when neither ours nor the comparator played. */
const curvesMax = 4;

export async function writeReplayReport(
  file: string,
  selection: Selection,
  results: readonly CellResult[],
  log: (line: string) => void,
): Promise<void> {
  const traces = readTraces();
  const plotted = plottedOf(results.map(({ cell }) => cell));
  const curves: LinesSection[] = [];
  for (const cell of plotted) curves.push(await loadCurve(cell, selection, log));
  const report: Report = {
    title: 'Replayed editors',
    summary:
      'Completions as developers typed them, with summaries and translations beside them, on simulated machines: every policy on the same loads.',
    run: {
      command: ['bench', ...process.argv.slice(2)].join(' '),
      seeds: selection.seeds,
      commit: await commitOf(),
      machine: thisMachine(),
      facts: factsOf(selection, results),
    },
    sections: [
      ...results.flatMap((result) => cellSections(result)),
      ...curves,
      ...plotted.flatMap((cell) => [...distributions(traces, cell, selection), timeline(traces, cell, selection)]),
    ],
  };
  await writeReport(file, report);
}

/** One cell for each machine, so that every page has plots: at the load of the figures, or else what was measured first. */
export function plottedOf(cells: readonly Cell[]): Cell[] {
  const machinesOf = [...new Set(cells.map(({ machine }) => machine))];
  return machinesOf.flatMap((name) => {
    const own = cells.filter(({ machine }) => machine === name);
    return own.find(({ level }) => level === 'half') ?? own[0] ?? [];
  });
}

function factsOf({ window }: Selection, results: readonly CellResult[]): Record<string, string> {
  const settings = results.map(({ cell: { trace, machine, level, load } }) => {
    const { plain, parked } = replay.loads[trace][machine][level];
    const texts = [toldSetting({ ...plain, parks: false }), toldSetting({ ...parked, parks: true })];
    return [`${machine}, ${level}`, `${load} sessions; comparators: ${texts.join(' and ')}`] as const;
  });
  return { Window: window, ...Object.fromEntries(settings) };
}

async function loadCurve(cell: Cell, selection: Selection, log: (line: string) => void): Promise<LinesSection> {
  const policies = selection.contenders.filter((name) => (policyContenders as readonly string[]).includes(name));
  const contenders = policies.length > 0 ? policies : selection.contenders;
  const loads = loadShares.map((share) => Math.round(100 * share * cell.load) / 100);
  const jobs = loads.flatMap((load) =>
    selection.seeds.slice(0, seedsDrawn).map((seed): Job => ({ cell: { ...cell, load }, contenders, seed })),
  );
  log(`${prefixOf(cell)}: goodput at ${loads.length} loads, for the page`);
  const progress = new Progress({ total: runsOf(jobs), what: 'runs', log });
  const played = await playJobs(jobs, selection.processes, () => progress.step());
  const perLoad = played.length / loads.length;
  const at = (place: number): readonly Played[] => played.slice(place * perLoad, (place + 1) * perLoad);
  return {
    kind: 'lines',
    title: `${prefixOf(cell)}: goodput over load`,
    note: `${Math.min(seedsDrawn, selection.seeds.length)} seeds; the comparators stay in their settings.`,
    x: { label: 'editing sessions at a time' },
    y: { label: 'promises kept, of those that can be kept', unit: '%', min: 0, max: 100 },
    series: contenders.map((name) => ({
      ...named(name),
      points: loads.map((x, place) => {
        const own = at(place).filter(({ contender }) => contender === name);
        return { x, ...measured(meanInterval(own.map(({ score }) => goodputPercent(score)))) };
      }),
    })),
  };
}

function named(name: ContenderName): { name: string; role?: 'baseline' | 'bound' } {
  const role = roleOf(name);
  return { name, ...(role && { role }) };
}

/** Of the time to the first token, and to the last one, of every promise. */
function distributions(traces: Traces, cell: Cell, { contenders, seeds }: Selection): DistributionSection[] {
  const usual = contenders.filter((name) => ['punctual', 'static', 'static_parked'].includes(name));
  const shown = usual.length > 0 ? usual : contenders.slice(0, curvesMax);
  const target = machines[cell.machine].completionTargetMs;
  const values = shown.map((name) => ({
    ...named(name),
    times: seeds.slice(0, seedsDrawn).flatMap((seed) => timesOf(traces, cell, name, seed)),
  }));
  const sections = (['ttft', 'e2e'] as const).map((kind) => ({
    kind: 'distribution' as const,
    title: `${prefixOf(cell)}: ${kind.toUpperCase()} at ${cell.load} sessions`,
    value: { label: kind === 'ttft' ? 'time to the first token' : 'time to the last token', unit: 'ms' },
    series: values.map(({ times, ...series }) => {
      const own = times.filter((time) => time.kind === kind);
      const answered = own.filter(({ isAnswered }) => isAnswered);
      return { ...series, values: answered.map(({ ms }) => ms), unanswered: own.length - answered.length };
    }),
    ...(kind === 'ttft' && { promises: [{ label: `TTFT ${target} ms`, at: target }] }),
  }));
  // A small load may hold no promise of a kind.
  return sections.filter(({ series }) => series.some(({ values: ms, unanswered }) => ms.length + unanswered > 0));
}

interface PromisedTime {
  readonly kind: 'ttft' | 'e2e';
  readonly ms: number;
  readonly isAnswered: boolean;
}

function timesOf(traces: Traces, cell: Cell, name: ContenderName, seed: number): PromisedTime[] {
  const load = replayLoad(traces, { ...cell, seed });
  const { rows } = simulate({ ...contenderOf(name, cell), load });
  return load.arrivals.flatMap((arrival, place) => {
    const row = rows[place];
    if (row === undefined || !isPromise(arrival)) return [];
    const { kind } = arrival.sla;
    const isAnswered = kind === 'ttft' ? row.firstTokenMs !== undefined : row.outcome === 'finished';
    return [{ kind, ms: promisedMs(arrival, row), isAnswered }];
  });
}

function timeline(traces: Traces, cell: Cell, { seeds }: Selection): TimelineSection {
  const [seed = 0] = seeds;
  const load = replayLoad(traces, { ...cell, seed });
  const run = simulate({ ...contenderOf('punctual', cell), load, recordsPasses: true });
  const stretch = shownStretch(run.passes);
  return {
    kind: 'timeline',
    title: `${prefixOf(cell)}: 30 s of passes under punctual`,
    note: `Seed ${seed}, from ${stretch.fromMs / 1_000} s on. Tasks that only waited are not shown.`,
    lanes: lanesOf(load, run, stretch),
  };
}
