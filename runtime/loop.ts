/**
 * Brings the scheduler its events and is the only performer of its effects. Makes no decision of its own. What goes with that, each in a
 * file of loop/: the turns of the scheduler, the answers under way, what passes cost and where that is kept, predictions, and a watch
 * over the engine.
 */
import { type Effect, type Event, isUnseen } from './core/event.ts';
import { Learned } from './core/learned.ts';
import { Metrics } from './core/metrics.ts';
import type { PassReport } from './core/pass-report.ts';
import { punctual } from './core/policies/punctual.ts';
import { PredictionErrors } from './core/prediction.ts';
import { shuttingDown } from './core/refusals.ts';
import type { Holdings } from './core/residency/holdings.ts';
import type { ResidencyKnowledge } from './core/residents.ts';
import { Scheduler } from './core/scheduler.ts';
import { type SchedulerOptions, schedulerDefaults } from './core/scheduler-options.ts';
import type { ModelId, Outcome, Task, TaskClass, TaskId } from './core/task.ts';
import type { Dispose, Engine, EngineCommand, EngineEvent, ModelSpec } from './engine/engine.ts';
import type { TaskHandle, TaskListener, TaskSpec, Tasks } from './features/tasks.ts';
import { Answers } from './loop/answers.ts';
import { CostKeeper, type CostStore } from './loop/costs.ts';
import { type Files, Moves } from './loop/moves.ts';
import { Predictions } from './loop/predictions.ts';
import { requestOf } from './loop/request.ts';
import { type LoopStatus, loopStatus } from './loop/status.ts';
import { promiseOf, taskOf } from './loop/task.ts';
import { Told } from './loop/told.ts';
import { type TurnRecorder, Turns } from './loop/turns.ts';
import { Watchdog } from './loop/watchdog.ts';

export interface LoopOptions {
  /** The runtime's monotonic clock in ms. */
  readonly now: () => number;
  /** How a model is loaded; every id that reaches the scheduler has been chosen through the registry that answers this. */
  readonly specOf: (model: ModelId, isSmall: boolean) => ModelSpec;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly scheduler?: Partial<SchedulerOptions>;
  /** What residency stands on; without it, what the scheduler's options assume. */
  readonly holdings?: Holdings;
  /** Hears what the scheduler goes by, then every turn of it; without one nothing is kept. */
  readonly recorder?: TurnRecorder & { begin(options: SchedulerOptions): void };
  /** Reads model files ahead of their loads; without one that is left out. */
  readonly files?: Files;
  /** Where measured costs outlive this runtime; without one they are measured by each. */
  readonly costStore?: CostStore;
  /** How far back the figures of `status()` reach, in ms. */
  readonly windowMs?: number;
  /** One line for each committed decision, with its cause. */
  readonly log?: (line: string, level?: 'warn' | 'error') => void;
}

const windowMsDefault = 5 * 60 * 1000;

export class Loop implements Tasks {
  /** What predictions of tasks stand on, and what was promised and kept. */
  readonly learned = new Learned();
  readonly metrics: Metrics;
  readonly #engine: Engine;
  readonly #options: LoopOptions;
  readonly #scheduler: Scheduler;
  readonly #turns: Turns;
  readonly #errors = new PredictionErrors();
  readonly #answers: Answers;
  readonly #costs: CostKeeper;
  readonly #predictions: Predictions;
  readonly #watchdog: Watchdog;
  readonly #moves: Moves;
  readonly #listeners = new Set<() => void>();
  readonly #passListeners = new Set<(pass: PassReport) => void>();
  /** The last promise made for each class, so that status can name it. */
  readonly #slas = new Map<TaskClass, Task['sla']>();
  readonly #progress = new Map<ModelId, number>();
  readonly #unsubscribe: Dispose;
  #closed = false;
  #taskCount = 0;
  #engineRestarts = 0;

