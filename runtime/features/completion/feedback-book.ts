/** The statistics as they stand, and who is told when they change. Owns no file: whoever wants them to last writes them down. */
import { counted, noStatistics, type Outcome, type Statistics } from './feedback.ts';

export class FeedbackBook {
  readonly #changeListeners = new Set<() => void>();
  readonly #clearListeners = new Set<() => void>();
  #statistics: Statistics;

  /** @param statistics of earlier runs. */
  constructor(statistics = noStatistics) {
    this.#statistics = statistics;
  }

  get statistics(): Statistics {
    return this.#statistics;
  }

  record(outcomes: readonly Outcome[]): void {
    if (outcomes.length > 0) this.#change(outcomes.reduce(counted, this.#statistics));
  }

  /** Forgets everything, what was learned too. */
  clear(): void {
    for (const listener of this.#clearListeners) listener();
    this.#change(noStatistics);
  }

  /** Called after every change. */
  onChange(listener: () => void): void {
    this.#changeListeners.add(listener);
  }

  /** Called when everything is to be forgotten: what was not recorded yet too. */
  onClear(listener: () => void): void {
    this.#clearListeners.add(listener);
  }

  #change(statistics: Statistics): void {
    this.#statistics = statistics;
    for (const listener of this.#changeListeners) listener();
  }
}
