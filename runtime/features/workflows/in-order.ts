/** Answers that come in any order, passed on in theirs. Pure. */

export class InOrder<T> {
  readonly #waiting = new Map<number, T>();
  readonly #next: (item: T, index: number) => void;
  #index = 0;

  /** `next` is called with each item once all before it have been passed on. */
  constructor(next: (item: T, index: number) => void) {
    this.#next = next;
  }

  put(index: number, item: T): void {
    this.#waiting.set(index, item);
    for (let ready = this.#waiting.get(this.#index); ready !== undefined; ready = this.#waiting.get(this.#index)) {
      this.#waiting.delete(this.#index);
      const at = this.#index;
      this.#index += 1;
      this.#next(ready, at);
    }
  }
}
