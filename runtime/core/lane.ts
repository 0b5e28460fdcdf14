/**
 * The tasks of one model: those that wait, in the order of the policy, and those that run, with the work that is left of each. Owns
 * no decision: the policy says which one starts.
 */
import { type LengthQuantiles, remainingTokens } from './lengths.ts';
import type { Room, TaskPolicy, Work } from './policy.ts';
import type { ModelId, Outcome, Task, TaskId } from './task.ts';

/** One task between its submission and its end. */
export interface Entry {
  readonly id: TaskId;
  readonly task: Task;
  /** What is left to do, as predicted; kept up to date while it runs. */
  readonly work: Work;
  /** `stopping`: already settled for the asker, still inside the engine. `pausing`: will wait again as soon as the engine lets it go. */
  state: 'waiting' | 'running' | 'stopping' | 'pausing';
  /** Tokens sent so far, for a resumption. */
  readonly generated: number[];
  /** Answer tokens in all, as predicted when it was submitted. */
  readonly answerTokens: LengthQuantiles;
  /** Deaths of the engine in which it was running. */
  losses: number;
}

export class Lane {
  readonly model: ModelId;
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

  /** Of all tasks that wait or run. */
  get works(): readonly Work[] {
    return [...this.#running, ...[...this.#waiting.values()].map(({ work }) => work)];
  }

  /** When the most urgent waiting task must be done, in ms; undefined when none waits. */
  get firstDeadlineMs(): number | undefined {
    return this.#policy.first()?.deadlineMs;
  }

  add(entry: Entry, nowMs: number): void {
    entry.state = 'waiting';
    this.#waiting.set(entry.id, entry);
    this.#policy.add(entry.work, nowMs);
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

  /** The asker has been told how it ended; the engine has not let it go yet. */
  stop(entry: Entry): void {
    entry.state = 'stopping';
    this.#release(entry);
  }

  #release({ id }: Entry): void {
    this.#running = this.#running.filter((work) => work.id !== id);
  }
}

/** A running task was taken in: now its prompt is known. */
export function noteAccepted({ work }: Entry, promptTokens: number, reusedTokens: number): void {
  work.prefillTokens = Math.max(0, promptTokens - reusedTokens);
  work.contextTokens = reusedTokens;
}

/** The share of answers that are shorter than what a task is taken to have left at least. */
export const leastShare = 0.1;

/** A running task gave tokens: what is to come is predicted anew. */
export function noteTokens({ task, work, generated, answerTokens }: Entry, tokens: readonly number[]): void {
  generated.push(...tokens);
  work.contextTokens += work.prefillTokens + tokens.length;
  work.prefillTokens = 0;
  const { maxTokens } = task.limits;
  work.decodeTokens = remainingTokens(answerTokens, generated.length, maxTokens);
  work.leastTokens = remainingTokens(answerTokens, generated.length, maxTokens, leastShare);
}

export const superseded: Outcome = { kind: 'cancelled', by: 'superseded' };
