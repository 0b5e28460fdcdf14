/**
 * Workflows beside the completions of editing sessions, under one policy: the product's own scheduler, step machine and slots on the
 * simulated engine and its virtual clock, as in replay/simulate.ts. What differs is that a workflow's calls are submitted by whoever
 * drives it, one after the other. Pure: same load, contender and machine, same run.
 */
import type { Effect, Event } from '../../core/event.ts';
import { certainLength } from '../../core/lengths.ts';
import { countedHoldings } from '../../core/residency/holdings.ts';
import { Scheduler } from '../../core/scheduler.ts';
import type { Outcome, TaskId } from '../../core/task.ts';
import { Stretch } from '../../core/workflow/stretch.ts';
import { VirtualClock } from '../../engine/clock.ts';
import type { EngineEvent } from '../../engine/engine.ts';
import { SimulatedEngine } from '../../engine/simulated.ts';
import { costsOf } from '../../engine/simulated-model.ts';
import type { Arrival, Load } from '../replay/arrivals.ts';
import { ClairvoyantKnowledge, ReplayKnowledge } from '../replay/knowledge.ts';
import { replayedModel as model, newProgress, type Progress, rowOf, scriptOf, taskOf } from '../replay/progress.ts';
import type { ReplayMachine } from '../replay/run.ts';
import type { OutcomeRow } from '../replay/score.ts';
import type { BenchClass } from '../workloads.ts';
import type { PlannedCall, WorkflowArrival } from './arrivals.ts';
import { builtCall, unbuiltCall } from './calls.ts';
import type { Contender } from './contenders.ts';
import type { Driver, Step, Submission } from './driver.ts';

/** A bound that no load reaches: what is refused here would be the bench's doing. */
const waitingMax = 1_000_000;
const contextTokens = 32_768;

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

class Simulation {
  readonly #load: WorkflowLoadOf;
  readonly #machine: ReplayMachine;
  readonly #clock = new VirtualClock();
  readonly #knowledge: ReplayKnowledge;
  readonly #rows = new Map<TaskId, Progress>();
  readonly #flows: readonly Flow[];
  readonly #calls = new Map<TaskId, CallOf>();
  readonly #scheduler: Scheduler;
  readonly #engine: SimulatedEngine;
  /** Events that came while another was being handled. */
  readonly #events: Event[] = [];
  #isHandling = false;
  #busyMs = 0;

  constructor(load: WorkflowLoadOf, { policy, machine, isClairvoyant, newDriver }: Contender) {
    this.#load = load;
    this.#machine = machine;
    const costs = costsOf(machine.costs);
    this.#knowledge = isClairvoyant
      ? new ClairvoyantKnowledge(load.completions, costs)
      : new ReplayKnowledge(load.completions, costs);
    const knowledge = this.#knowledge;
    const { costs: passCosts, chunkTokens, shelfTokensMax } = machine;
    const stretch = new Stretch();
    const room = {
      costs,
      chunkTokens,
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
    this.#scheduler = new Scheduler({ policy, knowledge, waitingMax, holdings: countedHoldings(1), loadRetryMs: 0 });
    this.#engine = new SimulatedEngine({
      clock: this.#clock,
      seed: 1,
      models: { [model]: { costs: passCosts, chunkTokens, shelfTokensMax, loadMs: 0 } },
      planStep: policy.planStep,
      script: ({ id }) => scriptOf(this.#rowOf(id).arrival),
    });
  }

