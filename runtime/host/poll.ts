/**
 * Asks the machine a question again and again. Owns the last answer and the timer until the next question; one question at a time.
 */

/** Calls back once after `ms`; the answer takes that back. */
export type Timer = (ms: number, callback: () => void) => () => void;

export interface PollOptions<T> {
  /** What counts until the first answer. */
  readonly initial: T;
  /** Told the last answer; the next one takes its place. A rejection leaves the last one standing. */
  readonly read: (last: T) => Promise<T>;
  /** From the end of one question to the beginning of the next, in ms. */
  readonly everyMs: number;
  readonly timer: Timer;
}

export class Poll<T> {
  readonly #options: PollOptions<T>;
  readonly #listeners = new Set<(value: T, last: T) => void>();
  #value: T;
  #stopTimer: (() => void) | undefined;
  #state: 'new' | 'running' | 'disposed' = 'new';

  constructor(options: PollOptions<T>) {
    this.#options = options;
    this.#value = options.initial;
  }

  get value(): T {
    return this.#value;
  }

  /** Told after every question, also when the answer is the same. The result takes the listener away. */
  listen(listener: (value: T, last: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for the first time. Ends with that answer; the others follow by themselves. Once only. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    await this.#ask();
  }

  /** No listener is told any more, also of a question that is on its way. */
  dispose(): void {
    this.#state = 'disposed';
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#listeners.clear();
  }

  get #isDisposed(): boolean {
    return this.#state === 'disposed';
  }

  async #ask(): Promise<void> {
    const last = this.#value;
    const value = await this.#options.read(last).catch(() => last);
    if (this.#isDisposed) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value, last);
    if (this.#isDisposed) return;
    this.#stopTimer = this.#options.timer(this.#options.everyMs, () => void this.#ask());
  }
}
