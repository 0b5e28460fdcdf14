/**
 * A clock on which waiting for nothing takes no time. While something is computed it goes as fast as the real one, because that is what
 * is waited for; when nothing is, it jumps to the next thing that is to happen. So an hour of editing takes as long as its computing.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** How often is looked whether something has been computed, in real ms. */
const lookEveryMs = 2;

interface Due {
  readonly atMs: number;
  readonly callback: () => void;
}

export class SkippingClock {
  readonly #realMs: () => number;
  readonly #isBusy: () => boolean;
  #timers: Due[] = [];
  #skippedMs = 0;

  /** @param isBusy whether something is being computed. */
  constructor(realMs: () => number, isBusy: () => boolean) {
    this.#realMs = realMs;
    this.#isBusy = isBusy;
  }

  now(): number {
    return this.#realMs() + this.#skippedMs;
  }

  /** Calls back once after `ms`; returns how to call it off. */
  timer(ms: number, callback: () => void): () => void {
    const due = { atMs: this.now() + ms, callback };
    this.#timers.push(due);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== due);
    };
  }

  /** What is due until then happens in order, and then it is that time at least. */
  async runUntil(atMs: number): Promise<void> {
    for (;;) {
      const now = this.now();
      const next = this.#next();
      if (next !== undefined && next.atMs <= Math.min(now, atMs)) {
        this.#timers = this.#timers.filter((other) => other !== next);
        next.callback();
        await new Promise(setImmediate);
      } else if (now >= atMs) {
        return;
      } else if (this.#isBusy()) {
        await delay(lookEveryMs);
      } else {
        this.#skippedMs += Math.min(atMs, next?.atMs ?? atMs) - now;
      }
    }
  }

  /** Until nothing is computed any more. */
  async rest(): Promise<void> {
    while (this.#isBusy()) await this.runUntil(this.now() + lookEveryMs);
  }

  #next(): Due | undefined {
    return this.#timers.reduce<Due | undefined>(
      (first, due) => (first === undefined || due.atMs < first.atMs ? due : first),
      undefined,
    );
  }
}
