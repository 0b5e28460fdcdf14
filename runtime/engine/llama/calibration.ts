/**
 * The measurement of one model's passes (core/calibration.ts) as idle work: pass by pass, on sequences that hold nothing. What they
 * leave behind needs no clearing: a request that takes such a sequence has it cut to the tokens that it reuses, which are none.
 */
import { type CalibrationPass, calibrationPlan } from '../../core/calibration.ts';
import type { ModelId } from '../../core/task.ts';
import type { Pass, PassItem } from '../pass.ts';

/** Ids of tokens that every vocabulary has; what they mean is of no matter to the time. */
const tokenIdsMax = 256;

export class Calibration {
  readonly #model: ModelId;
  #left: CalibrationPass[];

  /** @param chunkTokens of a prefill at most; it has to fit into a sequence. */
  constructor(model: ModelId, sequences: number, chunkTokens: number) {
    this.#model = model;
    this.#left = calibrationPlan(sequences, chunkTokens);
  }

  get isOver(): boolean {
    return this.#left.length === 0;
  }

  /**
   * The next pass that the empty sequences have room for, or undefined while they have none. A pass given out does not come again.
   * @param kvTokens how many tokens each sequence holds.
   */
  next(kvTokens: readonly number[]): Pass | undefined {
    const empty = kvTokens.flatMap((tokens, slot) => (tokens === 0 ? [slot] : []));
    const index = this.#left.findIndex(({ sequences }) => sequences <= empty.length);
    const [found] = index < 0 ? [] : this.#left.splice(index, 1);
    if (found === undefined) return undefined;
    const { kind, tokens, sequences } = found;
    const items = empty.slice(0, sequences).map((slot): PassItem => {
      const count = tokens / sequences;
      return { id: 'calibration', slot, keep: 0, tokens: tokenIds(count), sample: kind === 'decode' };
    });
    return { model: this.#model, kind, items };
  }
}

function tokenIds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index % tokenIdsMax);
}
