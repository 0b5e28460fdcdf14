/**
 * Every task that is not gone (waiting, running, pausing or stopping), by its id, by its model, and the latest of each supersede key. Owns
 * that these agree; decides nothing.
 */
import { type Entry, newEntry, resumedEntry } from './entry.ts';
import type { Knowledge } from './knowledge.ts';
import { Lane } from './lane.ts';
import { LatestTasks } from './latest.ts';
import type { Policy } from './policy.ts';
import type { ModelId, Task, TaskId } from './task.ts';

export interface LiveTasksOptions {
  readonly policy: Policy;
  readonly knowledge: Knowledge;
}

export class LiveTasks {
  readonly #options: LiveTasksOptions;
  readonly #entries = new Map<TaskId, Entry>();
  readonly #lanes = new Map<ModelId, Lane>();
  readonly #latest = new LatestTasks();

  constructor(options: LiveTasksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get waitingCount(): number {
    let count = 0;
    for (const { waitingCount } of this.#lanes.values()) count += waitingCount;
    return count;
  }

  get lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Those that are inside the engine, stopping ones too. */
  get inside(): Entry[] {
    return [...this.#entries.values()].filter(({ state }) => state !== 'waiting');
  }

  get(id: TaskId): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Undefined before the first task of the model. */
  laneOf(model: ModelId): Lane | undefined {
    return this.#lanes.get(model);
  }

  /** The live task that the new one would take the place of. */
  rivalOf(task: Task): Entry | undefined {
    const id = this.#latest.rivalOf(task);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  /** Tasks of a class in a state. Stopping ones are settled and count nowhere. */
  count(taskClass: Task['class'], state: 'waiting' | 'running'): number {
    return [...this.#entries.values()].filter((entry) => entry.task.class === taskClass && entry.state === state)
      .length;
  }

  add(task: Task, nowMs: number): void {
    this.#wait(newEntry(task, this.#options.knowledge), nowMs);
    this.#latest.add(task);
  }

  /** It waits for another model from now on, as if it had been submitted for it. */
  move(entry: Entry, model: ModelId, nowMs: number): void {
    this.#lane(entry).leave(entry);
    this.#wait(newEntry({ ...entry.task, model }, this.#options.knowledge), nowMs);
  }

  /** It goes on later from the tokens that were already sent, and from what the engine keeps of it if that lives. */
  waitAgain(entry: Entry, losses: number, isKept: boolean, nowMs: number): void {
    this.#lane(entry).leave(entry);
    this.#wait(resumedEntry(entry, losses, isKept, this.#options.knowledge), nowMs);
    this.#latest.add(entry.task);
  }

  /** It runs no longer and is not gone yet; another may take its key. */
  stop(entry: Entry): void {
    this.#lane(entry).stop(entry);
    this.#latest.remove(entry.task);
  }

  forget(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#lane(entry).leave(entry);
    this.#latest.remove(entry.task);
    this.#options.knowledge.forget(entry.id);
  }

  #wait(entry: Entry, nowMs: number): void {
    this.#entries.set(entry.id, entry);
    this.#lane(entry).add(entry, nowMs);
  }

  #lane({ task: { model } }: Entry): Lane {
    const known = this.#lanes.get(model);
    if (known !== undefined) return known;
    const lane = new Lane(model, this.#options.policy.newTaskPolicy());
    this.#lanes.set(model, lane);
    return lane;
  }
}
