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
  /** Of the time spent loading, what such loads took: what a guess that was wrong costs. */
  readonly wastedMs: number;
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
  #wastedMs = 0;
  /** Loaded ahead, and not used so far, with what that took; 0 while it loads. */
  readonly #unused = new Map<string, number>();

  get loadsWasted(): number {
    return this.#wasted + this.#unused.size;
  }

  get wastedMs(): number {
    return [...this.#unused.values()].reduce((sum, ms) => sum + ms, this.#wastedMs);
  }

  load(model: string, isAhead: boolean): void {
    this.loads += 1;
    if (!isAhead) return;
    this.loadsAhead += 1;
    this.#unused.set(model, 0);
  }

  loaded(model: string, ms: number): void {
    this.loadMs += ms;
    if (this.#unused.has(model)) this.#unused.set(model, ms);
  }

  use(model: string): void {
    this.#unused.delete(model);
  }

  evict(model: string): void {
    this.evictions += 1;
    const ms = this.#unused.get(model);
    if (ms === undefined) return;
    this.#unused.delete(model);
    this.#wasted += 1;
    this.#wastedMs += ms;
  }
}
