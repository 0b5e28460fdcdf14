/** Tasks and passes by their time, within bounds: what a picture needs is found without going through all of them. Pure. */
import { beginOf, type Task } from './task.ts';

/** Of those that are over. */
export const tasksMax = 10_000;
/** Of those that are not: the runtime lets 256 wait. Who goes beyond that has lost its end on the way. */
export const tasksLiveMax = 1_000;
/** So much more is let in before the oldest leave, so that not every turn moves everything. */
const slack = 1.1;

/** @returns the latest ones, once there are too many. */
export function bounded<T>(list: T[], max: number): T[] {
  return list.length > max * slack ? list.slice(-max) : list;
}

/** @returns the first index from which on values are not smaller; `list` is in their order. */
export function firstFrom<T>(list: readonly T[], value: number, timeOf: (item: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = list[middle];
    if (item !== undefined && timeOf(item) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param spans in the order of their ends. */
export function within<T extends { readonly fromMs: number; readonly toMs: number }>(
  spans: readonly T[],
  fromMs: number,
  toMs: number,
): T[] {
  return spans.slice(firstFrom(spans, fromMs, (span) => span.toMs)).filter((span) => span.fromMs <= toMs);
}

export class Tasks {
  readonly #byId = new Map<string, Task>();
  readonly #live = new Set<Task>();
  /** In the order of their ends. */
  #ended: Task[] = [];

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Task | undefined {
    return this.#byId.get(id);
  }

  /** In the order in which they came. */
  values(): Iterable<Task> {
    return this.#byId.values();
  }

  get live(): Iterable<Task> {
    return this.#live;
  }

  /** The end of the oldest that is known: whoever ended before was forgotten. */
  get oldestEndMs(): number | undefined {
    return this.#ended[0]?.settledMs;
  }

  add(task: Task): void {
    this.#byId.set(task.id, task);
    this.#live.add(task);
  }

  /** It is over. */
  end(task: Task, atMs: number): void {
    task.settledMs = atMs;
    this.#live.delete(task);
    this.#ended.push(task);
  }

  /** Those that were there then, in the order in which they came. */
  within(fromMs: number, toMs: number): Task[] {
    const over = this.#ended.slice(firstFrom(this.#ended, fromMs, ({ settledMs = 0 }) => settledMs));
    return [...over, ...this.#live].filter((task) => beginOf(task) <= toMs).sort((a, b) => a.order - b.order);
  }

  /** @returns tasks that left although they were not over. */
  bound(): readonly Task[] {
    const kept = bounded(this.#ended, tasksMax);
    for (const { id } of this.#ended.slice(0, this.#ended.length - kept.length)) this.#byId.delete(id);
    this.#ended = kept;
    const lost = [...this.#live].slice(0, Math.max(0, this.#live.size - tasksLiveMax));
    for (const task of lost) {
      this.#live.delete(task);
      this.#byId.delete(task.id);
    }
    return lost;
  }

  clear(): void {
    this.#byId.clear();
    this.#live.clear();
    this.#ended = [];
  }
}
