/**
 * Whether an engine that dies again and again is started once more. Pure: times are arguments.
 *
 * 1. A life of the engine in which something was answered proves that it works: it begins the count anew.
 * 2. Of deaths without an answer in a row, the first is followed by a start at once, each further one by one that waits
 *    ({@link backOffMsFirst}, doubled each time).
 * 3. After {@link deathsMax} of them within {@link windowMs} the circuit is open: no start for {@link restMsFirst}.
 * 4. After the rest it is half open: one life is tried. An answer closes the circuit; a death opens it again, for twice as long, at most
 *    {@link restMsMax}.
 */
export const deathsMax = 5;
export const windowMs = 10 * 60 * 1_000;
export const backOffMsFirst = 250;
export const restMsFirst = 60_000;
export const restMsMax = 15 * 60 * 1_000;

/** Told to whoever looks at the status. */
export interface OpenCircuit {
  readonly deaths: number;
  readonly untilMs: number;
  /** Of the last death. */
  readonly reason: string;
}

export class Circuit {
  /** When the engine died without an answer, since it last gave one; the earliest first. */
  #deathsMs: readonly number[] = [];
  #wasAnswered = false;
  #restMs = 0;
  #open: OpenCircuit | undefined;
  #startMs = 0;

  answered(): void {
    this.#wasAnswered = true;
    this.#deathsMs = [];
    this.#restMs = 0;
    this.#open = undefined;
    this.#startMs = 0;
  }

  died(reason: string, nowMs: number): void {
    const isFruitless = !this.#wasAnswered;
    this.#wasAnswered = false;
    if (!isFruitless) return;
    this.#deathsMs = [...this.#deathsMs, nowMs].filter((atMs) => nowMs - atMs < windowMs).slice(-deathsMax);
    const deaths = this.#deathsMs.length;
    if (this.#open === undefined && deaths < deathsMax) {
      this.#startMs = deaths < 2 ? nowMs : nowMs + backOffMsFirst * 2 ** (deaths - 2);
      return;
    }
    this.#restMs = Math.min(Math.max(restMsFirst, this.#restMs * 2), restMsMax);
    this.#open = { deaths: (this.#open?.deaths ?? deaths - 1) + 1, untilMs: nowMs + this.#restMs, reason };
  }

  /** How long to wait before the engine may be started, in ms. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#startMs - nowMs);
  }

  /** Why the engine must not be started now; undefined while it may be, and while one life is tried. */
  refusal(nowMs: number): OpenCircuit | undefined {
    return this.#open !== undefined && nowMs < this.#open.untilMs ? this.#open : undefined;
  }
}
