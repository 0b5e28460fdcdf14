/**
 * The product's own scheduler, step machine and slots on the simulated engine and its virtual clock: what a replay and the workflow bench
 * both drive. Owns what becomes of each request; what arrives when is its user's. Pure: the same calls give the same run.
 */
import type { Effect, Event } from '../../core/event.ts';
import type { PassReport } from '../../core/pass-report.ts';
import type { Policy } from '../../core/policy.ts';
import { countedHoldings } from '../../core/residency/holdings.ts';
import { Scheduler } from '../../core/scheduler.ts';
import type { Outcome, Task, TaskId } from '../../core/task.ts';
import { VirtualClock } from '../../engine/clock.ts';
import type { EngineEvent } from '../../engine/engine.ts';
import { SimulatedEngine } from '../../engine/simulated.ts';
import type { Script } from '../../engine/simulated-process.ts';
import type { Arrival } from './arrivals.ts';
import type { ReplayKnowledge } from './knowledge.ts';
import { replayedModel as model, newProgress, type Progress } from './progress.ts';
import type { ReplayMachine } from './run.ts';

/** A bound that no load reaches: what is refused here would be the bench's doing. */
const waitingMax = 1_000_000;
const contextTokens = 32_768;

/** Who hears what becomes of the requests, each time before the scheduler does. */
export interface Listener {
  /** Its row says by now how it ended. */
  settled(row: Progress, outcome: Outcome): void;
  relegated?(id: TaskId): void;
  accepted?(row: Progress, foundTokens: number, follows: TaskId | undefined): void;
  passed(pass: PassReport): void;
}

export interface SimulatedRuntimeOptions {
  readonly policy: Policy;
  /** In place of the policy's. */
  readonly planStep?: Policy['planStep'];
  readonly machine: ReplayMachine;
  readonly knowledge: ReplayKnowledge;
  readonly scriptOf: (row: Progress) => Script;
  readonly listener: Listener;
}

export class SimulatedRuntime {
  readonly clock = new VirtualClock();
  readonly #machine: ReplayMachine;
  readonly #listener: Listener;
  readonly #rows = new Map<TaskId, Progress>();
  readonly #scheduler: Scheduler;
  readonly #engine: SimulatedEngine;
  /** Events that came while another was being handled. */
  readonly #events: Event[] = [];
  #isHandling = false;

  constructor({ policy, planStep, machine, knowledge, scriptOf, listener }: SimulatedRuntimeOptions) {
    this.#machine = machine;
    this.#listener = listener;
    this.#scheduler = new Scheduler({ policy, knowledge, waitingMax, holdings: countedHoldings(1), loadRetryMs: 0 });
    const { costs, chunkTokens, shelfTokensMax } = machine;
    this.#engine = new SimulatedEngine({
      clock: this.clock,
      seed: 1,
      models: { [model]: { costs, chunkTokens, shelfTokensMax, loadMs: 0 } },
      planStep: planStep ?? policy.planStep,
      script: ({ id }) => scriptOf(this.rowOf(id)),
    });
  }

  /** Brings the model in. Once, before anything arrives. */
  start(): void {
    this.#engine.onEvent((event) => this.#onEngine(event));
    this.handle({ kind: 'wanted', model });
  }

  /** There is a row for the request from now on. */
  expect(arrival: Arrival): Progress {
    const row = newProgress(arrival);
    this.#rows.set(arrival.id, row);
    return row;
  }

  /** `submit` when the request arrives; it is cancelled when the load says so, unless it has ended. */
  schedule({ id, atMs, cancelAtMs }: Arrival, submit: () => void): void {
    this.clock.at(atMs, submit);
    if (cancelAtMs === undefined) return;
    this.clock.at(cancelAtMs, () => {
      if (this.rowOf(id).endMs === undefined) this.handle({ kind: 'cancel', id });
    });
  }

  /** Of a task that would be submitted now. */
  forecastTtftMs(task: Task): number {
    return this.#scheduler.forecastTtftMs(task, this.clock.now());
  }

  /** An event that an effect brings about is handled after all effects of the one before. */
  handle(event: Event): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift())
      for (const effect of this.#scheduler.on(next, this.clock.now())) this.#perform(effect);
    this.#isHandling = false;
  }

  /** @throws RangeError when no such request was expected. */
  rowOf(id: TaskId): Progress {
    const row = this.#rows.get(id);
    if (row === undefined) throw new RangeError(`"${id}" never arrived.`);
    return row;
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
        const { sequences } = this.#machine;
        const spec = { id: model, file: `/${model}.gguf`, sequences, contextTokens, threads: 1 };
        return this.#engine.send({ kind: 'load', spec });
      }
      case 'unload':
        return this.#engine.send({ kind: 'unload', model: effect.model });
      case 'relegate':
        this.rowOf(effect.id).relegated = true;
        this.#engine.send({ kind: 'relegate', id: effect.id });
        return this.#listener.relegated?.(effect.id);
      case 'settle':
        return this.#settle(this.rowOf(effect.id), effect.outcome);
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

  #settle(row: Progress, outcome: Outcome): void {
    row.endMs = this.clock.now();
    row.outcome = outcome.kind === 'failed' ? 'rejected' : outcome.kind;
    // An answer that ends at once is an answer: its end came when a first token would have.
    if (row.outcome === 'finished') row.firstTokenMs ??= row.endMs;
    this.#listener.settled(row, outcome);
  }

  #onEngine(event: EngineEvent): void {
    switch (event.kind) {
      case 'accepted':
        this.#listener.accepted?.(this.rowOf(event.id), event.reusedTokens, event.follows);
        break;
      case 'pass':
        this.#listener.passed(event.pass);
        break;
      case 'tokens': {
        const row = this.rowOf(event.id);
        row.firstTokenMs ??= this.clock.now();
        row.generatedTokens += event.tokens.length;
        break;
      }
      case 'loading':
      case 'calibrated':
        return;
      case 'lost':
        return this.handle({ kind: 'engineLost', reason: event.reason });
      case 'resized':
      case 'resizeFailed':
        throw new Error('Nobody asked for another size.');
      case 'loaded':
      case 'loadFailed':
      case 'unloaded':
      case 'ended':
        break;
      default:
        event satisfies never;
    }
    this.handle(event);
  }
}