  constructor(engine: Engine, options: LoopOptions) {
    this.#engine = engine;
    this.#options = options;
    const given = { ...schedulerDefaults, policy: punctual, knowledge: this.learned, ...options.scheduler };
    this.#scheduler = new Scheduler(given);
    options.recorder?.begin(given);
    this.metrics = new Metrics(options.windowMs ?? windowMsDefault);
    this.#answers = new Answers(this.metrics, this.#errors);
    this.#predictions = new Predictions(options.now);
    const { now, timer, holdings, recorder } = options;
    this.#turns = new Turns({
      ...{ scheduler: this.#scheduler, now, recorder, told: holdings && new Told(holdings) },
      perform: (effect) => this.#perform(effect),
      done: (event) => isUnseen(event) || this.#changed(),
    });
    const log: NonNullable<LoopOptions['log']> = (...said) => options.log?.(...said);
    const send = (command: EngineCommand): void => this.#send(command);
    this.#costs = new CostKeeper({
      ...{ learned: this.learned, store: options.costStore, send, timer, log },
      know: (model, costs) => this.#handle({ kind: 'costs', model, costs }),
    });
    this.#watchdog = new Watchdog({
      now,
      timer,
      passMsMax: (models) => this.#costs.longestPassMs(models),
      kill: () => engine.kill(),
      log,
    });
    this.#moves = new Moves({
      ...{ specOf: options.specOf, files: options.files, send, now, timer, log },
      loads: (spec) => this.#loads(spec),
      wake: () => this.tell({ kind: 'wake' }),
    });
    this.#unsubscribe = engine.onEvent((event) => this.#onEngine(event));
  }

  now(): number {
    return this.#options.now();
  }

  forecastTtftMs(spec: TaskSpec): number {
    return this.#scheduler.forecastTtftMs({ ...spec, id: 'forecast' }, this.now());
  }

  submit(spec: TaskSpec, listener?: TaskListener): TaskHandle {
    const task = taskOf(`t${++this.#taskCount}`, spec, listener);
    if (task.idle !== true && task.probe !== true) this.#slas.set(task.class, promiseOf(task));
    const done = this.#answers.open(task, listener);
    if (this.#closed) this.#settle(task.id, shuttingDown);
    else this.#handle({ kind: 'submit', task });
    this.#predict(task);
    const { id } = task;
    return {
      id,
      done,
      cancel: () => this.#handle({ kind: 'cancel', id }),
      finish: () => this.#handle({ kind: 'finish', id }),
    };
  }

  /** After the submission, so that the task is not held up by it. */
  #predict(task: Task): void {
    if (task.idle === true) return;
    const predicted = this.#predictions.afford(() => this.#scheduler.forecast(task.id, this.now()));
    if (predicted !== undefined) this.#answers.predict(task.id, predicted);
  }

  /** What happens outside of the house: signals of an editor, other conditions, a file that was read ahead. */
  tell(event: Extract<Event, { readonly kind: 'signal' | 'conditions' | 'recalled' | 'wake' }>): void {
    this.#handle(event);
  }

  /** A task of this model will probably come. */
  prepare(model: ModelId): void {
    this.#handle({ kind: 'wanted', model });
  }

  get residency(): ResidencyKnowledge {
    return this.#scheduler.residency;
  }

  status(): LoopStatus {
    const engine = { pid: this.#engine.pid, restarts: this.#engineRestarts };
    return loopStatus(
      {
        scheduler: this.#scheduler,
        metrics: this.metrics,
        errors: this.#errors,
        learned: this.learned,
        slas: this.#slas,
        progress: this.#progress,
        engine,
      },
      this.now(),
    );
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
    this.#watchdog.dispose();
    this.#moves.dispose();
    for (const id of this.#answers.ids) this.#settle(id, shuttingDown);
    await Promise.all([this.#costs.close(), this.#engine.close()]);
  }

  #onEngine(event: EngineEvent): void {
    this.#watchdog.heard(event);
    switch (event.kind) {
      case 'loading':
        this.#progress.set(event.model, event.fraction);
        return this.#changed();
      case 'lost':
        this.#engineRestarts++;
        this.#costs.lost();
        this.#options.log?.(`engine lost: ${event.reason}`, 'error');
        return this.#handle({ kind: 'engineLost', reason: event.reason });
      case 'accepted':
        this.#answers.accepted(event.id, event.promptTokens, event.reusedTokens);
        return this.#handle(event);
      case 'tokens':
        this.#answers.tokens(event, this.now());
        // How probable they were decides nothing that the scheduler does.
        return this.#handle({ kind: 'tokens', id: event.id, tokens: event.tokens, text: event.text });
      case 'pass':
        for (const listener of this.#passListeners) listener(event.pass);
        this.#handle(event);
        return this.#costs.passed(event.pass.model);
      case 'calibrated':
        this.#costs.calibrated(event.model);
        return this.#changed();
      case 'loaded':
        this.#options.log?.(`loaded ${event.model} in ${Math.round(event.info.loadMs)} ms`);
        this.#costs.loaded(event.model, event.info);
        return this.#handle(event);
      case 'loadFailed':
        this.#options.log?.(`cannot load ${event.model}: ${event.error.message}`, 'error');
        return this.#handle(event);
      case 'unloaded':
        this.#costs.unloaded(event.model);
        return this.#handle(event);
      case 'resized':
        this.#costs.resized(event.model, event.info);
        return this.#handle(event);
      case 'resizeFailed':
        this.#options.log?.(`cannot resize ${event.model}: ${event.error.message}`, 'warn');
        return this.#handle({ kind: 'resizeFailed', model: event.model });
      case 'ended':
        return this.#handle(event);
      default:
        event satisfies never;
    }
  }

  #handle(event: Event): void {
    if (!this.#closed) this.#turns.handle(event);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        return this.#send({ kind: 'start', request: requestOf(effect) });
      case 'stop':
        return this.#send({ kind: 'stop', id: effect.id, keep: effect.keep });
      case 'settle':
        return this.#settle(effect.id, effect.outcome);
      case 'relegate':
        this.#options.log?.(`${effect.id} cannot be on time any more: it gives way to those that can`);
        this.#send({ kind: 'relegate', id: effect.id });
        return this.#answers.relegate(effect.id);
      case 'substitute':
        this.#options.log?.(effect.why);
        return this.#answers.substitute(effect.id, effect.by);
      case 'offer':
        this.#options.log?.(effect.why);
        return this.#answers.offer(effect, (by) => this.#handle({ kind: 'offerAnswered', id: effect.id, by }));
      case 'withdraw':
        return this.#answers.withdraw(effect.id);
      default:
        return this.#moves.perform(effect);
    }
  }

  #loads(spec: ModelSpec): void {
    this.#progress.set(spec.id, 0);
    this.#costs.loads(spec);
  }

  #send(command: EngineCommand): void {
    this.#watchdog.sent(command);
    this.#engine.send(command);
  }

  #settle(id: TaskId, outcome: Outcome): void {
    const task = this.#answers.settle(id, outcome, this.now());
    if (task !== undefined && outcome.kind === 'failed')
      this.#options.log?.(`${task.class} ${id} failed: ${outcome.error.message}`, 'warn');
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
