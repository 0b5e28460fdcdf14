/**
 * The task level of scheduling: state in, event in, effects out. Owns every task from its submission until it is settled, and
 * what is known about each model. Does no I/O, reads no clock, and does not log.
 *
 * What `on` decides, in this order:
 * 1. A new task is refused when its SLA makes no sense, when its model failed to load a moment ago, or when the queue is full.
 * 2. Of two tasks with the same supersede key the one that arrived later replaces the other in the same turn. That need not be the
 *    one submitted later: a feature may ask again, with a shorter prompt, for a request that a newer one has overtaken.
 * 3. Waiting tasks are looked at by deadline. One whose model is ready starts if a sequence is free for its class: one sequence
 *    of each model is kept for tasks with a TTFT promise, so that a keystroke never waits for a translation to end.
 * 4. A task whose model is not resident makes it load, once, with an idle model evicted if there must be room (residency.ts).
 *    Tasks of resident models are never held back by that.
 * 5. A model that a client will probably need loads ahead of the first task, as long as no other must leave for it.
 * 6. When the engine dies, tasks with an E2E promise wait again and continue from the tokens already sent; completions fail, as
 *    nobody waits for an old one. A task that was running in two such deaths is refused by name: it may be their cause.
 */
import { type Effect, type Event, isProgress } from './event.ts';
import { type ModelRecord, ModelTable, type ModelView } from './models.ts';
import { Queue } from './queue.ts';
import { makeRoom, type ResidencyDecision } from './residency.ts';
import { deadlineMs, isSlaSane, type ModelId, type Outcome, type Task, type TaskError, type TaskId } from './task.ts';

export interface SchedulerOptions {
  /** Tasks that may wait; a further one is refused. */
  readonly waitingMax: number;
  /** Models that may be resident side by side. */
  readonly modelsMax: number;
  /** How long a failed load is remembered before the next task tries again, in ms. */
  readonly loadRetryMs: number;
}

export const schedulerDefaults: SchedulerOptions = { waitingMax: 256, modelsMax: 2, loadRetryMs: 5_000 };

const superseded: Outcome = { kind: 'cancelled', by: 'superseded' };

/** Deaths of the engine in which a task may have been running before it is refused. */
const lossesMax = 2;

interface Entry {
  readonly id: TaskId;
  readonly rank: number;
  readonly task: Task;
  /** `stopping`: already settled for the asker, still inside the engine. */
  state: 'waiting' | 'running' | 'stopping';
  /** Tokens sent so far, for a resumption. */
  generated: number[];
  losses: number;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #waiting: Queue<Entry>;
  /** Every task that is not gone: waiting, running or stopping. */
  readonly #entries = new Map<TaskId, Entry>();
  /** The live task of each supersede key. */
  readonly #latest = new Map<string, TaskId>();
  readonly #models = new ModelTable();

  constructor(options: SchedulerOptions = schedulerDefaults) {
    this.#options = options;
    this.#waiting = new Queue(options.waitingMax);
  }

  on(event: Event, nowMs: number): Effect[] {
    const effects: Effect[] = [];
    this.#apply(event, nowMs, effects);
    if (!isProgress(event)) this.#startWhatCan(nowMs, effects);
    return effects;
  }

  get models(): ModelView[] {
    return this.#models.views();
  }

