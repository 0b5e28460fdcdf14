/** Errors that nobody caught: in the runtime each of them ends the process. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export class Uncaught {
  #first: string | undefined;
  readonly #note = (error: unknown): void => {
    this.#first ??= error instanceof Error ? (error.stack ?? error.message) : String(error);
  };

  constructor() {
    process.on('uncaughtException', this.#note);
    process.on('unhandledRejection', this.#note);
  }

  /** The first since it was last asked. Rejections are known a turn after they happen. */
  async take(): Promise<string | undefined> {
    await nextTurn();
    const first = this.#first;
    this.#first = undefined;
    return first;
  }

  dispose(): void {
    process.off('uncaughtException', this.#note);
    process.off('unhandledRejection', this.#note);
  }
}
