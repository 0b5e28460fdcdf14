/**
 * How many times longer than on an idle device workflows take now: queueing, other people's work and passes that are shared, in one number.
 * Learned from every call that ends, and shared by all workflows of a device. Pure.
 */

/** A workflow between its beginning and now. */
export interface Spent {
  /** What its calls that have ended were predicted to take on an idle device, one after the other, in ms. */
  readonly predictedMs: number;
  /** What it took. */
  readonly actualMs: number;
}

/** How much one more call counts: the load changes within minutes. */
const gain = 0.1;

/** What is believed: batches make it less than 1, and a workflow that was given up says nothing of others. */
const range = [0.2, 4] as const;

export class Stretch {
  #logarithm = 0;

  get value(): number {
    return Math.exp(this.#logarithm);
  }

  observe({ predictedMs, actualMs }: Spent): void {
    if (!(predictedMs > 0 && actualMs > 0)) return;
    const [least, most] = range;
    const ratio = Math.min(most, Math.max(least, actualMs / predictedMs));
    this.#logarithm += gain * (Math.log(ratio) - this.#logarithm);
  }
}