  /** Tasks of a class in a state, for status. Stopping tasks are settled and count nowhere. */
  count(taskClass: Task['class'], state: 'waiting' | 'running'): number {
    return [...this.#entries.values()].filter((entry) => entry.task.class === taskClass && entry.state === state)
      .length;
  }

  #apply(event: Event, nowMs: number, effects: Effect[]): void {
    switch (event.kind) {
      case 'submit':
        return this.#submit(event.task, nowMs, effects);
      case 'cancel':
        return this.#release(event.id, { kind: 'cancelled', by: 'client' }, effects);
      case 'finish':
        return this.#release(event.id, { kind: 'finished', reason: 'stop' }, effects);
      case 'tokens':
        this.#entries.get(event.id)?.generated.push(...event.tokens);
        return;
      case 'ended':
        return this.#ended(event.id, event.outcome, nowMs, effects);
      case 'wanted':
        return this.#wanted(event.model, effects);
      case 'loaded':
        Object.assign(this.#models.get(event.model), {
          state: 'ready',
          info: event.info,
          error: undefined,
          lastUsedMs: nowMs,
        });
        return;
      case 'loadFailed':
        return this.#loadFailed(event.model, event.error, nowMs, effects);
      case 'unloaded':
        this.#models.get(event.model).state = 'unloaded';
        return;
      case 'engineLost':
        return this.#engineLost(event.reason, nowMs, effects);
      case 'accepted':
      case 'pass':
      case 'wake':
        return;
      default:
        event satisfies never;
    }
  }

  #submit(task: Task, nowMs: number, effects: Effect[]): void {
    const settle = (outcome: Outcome): void => void effects.push({ kind: 'settle', id: task.id, outcome });
    const refuse = (error: TaskError): void => settle({ kind: 'failed', error });
    if (!isSlaSane(task)) {
      return refuse({
        code: 'badSla',
        message: `A promise of ${task.sla.targetMs} ms cannot be kept or broken: give a target between 1 ms and one hour.`,
      });
    }
    const rival = this.#rivalOf(task);
    if (rival !== undefined && rival.task.arrivalMs > task.arrivalMs) return settle(superseded);
    if (rival !== undefined) this.#release(rival.id, superseded, effects);
    const model = this.#models.get(task.model);
    if (model.state === 'failed' && model.error && nowMs - model.failedAtMs < this.#options.loadRetryMs)
      return refuse(model.error);
    if (this.#waiting.isFull) {
      return refuse({
        code: 'queueFull',
        message: `${this.#waiting.itemsMax} tasks are waiting already: try again when some of them are done.`,
      });
    }
    if (model.state === 'failed') model.state = 'unloaded';
    const entry: Entry = { id: task.id, rank: deadlineMs(task), task, state: 'waiting', generated: [], losses: 0 };
    this.#entries.set(task.id, entry);
    this.#waiting.add(entry);
    if (task.supersedeKey !== undefined) this.#latest.set(task.supersedeKey, task.id);
  }

  /** The live task with the same supersede key. */
  #rivalOf({ supersedeKey }: Task): Entry | undefined {
    const id = supersedeKey === undefined ? undefined : this.#latest.get(supersedeKey);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  /** The asker is told in this turn; a running task leaves the engine after the pass in flight. */
  #release(id: TaskId, outcome: Outcome, effects: Effect[]): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.state === 'stopping') return;
    if (entry.state === 'waiting') {
      this.#waiting.remove(id);
      this.#forget(entry);
    } else {
      entry.state = 'stopping';
      this.#unlink(entry);
      effects.push({ kind: 'stop', id });
    }
    effects.push({ kind: 'settle', id, outcome });
  }

  #ended(id: TaskId, outcome: Outcome, nowMs: number, effects: Effect[]): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#models.get(entry.task.model).lastUsedMs = nowMs;
    this.#forget(entry);
    if (entry.state === 'running') effects.push({ kind: 'settle', id, outcome });
  }

  #loadFailed(id: ModelId, error: TaskError, nowMs: number, effects: Effect[]): void {
    Object.assign(this.#models.get(id), { state: 'failed', error, failedAtMs: nowMs });
    for (const entry of this.#waiting.inOrder().filter((waiting) => waiting.task.model === id)) {
      this.#waiting.remove(entry.id);
      this.#forget(entry);
      effects.push({ kind: 'settle', id: entry.id, outcome: { kind: 'failed', error } });
    }
  }

  #engineLost(reason: string, nowMs: number, effects: Effect[]): void {
    for (const model of this.#models.all()) {
      if (model.state === 'loading') {
        const error: TaskError = {
          code: 'modelUnavailable',
          message: `The engine ended while it loaded ${model.id}: ${reason}`,
        };
        this.#loadFailed(model.id, error, nowMs, effects);
      } else if (model.state !== 'failed') {
        model.state = 'unloaded';
      }
    }
    for (const entry of [...this.#entries.values()].filter((inside) => inside.state !== 'waiting')) {
      if (entry.state === 'running') this.#retryOrFail(entry, reason, effects);
      else this.#forget(entry);
    }
  }

  #retryOrFail(entry: Entry, reason: string, effects: Effect[]): void {
    const losses = entry.losses + 1;
    if (entry.task.sla.kind === 'e2e' && losses < lossesMax && !this.#waiting.isFull) {
      const again: Entry = { ...entry, state: 'waiting', losses };
      this.#entries.set(again.id, again);
      this.#waiting.add(again);
      return;
    }
    this.#forget(entry);
    const message =
      losses >= lossesMax
        ? `The engine ended ${losses} times while it worked on this request (${reason}): it will not be tried again.`
        : `The engine ended while it worked on this request: ${reason}`;
    const outcome: Outcome = {
      kind: 'failed',
      error: { code: losses >= lossesMax ? 'engineFailed' : 'engineLost', message },
    };
    effects.push({ kind: 'settle', id: entry.id, outcome });
  }

  #startWhatCan(nowMs: number, effects: Effect[]): void {
    for (const entry of this.#waiting.inOrder()) {
      const model = this.#models.get(entry.task.model);
      if (model.state === 'ready' && this.#hasSequenceFor(entry, model)) this.#start(entry, model, nowMs, effects);
    }
    // Loads come second: a model whose task starts in this turn is no longer idle, and so cannot be evicted for another.
    for (const entry of this.#waiting.inOrder()) {
      const model = this.#models.get(entry.task.model);
      if (model.state === 'unloaded') this.#tryLoad(model, effects);
    }
  }

  #start(entry: Entry, model: ModelRecord, nowMs: number, effects: Effect[]): void {
    this.#waiting.remove(entry.id);
    entry.state = 'running';
    model.lastUsedMs = nowMs;
    effects.push({ kind: 'start', task: entry.task, slackMs: entry.rank - nowMs, generated: [...entry.generated] });
  }

  /**
   * A stopping task does not count: its sequence is free after the pass in flight, and its successor, which waits for it inside
   * the engine, inherits its KV.
   */
  #hasSequenceFor(entry: Entry, model: ModelRecord): boolean {
    const sequences = model.info?.sequences ?? 0;
    const running = [...this.#entries.values()].filter(
      (other) => other.state === 'running' && other.task.model === model.id,
    );
    if (running.length >= sequences) return false;
    if (entry.task.sla.kind === 'ttft' || sequences === 1) return true;
    return running.filter((other) => other.task.sla.kind === 'e2e').length < sequences - 1;
  }

  #wanted(id: ModelId, effects: Effect[]): void {
    const model = this.#models.get(id);
    if (model.state === 'unloaded' && this.#makeRoom().kind === 'load') this.#load(model, effects);
  }

  #load(model: ModelRecord, effects: Effect[]): void {
    model.state = 'loading';
    effects.push({ kind: 'load', model: model.id });
  }

  #makeRoom(): ResidencyDecision {
    const inside = [...this.#entries.values()].filter((entry) => entry.state !== 'waiting');
    const resident = this.#models.resident((id) => inside.filter((entry) => entry.task.model === id).length);
    return makeRoom(resident, this.#options.modelsMax);
  }

  #tryLoad(model: ModelRecord, effects: Effect[]): void {
    const decision = this.#makeRoom();
    switch (decision.kind) {
      case 'load':
        return this.#load(model, effects);
      case 'evict':
        this.#models.get(decision.model).state = 'unloading';
        effects.push({ kind: 'unload', model: decision.model });
        return;
      case 'wait':
        return;
      default:
        decision satisfies never;
    }
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#unlink(entry);
  }

  #unlink(entry: Entry): void {
    const key = entry.task.supersedeKey;
    if (key !== undefined && this.#latest.get(key) === entry.id) this.#latest.delete(key);
  }
}