  run(): WorkflowRun {
    this.#engine.onEvent((event) => this.#onEngine(event));
    this.#handle({ kind: 'wanted', model });
    for (const arrival of this.#load.completions.arrivals) this.#schedule(arrival);
    for (const flow of this.#flows)
      this.#clock.at(flow.arrival.atMs, () => this.#take(flow, flow.driver.start(this.#clock.now())));
    this.#clock.run();
    return {
      completions: this.#load.completions.arrivals.map(({ id }) => rowOf(this.#rowOf(id))),
      workflows: this.#flows.map(({ arrival, driver, endMs, relegated }) => ({
        arrival,
        degraded: driver.degraded,
        relegated,
        ...(endMs !== undefined && { endMs }),
      })),
      busyMs: this.#busyMs,
      endMs: this.#clock.now(),
    };
  }

  #schedule(arrival: Arrival): void {
    const { id, atMs, cancelAtMs } = arrival;
    this.#rows.set(id, newProgress(arrival));
    this.#clock.at(atMs, () => this.#handle({ kind: 'submit', task: taskOf(arrival) }));
    if (cancelAtMs === undefined) return;
    this.#clock.at(cancelAtMs, () => {
      if (this.#rowOf(id).endMs === undefined) this.#handle({ kind: 'cancel', id });
    });
  }

  #take(flow: Flow, { submits, isOver }: Step): void {
    for (const submission of submits) this.#submit(flow, submission);
    if (isOver) flow.endMs ??= this.#clock.now();
  }

  #submit(flow: Flow, submission: Submission): void {
    const { place, extra } = submission;
    const arrival = builtCall(flow, submission);
    this.#calls.set(arrival.id, { flow, place });
    this.#rows.set(arrival.id, newProgress(arrival));
    this.#knowledge.told(arrival);
    this.#handle({ kind: 'submit', task: { ...taskOf(arrival), ...extra } });
  }

  /** An event that an effect brings about is handled after all effects of the one before. */
  #handle(event: Event): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift())
      for (const effect of this.#scheduler.on(next, this.#clock.now())) this.#perform(effect);
    this.#isHandling = false;
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start': {
        const { task, ageMs, answerTokens, relegated, generated } = effect;
        const { id, class: taskClass, prompt, limits, sla, supersedeKey: document } = task;
        const request = { id, class: taskClass, model, document, prompt, limits, sla };
        this.#engine.send({ kind: 'start', request: { ...request, ageMs, answerTokens, relegated, generated } });
        return;
      }
      case 'stop':
        return this.#engine.send({ kind: 'stop', id: effect.id, keep: effect.keep });
      case 'load': {
        const spec = {
          id: model,
          file: `/${model}.gguf`,
          sequences: this.#machine.sequences,
          contextTokens,
          threads: 1,
        };
        return this.#engine.send({ kind: 'load', spec });
      }
      case 'unload':
        return this.#engine.send({ kind: 'unload', model: effect.model });
      case 'relegate':
        return this.#relegated(effect.id);
      case 'settle':
        return this.#settle(effect.id, effect.outcome);
      case 'resize':
      case 'substitute':
      case 'offer':
      case 'withdraw':
      case 'readAhead':
      case 'stopReading':
      case 'tell':
      case 'wakeAt':
        throw new Error(`There is one model, and '${effect.kind}' is about several.`);
      default:
        effect satisfies never;
    }
  }

  #relegated(id: TaskId): void {
    this.#rowOf(id).relegated = true;
    this.#engine.send({ kind: 'relegate', id });
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.flow.relegated += 1;
    call.flow.driver.relegated?.(call.place, this.#clock.now());
  }

  #settle(id: TaskId, outcome: Outcome): void {
    const row = this.#rowOf(id);
    row.endMs = this.#clock.now();
    row.outcome = outcome.kind === 'failed' ? 'rejected' : outcome.kind;
    if (row.outcome === 'finished') row.firstTokenMs ??= row.endMs;
    const call = this.#calls.get(id);
    if (call === undefined || outcome.kind !== 'finished') return;
    const { flow, place } = call;
    const { answerTokens } = row.arrival;
    flow.answers.set(place, answerTokens);
    this.#take(flow, flow.driver.ended(place, answerTokens, this.#clock.now()));
  }

  #onEngine(event: EngineEvent): void {
    switch (event.kind) {
      case 'pass':
        this.#busyMs += event.pass.wallMs;
        break;
      case 'tokens': {
        const row = this.#rowOf(event.id);
        row.firstTokenMs ??= this.#clock.now();
        row.generatedTokens += event.tokens.length;
        break;
      }
      case 'loading':
      case 'calibrated':
        return;
      case 'lost':
        return this.#handle({ kind: 'engineLost', reason: event.reason });
      case 'resized':
      case 'resizeFailed':
        throw new Error('Nobody asked for another size.');
      case 'accepted':
      case 'loaded':
      case 'loadFailed':
      case 'unloaded':
      case 'ended':
        break;
      default:
        event satisfies never;
    }
    this.#handle(event);
  }

  #rowOf(id: TaskId): Progress {
    const row = this.#rows.get(id);
    if (row === undefined) throw new RangeError(`"${id}" never arrived.`);
    return row;
  }
}
