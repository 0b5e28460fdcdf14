/** What is counted while a day is simulated. */
import type { Decision } from '../../core/residency/types.ts';
import type { BenchTask } from './day.ts';

/** What became of a task; times from its arrival, in ms. */
export interface Row {
  readonly task: BenchTask;
  readonly ttftMs: number;
  readonly e2eMs: number;
  /** Answered by a model that it was not meant for. */
  readonly isSubstituted: boolean;
}

export interface TimedDecision {
  readonly atMs: number;
  readonly decision: Decision;
}

export interface SimulatedDay {
  /** In the order in which they started. */
  readonly rows: readonly Row[];
  readonly loadMs: number;
  readonly loads: number;
  readonly loadsAhead: number;
  /** Loaded ahead, and gone again before a task came. */
  readonly loadsWasted: number;
  readonly evictions: number;
  readonly resizes: number;
  readonly readAheadBytes: number;
  /** Empty unless asked for. */
  readonly decisions: readonly TimedDecision[];
}

export class Tally implements SimulatedDay {
  readonly rows: Row[] = [];
  readonly decisions: TimedDecision[] = [];
  loadMs = 0;
  loads = 0;
  loadsAhead = 0;
  evictions = 0;
  resizes = 0;
  readAheadBytes = 0;
  #wasted = 0;
  /** Loaded ahead, and not used so far. */
  readonly #unused = new Set<string>();

  get loadsWasted(): number {
    return this.#wasted + this.#unused.size;
  }

  load(model: string, isAhead: boolean): void {
    this.loads += 1;
    if (!isAhead) return;
    this.loadsAhead += 1;
    this.#unused.add(model);
  }

  use(model: string): void {
    this.#unused.delete(model);
  }

  evict(model: string): void {
    this.evictions += 1;
    if (this.#unused.delete(model)) this.#wasted += 1;
  }
}
