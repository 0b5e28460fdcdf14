/**
 * The scheduler and the simulated engine on a virtual clock, with nothing in between: what each task was told and gave, for tests that
 * need real passes. Checks what has to hold of every task: one answer, no text after it, and one life inside the engine at a time.
 */
import type { Effect, Event } from '../../runtime/core/event.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import { type SchedulerOptions, schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import type { ModelId, Outcome, Task, TaskId } from '../../runtime/core/task.ts';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { EngineEvent } from '../../runtime/engine/engine.ts';
import { SimulatedEngine, type SimulatedEngineOptions } from '../../runtime/engine/simulated.ts';
import { requestOf } from '../../runtime/loop/request.ts';
import { plainKnowledge, policyOf } from './fixtures.ts';

export interface ScheduledOptions {
  readonly sequences: number;
  readonly engine?: Partial<SimulatedEngineOptions>;
  readonly scheduler?: Partial<SchedulerOptions>;
  /** Keep everything that happened, for a replay. */
  readonly records?: boolean;
}

/** What is known of a task by those who asked for it. */
export interface Heard {
  readonly task: Task;
  text: string;
  tokens: number;
  startedTimes: number;
  pausedTimes: number;
  relegatedTimes: number;
  /** Tokens of prompt and answer that its sequence held already, at each start. */
  readonly reusedTokens: number[];
  outcome: Outcome | undefined;
  endMs: number | undefined;
}

export interface Turn {
  readonly nowMs: number;
  readonly event: Event;
  readonly effects: readonly Effect[];
}

export class Scheduled {
  readonly clock = new VirtualClock();
  readonly heard = new Map<TaskId, Heard>();
  readonly turns: Turn[] = [];
  /** Time in which a pass ran, and the longest pass, in ms. */
  busyMs = 0;
  longestPassMs = 0;
  readonly #engine: SimulatedEngine;
  readonly #scheduler: Scheduler;
  readonly #options: ScheduledOptions;
  readonly #inside = new Set<TaskId>();

  constructor(options: ScheduledOptions) {
    this.#options = options;
    const policy = options.scheduler?.policy ?? policyOf('punctual');
    this.#engine = new SimulatedEngine({ clock: this.clock, seed: 1, planStep: policy.planStep, ...options.engine });
    const scheduler = { ...schedulerDefaults, policy, knowledge: plainKnowledge(), ...options.scheduler };
    this.#scheduler = new Scheduler(scheduler);
    this.#engine.onEvent((event) => this.#onEngine(event));
  }

  /** @returns what is heard of it from now on. */
  submit(task: Task): Heard {
    const heard: Heard = {
      task,
      text: '',
      tokens: 0,
      startedTimes: 0,
      pausedTimes: 0,
      relegatedTimes: 0,
      reusedTokens: [],
      outcome: undefined,
      endMs: undefined,
    };
    this.heard.set(task.id, heard);
    this.#on({ kind: 'submit', task });
    return heard;
  }

  cancel(id: TaskId): void {
    this.#on({ kind: 'cancel', id });
  }

  /** The engine dies now. */
  die(): void {
    this.#engine.die();
  }

  /** The next load of this model fails. */
  failLoad(model: ModelId): void {
    this.#engine.failLoad(model, 'The file is gone.');
  }

  #onEngine(event: EngineEvent): void {
    switch (event.kind) {
      case 'accepted':
        this.#of(event.id).reusedTokens.push(event.reusedTokens);
        return this.#on(event);
      case 'tokens':
        this.#note(event);
        return this.#on(event);
      case 'ended':
        this.#inside.delete(event.id);
        return this.#on(event);
      case 'pass':
        this.busyMs += event.pass.wallMs;
        this.longestPassMs = Math.max(this.longestPassMs, event.pass.wallMs);
        return this.#on(event);
      case 'loaded':
      case 'loadFailed':
      case 'unloaded':
      case 'resized':
        return this.#on(event);
      case 'resizeFailed':
        return this.#on({ kind: 'resizeFailed', model: event.model });
      case 'lost':
        this.#inside.clear();
        return this.#on({ kind: 'engineLost', reason: event.reason });
      case 'loading':
      case 'calibrated':
        return;
      default:
        event satisfies never;
    }
  }

  /** A task that was cancelled may give one more token, which nobody hears. */
  #note({ id, tokens, text }: Extract<EngineEvent, { kind: 'tokens' }>): void {
    const heard = this.#of(id);
    if (heard.outcome?.kind === 'finished') throw new Error(`${id} gives text after its end.`);
    if (heard.outcome !== undefined) return;
    heard.text += text;
    heard.tokens += tokens.length;
  }

  #on(event: Event): void {
    const nowMs = this.clock.now();
    const effects = this.#scheduler.on(event, nowMs);
    if (this.#options.records) this.turns.push({ nowMs, event, effects });
    for (const effect of effects) this.#perform(effect, nowMs);
  }

  #perform(effect: Effect, nowMs: number): void {
    switch (effect.kind) {
      case 'start': {
        const { id } = effect.task;
        if (this.#inside.has(id)) throw new Error(`${id} is started while it is still inside the engine.`);
        this.#inside.add(id);
        this.#of(id).startedTimes += 1;
        return this.#engine.send({ kind: 'start', request: requestOf(effect) });
      }
      case 'stop':
        if (effect.keep) this.#of(effect.id).pausedTimes += 1;
        return this.#engine.send({ kind: 'stop', id: effect.id, keep: effect.keep });
      case 'relegate':
        this.#of(effect.id).relegatedTimes += 1;
        return this.#engine.send({ kind: 'relegate', id: effect.id });
      case 'settle': {
        const heard = this.#of(effect.id);
        if (heard.outcome !== undefined) throw new Error(`${effect.id} is answered twice.`);
        Object.assign(heard, { outcome: effect.outcome, endMs: nowMs });
        return;
      }
      case 'load':
        return this.#engine.send({ kind: 'load', spec: this.#specOf(effect.model) });
      case 'unload':
        return this.#engine.send({ kind: 'unload', model: effect.model });
      case 'wakeAt':
        this.clock.at(effect.atMs, () => this.#on({ kind: 'wake' }));
        return;
      case 'tell':
        return;
      case 'resize':
      case 'substitute':
      case 'offer':
      case 'withdraw':
      case 'readAhead':
      case 'stopReading':
        throw new Error(`Models that count as one each are all alike: nothing calls for '${effect.kind}'.`);
      default:
        effect satisfies never;
    }
  }

  #specOf(id: ModelId) {
    return { id, file: `/models/${id}.gguf`, sequences: this.#options.sequences, contextTokens: 4_096, threads: 1 };
  }

  #of(id: TaskId): Heard {
    const heard = this.heard.get(id);
    if (heard === undefined) throw new Error(`Nobody asked for ${id}.`);
    return heard;
  }
}
