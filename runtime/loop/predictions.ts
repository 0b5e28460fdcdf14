/**
 * Predicts each task as it is submitted, for what people are shown of predictions against what came. Within a budget: with many tasks
 * a prediction takes milliseconds, and then only some of them are predicted.
 */
import type { Predicted } from '../core/prediction.ts';

/** Time that predictions may take, in ms for each submitted task on average. */
export const budgetMs = 0.1;
/** What a quiet time saves up, in ms: a few predictions of a crowded lane. */
const creditMsMax = 2;
/**
 * What one prediction may cost later ones, in ms. It is bounded to some milliseconds itself (foresee.ts): what took longer by the clock is
 * a machine that slept or was busy elsewhere, for which thousands of tasks shall not go without.
 */
export const debtMsMax = 20;

export class Predictions {
  readonly #now: () => number;
  #creditMs = budgetMs;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns what `predict` says, or nothing when predictions have taken more than their share. */
  afford(predict: () => Predicted | undefined): Predicted | undefined {
    this.#creditMs = Math.min(creditMsMax, this.#creditMs + budgetMs);
    if (this.#creditMs <= 0) return undefined;
    const startedMs = this.#now();
    const predicted = predict();
    const tookMs = Math.max(0, this.#now() - startedMs);
    this.#creditMs = Math.max(-debtMsMax, this.#creditMs - tookMs);
    return predicted;
  }
}
