/**
 * Time that passes only when it is told to: for simulations and tests. Never reads the real clock.
 */

interface Entry {
  readonly atMs: number;
  /** Entries of the same time run in the order in which they were made. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Entries that one `runUntil` may run; beyond it the simulation is taken for endless. */
const entriesMax = 50_000_000;

export class VirtualClock {
  #nowMs = 0;
  #orders = 0;
  /** A binary heap: the earliest entry first. */
  readonly #heap: Entry[] = [];

  now(): number {
    return this.#nowMs;
  }

  /**
   * Calls `run` at `atMs`, or as soon as possible when that has passed; never before this call returns.
   * @returns takes the call back.
   */
  at(atMs: number, run: () => void): () => void {
    this.#orders += 1;
    const entry: Entry = { atMs: Math.max(atMs, this.#nowMs), order: this.#orders, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  /** Runs the next call. False when there is none. */
  step(): boolean {
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) {
      if (entry.run === undefined) continue;
      this.#nowMs = entry.atMs;
      entry.run();
      return true;
    }
    return false;
  }

  /** Runs until nothing is left to do. */
  run(): void {
    this.runUntil(() => false);
  }

  /** Runs until the condition holds, which is asked after each call. False when nothing is left to do before it does. */
  runUntil(condition: () => boolean): boolean {
    for (let entries = 0; entries < entriesMax; entries += 1) {
      if (condition()) return true;
      if (!this.step()) return condition();
    }
    throw new Error(`The simulation did not end within ${entriesMax} steps.`);
  }

  /** Runs everything that happens until `atMs`, and stops then. */
  runTo(atMs: number): void {
    while ((this.#peek()?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) this.step();
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #peek(): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== undefined) return first;
      this.#pop();
    }
    return undefined;
  }

  #push(entry: Entry): void {
    let index = this.#heap.push(entry) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#heap[index] = parent;
      index = parentIndex;
    }
    this.#heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      const child = this.#earlierChild(index);
      const entry = this.#heap[child];
      if (entry === undefined || isBefore(last, entry)) break;
      this.#heap[index] = entry;
      index = child;
    }
    this.#heap[index] = last;
    return first;
  }

  #earlierChild(index: number): number {
    const left = 2 * index + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
