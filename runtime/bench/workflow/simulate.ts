/**
 * Workflows beside the completions of editing sessions, under one policy, on the simulated runtime of the replay. What differs from a replay
 * is that a workflow's calls are submitted by whoever drives it, one after the other. Pure: same load, contender and machine, same run.
 */
import { certainLength } from '../../core/lengths.ts';
import type { PassReport } from '../../core/pass-report.ts';
import type { Outcome, TaskId } from '../../core/task.ts';
import { Stretch } from '../../core/workflow/stretch.ts';
import { costsOf } from '../../engine/simulated-model.ts';
import type { Arrival, Load } from '../replay/arrivals.ts';
import { ClairvoyantKnowledge, ReplayKnowledge } from '../replay/knowledge.ts';
import { type Progress, rowOf, scriptOf, taskOf } from '../replay/progress.ts';
import type { OutcomeRow } from '../replay/score.ts';
import { type Listener, SimulatedRuntime } from '../replay/simulated-runtime.ts';
import type { BenchClass } from '../workloads.ts';
import type { PlannedCall, WorkflowArrival } from './arrivals.ts';
import { builtCall, unbuiltCall } from './calls.ts';
import type { Contender } from './contenders.ts';
import type { Driver, Step, Submission } from './driver.ts';

export interface WorkflowLoadOf {
  readonly completions: Load;
  readonly workflows: readonly WorkflowArrival[];
}

export interface WorkflowRow {
  readonly arrival: WorkflowArrival;
  /** When its last call had ended; absent when it never did. */
  readonly endMs?: number;
  /** What was left out so that it could be on time. */
  readonly degraded: readonly string[];
  /** Of its calls, those that the policy found hopeless. */
  readonly relegated: number;
}

export interface WorkflowRun {
  readonly completions: readonly OutcomeRow[];
  readonly workflows: readonly WorkflowRow[];
  /** Time of the device in passes, in ms. */
  readonly busyMs: number;
  readonly endMs: number;
}

/** A workflow on its way. */
interface Flow {
  readonly index: number;
  readonly arrival: WorkflowArrival;
  readonly driver: Driver;
  /** True answer lengths of calls that ended. */
  readonly answers: Map<number, number>;
  endMs: number | undefined;
  relegated: number;
}

/** Which call a task is. */
interface CallOf {
  readonly flow: Flow;
  readonly place: number;
}

export function simulateWorkflows(load: WorkflowLoadOf, contender: Contender): WorkflowRun {
  return new Simulation(load, contender).run();
}

class Simulation implements Listener {
  readonly #load: WorkflowLoadOf;
  readonly #knowledge: ReplayKnowledge;
  readonly #flows: readonly Flow[];
  readonly #calls = new Map<TaskId, CallOf>();
  readonly #runtime: SimulatedRuntime;
  #busyMs = 0;

  constructor(load: WorkflowLoadOf, { policy, machine, isClairvoyant, newDriver }: Contender) {
    this.#load = load;
    const costs = costsOf(machine.costs);
    this.#knowledge = isClairvoyant
      ? new ClairvoyantKnowledge(load.completions, costs)
      : new ReplayKnowledge(load.completions, costs);
    const knowledge = this.#knowledge;
    const stretch = new Stretch();
    const room = {
      costs,
      chunkTokens: machine.chunkTokens,
      stretch,
      answerTokens: (call: PlannedCall, taskClass: BenchClass, promptTokens: number) =>
        isClairvoyant
          ? certainLength(call.answerTokens)
          : knowledge.answerTokens(unbuiltCall(call, taskClass, promptTokens)),
    };
    this.#flows = load.workflows.map((arrival, index) => ({
      index,
      arrival,
      driver: newDriver(arrival, room),
      answers: new Map<number, number>(),
      endMs: undefined,
      relegated: 0,
    }));
    this.#runtime = new SimulatedRuntime({
      policy,
      machine,
      knowledge,
      scriptOf: ({ arrival }) => scriptOf(arrival),
      listener: this,
    });
  }

  run(): WorkflowRun {
    this.#runtime.start();
    const { clock } = this.#runtime;
    const { arrivals } = this.#load.completions;
    const rows = arrivals.map((arrival) => this.#runtime.expect(arrival));
    for (const arrival of arrivals) this.#runtime.schedule(arrival, () => this.#submitTask(arrival));
    for (const flow of this.#flows) clock.at(flow.arrival.atMs, () => this.#take(flow, flow.driver.start(clock.now())));
    clock.run();
    return {
      completions: rows.map(rowOf),
      workflows: this.#flows.map(({ arrival, driver, endMs, relegated }) => ({
        arrival,
        degraded: driver.degraded,
        relegated,
        ...(endMs !== undefined && { endMs }),
      })),
      busyMs: this.#busyMs,
      endMs: clock.now(),
    };
  }

  #submitTask(arrival: Arrival, extra: Submission['extra'] = {}): void {
    this.#runtime.handle({ kind: 'submit', task: { ...taskOf(arrival), ...extra } });
  }

  #take(flow: Flow, { submits, isOver }: Step): void {
    for (const submission of submits) this.#submit(flow, submission);
    if (isOver) flow.endMs ??= this.#runtime.clock.now();
  }

  #submit(flow: Flow, submission: Submission): void {
    const { place, extra } = submission;
    const arrival = builtCall(flow, submission);
    this.#calls.set(arrival.id, { flow, place });
    this.#runtime.expect(arrival);
    this.#knowledge.told(arrival);
    this.#submitTask(arrival, extra);
  }

  passed({ wallMs }: PassReport): void {
    this.#busyMs += wallMs;
  }

  relegated(id: TaskId): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.flow.relegated += 1;
    call.flow.driver.relegated?.(call.place, this.#runtime.clock.now());
  }

  settled({ arrival: { id, answerTokens } }: Progress, outcome: Outcome): void {
    const call = this.#calls.get(id);
    if (call === undefined || outcome.kind !== 'finished') return;
    const { flow, place } = call;
    flow.answers.set(place, answerTokens);
    this.#take(flow, flow.driver.ended(place, answerTokens, this.#runtime.clock.now()));
  }
}
