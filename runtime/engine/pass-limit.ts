/** How long one pass may take: what an arrival and a stop wait for. Shorter while somebody types. Pure bookkeeping. */
import { passShareMax } from '../core/step.ts';

/** How long after the last such request the next one is expected, in ms. */
const interactiveMs = 60_000;

export class PassLimit {
  #targetMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** A first token was promised within `targetMs`. The shortest promise since somebody began to type counts. */
  promised(targetMs: number, nowMs: number): void {
    const begins = nowMs - this.#lastMs > interactiveMs;
    this.#targetMs = begins ? targetMs : Math.min(targetMs, this.#targetMs);
    this.#lastMs = nowMs;
  }

  /** In ms; without a bound when nobody types. */
  at(nowMs: number): number {
    return nowMs - this.#lastMs > interactiveMs ? Number.POSITIVE_INFINITY : passShareMax * this.#targetMs;
  }
}
