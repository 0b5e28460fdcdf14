/** One after the other, and only so many that wait: whoever measures is alone, and nobody waits without end. */

/** More of them would be over only when their askers have forgotten them. */
export const waitingMax = 4;

/** Too many wait already; the message says so in one sentence. */
export class TooManyWait extends Error {
  constructor() {
    super(`This machine is looked at already, and ${waitingMax} more wait for their turn: try again in a minute.`);
    this.name = 'TooManyWait';
  }
}

export class Turns {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /**
   * Who does not wait any more is out at once.
   * @throws TooManyWait, or the reason of the signal.
   */
  async take<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (this.#isTaken) await this.#turn(signal);
    this.#isTaken = true;
    try {
      signal.throwIfAborted();
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#isTaken = false;
      else next();
    }
  }

  /** The turn is handed on, so that nobody who comes in between takes it. */
  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length >= waitingMax) throw new TooManyWait();
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(begin);
    });
  }
}
