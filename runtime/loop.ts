/**
 * The only caller of `Scheduler.on` and the only performer of its effects. Owns the answers under way: who waits for which
 * task, and what has been generated so far. Makes no decision of its own.
 *
 * Events are handled one after the other: an effect that leads to another event (an engine that answers at once) is queued
 * behind the one in hand, so the scheduler never sees a half-made change.
 */
import type { Effect, Event, PassReport } from './core/event.ts';
import { Learned } from './core/learned.ts';
import { type ClassMetrics, Metrics, promiseKept } from './core/metrics.ts';
import type { ModelView } from './core/models.ts';
import { punctual } from './core/policies/punctual.ts';
import type { PassErrors, TaskErrors } from './core/prediction.ts';
import { Scheduler, type SchedulerOptions, schedulerDefaults } from './core/scheduler.ts';
import { type ModelId, type Outcome, type Task, type TaskClass, type TaskId, taskClasses } from './core/task.ts';
import type { Dispose, Engine, EngineEvent, ModelSpec } from './engine/engine.ts';
import type { TaskHandle, TaskResult, TaskSpec, Tasks } from './features/tasks.ts';

export interface LoopOptions {
  /** The runtime's monotonic clock in ms. */
  readonly now: () => number;
  /** How a model is loaded; every id that reaches the scheduler has been chosen through the registry that answers this. */
  readonly specOf: (model: ModelId) => ModelSpec;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly scheduler?: Partial<SchedulerOptions>;
  /** How far back the figures of `status()` reach, in ms. */
  readonly windowMs?: number;
  /** One line for each committed decision, with its cause. */
  readonly log?: (line: string) => void;
}

/** The state of the house in the core's terms; `server/status.ts` turns it into the wire's. */
export interface LoopStatus {
  readonly windowMs: number;
  readonly classes: readonly (ClassMetrics &
    TaskErrors & {
      readonly running: number;
      readonly waiting: number;
      readonly sla?: Task['sla'];
    })[];
  readonly models: readonly (ModelView & PassErrors & { readonly progress?: number })[];
  readonly engineRestarts: number;
  readonly enginePid?: number;
}

interface Answer {
  readonly task: Task;
  readonly onText: ((text: string) => void) | undefined;
  readonly settle: (result: TaskResult) => void;
  text: string;
  generatedTokens: number;
  ttftMs: number | undefined;
  promptTokens: number | undefined;
  reusedTokens: number | undefined;
}

const windowMsDefault = 5 * 60 * 1000;

export class Loop implements Tasks {
  readonly #engine: Engine;
  readonly #options: LoopOptions;
  readonly #scheduler: Scheduler;
  readonly #metrics: Metrics;
  readonly #answers = new Map<TaskId, Answer>();
  readonly #events: Event[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #passListeners = new Set<(pass: PassReport) => void>();
  /** The last promise made for each class, so that status can name it. */
  readonly #slas = new Map<TaskClass, Task['sla']>();
  readonly #progress = new Map<ModelId, number>();
  readonly #unsubscribe: Dispose;
  #handling = false;
  #closed = false;
  #wake: Dispose | undefined;
  #taskCount = 0;
  #engineRestarts = 0;

