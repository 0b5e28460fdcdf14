/**
 * The tasks of one model: those that wait, in the order of the policy, and those that run, with the work that is left of each. Owns
 * no decision: the policy says which one starts.
 */
import { type Entry, unevaluated } from './entry.ts';
import type { Knowledge } from './knowledge.ts';
import type { Room, TaskPolicy, Work } from './policy.ts';
import type { ModelId, Outcome, TaskId } from './task.ts';

/** The work of the tasks of one model. Of those that stop or pause there is none. */
export interface Works {
  readonly running: readonly Work[];
  readonly waiting: readonly Work[];
}

export const noWorks: Works = { running: [], waiting: [] };

export class Lane {
  readonly model: ModelId;
  /** Another model is to have its room: what runs ends, and nothing starts. */
  isDraining = false;
  readonly #policy: TaskPolicy;
  readonly #waiting = new Map<TaskId, Entry>();
  /** Every task inside the engine, stopping ones too. */
  readonly #inside = new Map<TaskId, Entry>();
  /** The work of those that run; stopping ones are not there, as their sequence is free after the pass in flight. */
  #running: Work[] = [];

  constructor(model: ModelId, policy: TaskPolicy) {
    this.model = model;
    this.#policy = policy;
  }

  get waiting(): Iterable<Entry> {
    return this.#waiting.values();
  }

  /** The task, if it waits. */
  waiter(id: TaskId): Entry | undefined {
    return this.#waiting.get(id);
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get inside(): Iterable<Entry> {
    return this.#inside.values();
  }

  get insideCount(): number {
    return this.#inside.size;
  }

  /** All tasks that wait or run; those that leave the engine are not there. */
  get entries(): Entry[] {
    return [...this.#waiting.values(), ...[...this.#inside.values()].filter(({ state }) => state === 'running')];
  }

  get works(): Works {
    return { running: this.#running, waiting: [...this.#waiting.values()].map(({ work }) => work) };
  }

  add(entry: Entry, nowMs: number): void {
    entry.state = 'waiting';
    this.#waiting.set(entry.id, entry);
    this.#policy.add(entry.work, nowMs);
  }

  /** The engine holds nothing of the model any more, nor what paused tasks had evaluated: they wait with their whole prompts. */
  leaveEngine(knowledge: Knowledge, nowMs: number): void {
    this.isDraining = false;
    for (const entry of [...this.#waiting.values()].filter(({ isKept }) => isKept)) {
      this.#policy.remove(entry.id);
      entry.isKept = false;
      Object.assign(entry.work, unevaluated(entry, knowledge));
      this.#policy.add(entry.work, nowMs);
    }
  }

  /** The next task that turned out to be hopeless, waiting or running; asked until undefined. */
  hopeless(nowMs: number): Entry | undefined {
    for (let work = this.#policy.hopeless?.(nowMs); work !== undefined; work = this.#policy.hopeless?.(nowMs)) {
      // It may have ended since it was found hopeless.
      const entry = this.#waiting.get(work.id) ?? this.#inside.get(work.id);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Starts the task that the policy names, if it names one. */
  start(room: Room, nowMs: number): Entry | undefined {
    if (this.#waiting.size === 0) return undefined;
    const work = this.#policy.next(this.#running, room, nowMs);
    const entry = work === undefined ? undefined : this.#waiting.get(work.id);
    if (entry === undefined) return undefined;
    this.leave(entry);
    entry.state = 'running';
    this.#inside.set(entry.id, entry);
    this.#running.push(entry.work);
    return entry;
  }

  /** The running task that the policy takes a sequence from, if it does. */
  pause(room: Room, nowMs: number): Entry | undefined {
    if (this.#waiting.size === 0) return undefined;
    const work = this.#policy.pause?.(this.#running, room, nowMs);
    const entry = work === undefined ? undefined : this.#inside.get(work.id);
    if (entry === undefined) return undefined;
    this.stop(entry);
    entry.state = 'pausing';
    return entry;
  }

  /** A waiting task waits no longer, or one inside the engine is gone. */
  leave(entry: Entry): void {
    if (this.#waiting.delete(entry.id)) this.#policy.remove(entry.id);
    if (this.#inside.delete(entry.id)) this.#release(entry);
  }

  /** It runs no longer, before its answer has come to its end; the engine has not let it go yet. */
  stop(entry: Entry): void {
    if (entry.state === 'running') this.#policy.stopped?.(entry.work);
    entry.state = 'stopping';
    this.#release(entry);
  }

  #release({ id }: Entry): void {
    this.#running = this.#running.filter((work) => work.id !== id);
  }
}

export const superseded: Outcome = { kind: 'cancelled', by: 'superseded' };
