/** A timer that goes off when a test says so. */
import type { Timer } from '../../runtime/host/poll.ts';

interface Waiting {
  readonly ms: number;
  readonly callback: () => void;
}

export class ManualTimer {
  readonly #waiting = new Set<Waiting>();

  readonly timer: Timer = (ms, callback) => {
    const one = { ms, callback };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  };

  /** How long each of those that wait was to wait, in ms. */
  get waitingMs(): readonly number[] {
    return Array.from(this.#waiting, ({ ms }) => ms);
  }

  /** The one that began first goes off. */
  fire(): void {
    const [first] = this.#waiting;
    if (first === undefined) throw new Error('No timer waits.');
    this.#waiting.delete(first);
    first.callback();
  }
}