  constructor(engine: Engine, options: LoopOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#scheduler = new Scheduler({
      ...schedulerDefaults,
      policy: punctual,
      knowledge: new Learned(),
      ...options.scheduler,
    });
    this.#metrics = new Metrics(options.windowMs ?? windowMsDefault);
    this.#unsubscribe = engine.onEvent((event) => this.#onEngine(event));
  }

  now(): number {
    return this.#options.now();
  }

  submit(spec: TaskSpec, onText?: (text: string) => void): TaskHandle {
    const task: Task = { ...spec, id: `t${++this.#taskCount}` };
    this.#slas.set(task.class, task.sla);
    const done = new Promise<TaskResult>((settle) => {
      const answer: Answer = {
        task,
        onText,
        settle,
        text: '',
        generatedTokens: 0,
        ttftMs: undefined,
        promptTokens: undefined,
        reusedTokens: undefined,
      };
      this.#answers.set(task.id, answer);
    });
    if (this.#closed) this.#settle(task.id, shuttingDown);
    else this.#handle({ kind: 'submit', task });
    const { id } = task;
    return {
      id,
      done,
      cancel: () => this.#handle({ kind: 'cancel', id }),
      finish: () => this.#handle({ kind: 'finish', id }),
    };
  }

  /** A task of this model will probably come. */
  prepare(model: ModelId): void {
    this.#handle({ kind: 'wanted', model });
  }

  status(): LoopStatus {
    const nowMs = this.now();
    const enginePid = this.#engine.pid;
    return {
      windowMs: this.#metrics.windowMs,
      classes: taskClasses.map((name) => {
        const sla = this.#slas.get(name);
        const counts = {
          running: this.#scheduler.count(name, 'running'),
          waiting: this.#scheduler.count(name, 'waiting'),
        };
        return { ...this.#metrics.ofClass(name, nowMs), ...counts, ...(sla && { sla }) };
      }),
      models: this.#scheduler.models.map((model) => {
        const progress = model.state === 'loading' ? this.#progress.get(model.id) : undefined;
        return { ...model, ...(progress !== undefined && { progress }) };
      }),
      engineRestarts: this.#engineRestarts,
      ...(enginePid !== undefined && { enginePid }),
    };
  }

  /** Called after anything that `status()` shows may have changed; often, so the listener throttles. */
  onChange(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every forward pass as the engine reports it. */
  onPass(listener: (pass: PassReport) => void): Dispose {
    this.#passListeners.add(listener);
    return () => this.#passListeners.delete(listener);
  }

  /** Settles everything under way, then ends the engine. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#wake?.();
    for (const id of [...this.#answers.keys()]) this.#settle(id, shuttingDown);
    await this.#engine.close();
  }

  #onEngine(event: EngineEvent): void {
    switch (event.kind) {
      case 'loading':
        this.#progress.set(event.model, event.fraction);
        return this.#changed();
      case 'lost':
        this.#engineRestarts++;
        this.#options.log?.(`engine lost: ${event.reason}`);
        return this.#handle({ kind: 'engineLost', reason: event.reason });
      case 'accepted':
        this.#accepted(event.id, event.promptTokens, event.reusedTokens);
        return this.#handle(event);
      case 'tokens':
        this.#tokens(event.id, event.tokens.length, event.text);
        return this.#handle(event);
      case 'pass':
        for (const listener of this.#passListeners) listener(event.pass);
        return this.#handle(event);
      case 'loaded':
        this.#options.log?.(`loaded ${event.model} in ${Math.round(event.info.loadMs)} ms`);
        return this.#handle(event);
      case 'loadFailed':
        this.#options.log?.(`cannot load ${event.model}: ${event.error.message}`);
        return this.#handle(event);
      case 'unloaded':
      case 'ended':
        return this.#handle(event);
      default:
        event satisfies never;
    }
  }

  #handle(event: Event): void {
    if (this.#closed) return;
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        for (const effect of this.#scheduler.on(next, this.now())) this.#perform(effect);
        if (next.kind !== 'pass') this.#changed();
      }
    } finally {
      this.#handling = false;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start': {
        const { id, class: taskClass, model, prompt, limits } = effect.task;
        const { sla, supersedeKey: document } = effect.task;
        const { ageMs, answerTokens, relegated, generated } = effect;
        const request = {
          id,
          class: taskClass,
          model,
          document,
          prompt,
          limits,
          sla,
          ageMs,
          answerTokens,
          relegated,
          generated,
        };
        return this.#engine.send({ kind: 'start', request });
      }
      case 'stop':
        return this.#engine.send({ kind: 'stop', id: effect.id, keep: effect.keep });
      case 'settle':
        return this.#settle(effect.id, effect.outcome);
      case 'load':
        this.#progress.set(effect.model, 0);
        return this.#engine.send({ kind: 'load', spec: this.#options.specOf(effect.model) });
      case 'unload':
        this.#options.log?.(`unload ${effect.model}: another model needs its place`);
        return this.#engine.send({ kind: 'unload', model: effect.model });
      case 'wakeAt':
        this.#wake?.();
        this.#wake = this.#options.timer(Math.max(0, effect.atMs - this.now()), () => this.#handle({ kind: 'wake' }));
        return;
      case 'relegate':
        this.#options.log?.(`${effect.id} cannot be on time any more: it gives way to those that can`);
        return;
      default:
        effect satisfies never;
    }
  }

  #accepted(id: TaskId, promptTokens: number, reusedTokens: number): void {
    const answer = this.#answers.get(id);
    // A resumed task is accepted twice; the first figures are the ones its asker knows.
    if (answer !== undefined && answer.promptTokens === undefined)
      Object.assign(answer, { promptTokens, reusedTokens });
  }

  #tokens(id: TaskId, count: number, text: string): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    answer.ttftMs ??= this.now() - answer.task.arrivalMs;
    answer.generatedTokens += count;
    answer.text += text;
    if (text !== '') answer.onText?.(text);
  }

  #settle(id: TaskId, outcome: Outcome): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    this.#answers.delete(id);
    const { task, text, generatedTokens, ttftMs, promptTokens, reusedTokens } = answer;
    const atMs = this.now();
    const settled = { task, outcome, e2eMs: atMs - task.arrivalMs, atMs, ...(ttftMs !== undefined && { ttftMs }) };
    this.#metrics.add(settled);
    if (outcome.kind === 'failed') this.#options.log?.(`${task.class} ${id} failed: ${outcome.error.message}`);
    answer.settle({
      outcome,
      text,
      generatedTokens,
      e2eMs: settled.e2eMs,
      kept: promiseKept(settled),
      ...(ttftMs !== undefined && { ttftMs }),
      ...(promptTokens !== undefined && { promptTokens }),
      ...(reusedTokens !== undefined && { reusedTokens }),
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const shuttingDown: Outcome = {
  kind: 'failed',
  error: { code: 'shuttingDown', message: 'The runtime is shutting down: ask again in a moment.' },
};
