/** Loads, unloads and resizes of the simulated engine: one after the other, each to its end, beside the passes. */
import type { ModelId } from '../core/task.ts';
import type { VirtualClock } from './clock.ts';

export interface ModelWork {
  readonly model: ModelId;
  /** @returns how long it takes, in ms. */
  begin(): number;
  finish(): void;
}

export class SimulatedModelWork {
  readonly #clock: VirtualClock;
  readonly #isBusy: (model: ModelId) => boolean;
  readonly #queue: ModelWork[] = [];
  #current: ModelWork | undefined;
  /** The time of the current one is over, and it waits for the pass of its model. */
  #isDue = false;
  #isOver = false;

  /** @param isBusy whether a pass of the model runs: then it is not changed before {@link passed}. */
  constructor(clock: VirtualClock, isBusy: (model: ModelId) => boolean) {
    this.#clock = clock;
    this.#isBusy = isBusy;
  }

  queue(work: ModelWork): void {
    this.#queue.push(work);
    if (this.#current === undefined) this.#next();
  }

  /** A pass is complete. */
  passed(): void {
    if (this.#isDue) this.#finish();
  }

  /** What is under way comes to nothing. */
  end(): void {
    this.#isOver = true;
  }

  #next(): void {
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    this.#clock.at(this.#clock.now() + this.#current.begin(), () => {
      this.#isDue = true;
      this.#finish();
    });
  }

  #finish(): void {
    const work = this.#current;
    if (this.#isOver || work === undefined || this.#isBusy(work.model)) return;
    this.#isDue = false;
    work.finish();
    this.#next();
  }
}
