/**
 * Of all clients that find no runtime, one starts it: when a runtime with fifty windows dies, fifty starts at once would take the machine for
 * a minute. A file says whose turn it is; it only saves work, so whatever goes wrong with it ends in a start.
 */
import { open, rm, stat } from 'node:fs/promises';

/** A client that has not come to an end by then was killed, or waits for a runtime that does not come: another may try. In ms. */
export const turnMsMax = 10_000;

export class Turn {
  readonly #file: string;
  readonly #epochMs: () => number;
  #isOurs = false;

  /** @param epochMs the clock that the times of files are of. */
  constructor(file: string, epochMs: () => number = Date.now) {
    this.#file = file;
    this.#epochMs = epochMs;
  }

  /** Whether this client is to start a runtime now. Never throws. */
  async take(): Promise<boolean> {
    if (this.#isOurs) return true;
    if (await this.#isTaken()) return false;
    this.#isOurs = true;
    return true;
  }

  /** To be called when a runtime answers, or when there is no hope of one. Never throws. */
  async release(): Promise<void> {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    await rm(this.#file, { force: true }).catch(() => undefined);
  }

  async #isTaken(): Promise<boolean> {
    try {
      await (await open(this.#file, 'wx', 0o600)).close();
      return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
    const sinceMs = await stat(this.#file).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    // Released in this moment: the next look decides.
    if (sinceMs === undefined) return true;
    // A clock that was set back must not hold up a start for hours.
    if (Math.abs(this.#epochMs() - sinceMs) < turnMsMax) return true;
    const isGone = await rm(this.#file, { force: true }).then(
      () => true,
      () => false,
    );
    // A file that cannot be removed holds nobody up.
    return isGone && this.#isTaken();
  }
}
