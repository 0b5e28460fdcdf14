/**
 * The bounded waiting set: a binary heap with an index from id to place, so that a task leaves from anywhere in O(log n).
 * Knows nothing of tasks beyond their id and their rank.
 */

export interface Ranked {
  readonly id: string;
  /** Smaller comes first. */
  readonly rank: number;
}

interface Entry<T> {
  readonly item: T;
  /** Breaks ties by arrival, which also makes the order total and so replayable. */
  readonly sequence: number;
}

export class Queue<T extends Ranked> {
  readonly #heap: Entry<T>[] = [];
  readonly #places = new Map<string, number>();
  #sequence = 0;

  /** How many items fit. Callers ask {@link isFull} first; {@link add} asserts it. */
  readonly itemsMax: number;

  constructor(itemsMax: number) {
    this.itemsMax = itemsMax;
  }

  get size(): number {
    return this.#heap.length;
  }

  get isFull(): boolean {
    return this.#heap.length >= this.itemsMax;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** @throws RangeError when full or when the id is already waiting: both are mistakes of the caller. */
  add(item: T): void {
    if (this.isFull) throw new RangeError(`queue holds ${this.itemsMax} items at most`);
    if (this.has(item.id)) throw new RangeError(`'${item.id}' is already waiting`);
    const place = this.#heap.length;
    this.#heap.push({ item, sequence: this.#sequence++ });
    this.#places.set(item.id, place);
    this.#siftUp(place);
  }

  remove(id: string): T | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    const removed = this.#at(place).item;
    const last = this.#heap.length - 1;
    this.#swap(place, last);
    this.#heap.pop();
    this.#places.delete(id);
    if (place < last) {
      this.#siftDown(place);
      this.#siftUp(place);
    }
    return removed;
  }

  /** The first ranked item, left where it is. */
  first(): T | undefined {
    return this.#heap[0]?.item;
  }

  /** The `count` first ranked items, in order, in O(count²): for small counts. */
  firstOnes(count: number): T[] {
    const found: T[] = [];
    const frontier = this.#heap.length > 0 ? [0] : [];
    while (found.length < count && frontier.length > 0) {
      const place = frontier.reduce((best, other) => (compare(this.#at(other), this.#at(best)) < 0 ? other : best));
      frontier.splice(frontier.indexOf(place), 1);
      found.push(this.#at(place).item);
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#heap.length) frontier.push(child);
    }
    return found;
  }

  /** All items, first ranked first. Costs O(n log n): for small sets, tests and status. */
  inOrder(): T[] {
    return [...this.#heap].sort(compare).map((entry) => entry.item);
  }

  #at(place: number): Entry<T> {
    const entry = this.#heap[place];
    if (entry === undefined) throw new RangeError(`no place ${place} in a heap of ${this.#heap.length}`);
    return entry;
  }

  #swap(a: number, b: number): void {
    if (a === b) return;
    const first = this.#at(a);
    const second = this.#at(b);
    this.#heap[a] = second;
    this.#heap[b] = first;
    this.#places.set(second.item.id, a);
    this.#places.set(first.item.id, b);
  }

  #siftUp(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (compare(this.#at(parent), this.#at(place)) <= 0) return;
      this.#swap(parent, place);
      place = parent;
    }
  }

  #siftDown(from: number): void {
    let place = from;
    for (;;) {
      const child = this.#smallerChild(place);
      if (child === undefined || compare(this.#at(place), this.#at(child)) <= 0) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #smallerChild(place: number): number | undefined {
    const left = 2 * place + 1;
    if (left >= this.#heap.length) return undefined;
    const right = left + 1;
    return right < this.#heap.length && compare(this.#at(right), this.#at(left)) < 0 ? right : left;
  }
}

function compare<T extends Ranked>(a: Entry<T>, b: Entry<T>): number {
  return a.item.rank - b.item.rank || a.sequence - b.sequence;
}
