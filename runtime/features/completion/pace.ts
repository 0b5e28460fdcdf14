/**
 * How many tokens an answer may have. Its first token is promised, but it is shown as a whole, so a slow machine is asked for less: what
 * takes longer than a few promises is written for somebody who has typed on. Pure.
 */
import type { ModelId } from '../../core/task.ts';

/** An answer as a whole may take so many times what is promised for its first token. */
const promisesMax = 4;
/** Most lines are no longer, and what is less than a line is not worth showing. */
const tokensMin = 24;
/** How much the newest answer says. */
const newestShare = 0.2;
/** The model not heard of for the longest time is forgotten first. */
const modelsMax = 16;

export interface Measured {
  readonly ttftMs?: number;
  /** From arrival to the end. */
  readonly e2eMs: number;
  readonly generatedTokens: number;
}

export class Pace {
  readonly #msPerToken = new Map<ModelId, number>();

  /** What an answer took. One that ended by itself or was stopped says the same. */
  learn(model: ModelId, { ttftMs, e2eMs, generatedTokens }: Measured): void {
    if (ttftMs === undefined || generatedTokens < 2) return;
    const ms = (e2eMs - ttftMs) / (generatedTokens - 1);
    const known = this.#msPerToken.get(model) ?? ms;
    this.#msPerToken.delete(model);
    this.#msPerToken.set(model, known + newestShare * (ms - known));
    const [oldest] = this.#msPerToken.keys();
    if (this.#msPerToken.size > modelsMax && oldest !== undefined) this.#msPerToken.delete(oldest);
  }

  /**
   * @param wanted what the user allows.
   * @param targetMs what is promised for the first token.
   */
  tokensMax(model: ModelId, wanted: number, targetMs: number): number {
    const ms = this.#msPerToken.get(model) ?? 0;
    const tokens = Math.floor(((promisesMax - 1) * targetMs) / ms);
    return Math.min(wanted, Math.max(tokensMin, tokens));
  }
}
