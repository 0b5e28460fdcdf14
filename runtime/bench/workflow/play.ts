/** One seed of one cell: the load, and what became of it under a contender. Pure but for the traces that are passed in. */
import { costsOf } from '../../engine/simulated-model.ts';
import { quantile } from '../bench.ts';
import type { Load } from '../replay/arrivals.ts';
import { type RunScore, scoreRun } from '../replay/score.ts';
import { sessionsLoad } from '../replay/sessions.ts';
import type { Traces } from '../replay/traces.ts';
import { type MachineName, machines } from '../workloads.ts';
import { workflowArrivals } from './arrivals.ts';
import { type Contender, type ContenderName, contenderOf } from './contenders.ts';
import { simulateWorkflows, type WorkflowLoadOf, type WorkflowRow } from './simulate.ts';
import { durationMs, loads, type seeds } from './workload.ts';

export interface Cell {
  readonly machine: MachineName;
  readonly window: keyof typeof seeds;
  readonly perMinute: number;
  /** Virtual. */
  readonly durationMs: number;
}

/** One run of one contender. */
export interface Played {
  readonly contender: ContenderName;
  readonly seed: number;
  readonly workflows: number;
  /** Of them, in %. */
  readonly attained: number;
  readonly summariesAttained: number;
  readonly translationsAttained: number;
  /** E2E of all workflows, in ms. */
  readonly p50: number;
  readonly p95: number;
  /** Completions in time, in % of those that some order can serve in time. */
  readonly completions: number;
  /** Of the workflows, in %. */
  readonly degraded: number;
  /** Calls that the policy gave up, of a workflow. */
  readonly relegated: number;
  /** Of the time until the last answer, in % what the device was busy. */
  readonly busy: number;
}

export function cellOf(machine: MachineName, window: Cell['window']): Cell {
  return { machine, window, perMinute: loads[machine].perMinute, durationMs };
}

export function loadOf(traces: Traces, cell: Cell, seed: number): WorkflowLoadOf {
  const { machine, window, perMinute } = cell;
  const { completionTargetMs: targetMs } = machines[machine];
  const { sessions } = loads[machine];
  return {
    completions: sessionsLoad(traces, { seed, load: sessions, window, durationMs: cell.durationMs, targetMs }),
    workflows: workflowArrivals({ machine, seed, perMinute, durationMs: cell.durationMs }),
  };
}

export function play(
  load: WorkflowLoadOf,
  cell: Cell,
  name: ContenderName,
  seed: number,
  contender: Contender = contenderOf(name, cell.machine),
): Played {
  const { completions, workflows, busyMs, endMs } = simulateWorkflows(load, contender);
  const times = workflows.map(e2eMs);
  const ofClass = (taskClass: string): number =>
    attainedPercent(workflows.filter(({ arrival }) => arrival.class === taskClass));
  const { keepable } = completionScore(load.completions, completions, cell.machine).classes.completion;
  return {
    contender: name,
    seed,
    workflows: workflows.length,
    attained: attainedPercent(workflows),
    summariesAttained: ofClass('summarize'),
    translationsAttained: ofClass('translate'),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    completions: 100 * keepable.share,
    degraded: (100 * workflows.filter(({ degraded }) => degraded.length > 0).length) / workflows.length,
    relegated: workflows.reduce((sum, { relegated }) => sum + relegated, 0) / workflows.length,
    busy: (100 * busyMs) / endMs,
  };
}

function completionScore(
  load: Load,
  rows: ReturnType<typeof simulateWorkflows>['completions'],
  machine: MachineName,
): RunScore {
  return scoreRun(load, rows, costsOf(machines[machine].model.costs));
}

function attainedPercent(rows: readonly WorkflowRow[]): number {
  const attained = rows.filter((row) => e2eMs(row) <= row.arrival.targetMs).length;
  return (100 * attained) / rows.length;
}

/** What counts as the time of a workflow that never ended, in targets, as in the replay. */
const unansweredTargets = 10;

function e2eMs({ arrival, endMs }: WorkflowRow): number {
  return endMs === undefined ? unansweredTargets * arrival.targetMs : endMs - arrival.atMs;
}
