/**
 * The measurement of one model's passes (core/calibration.ts) as idle work: pass by pass, on sequences that nobody uses just then. It
 * writes behind what a sequence holds, and the next request that takes the sequence has it cut to the tokens that it reuses: so what a
 * document will ask for again stays, and the step machine's books stay true.
 */
import { type CalibrationPass, calibrationPlan } from '../../core/calibration.ts';
import type { Pass, PassItem } from '../pass.ts';
import type { MachineModel } from '../sequence.ts';

/** Ids of tokens that every vocabulary has; what they mean is of no matter to the time. */
const tokenIdsMax = 256;

export type CalibratedModel = Pick<MachineModel, 'id' | 'sequences' | 'contextTokens' | 'chunkTokens' | 'appendOnly'>;

export class Calibration {
  readonly #model: CalibratedModel;
  readonly #left: CalibrationPass[];

  constructor(model: CalibratedModel) {
    this.#model = model;
    this.#left = calibrationPlan(model.sequences, Math.min(model.chunkTokens, model.contextTokens));
  }

  get isOver(): boolean {
    return this.#left.length === 0;
  }

  /**
   * The next pass that there is room for, or undefined while there is none. A pass given out does not come again.
   * @param kvTokens how many tokens each sequence holds; none of them may be in use.
   */
  next(kvTokens: readonly number[]): Pass | undefined {
    for (const [index, { kind, tokens, sequences }] of this.#left.entries()) {
      const slots = this.#slotsFor(tokens / sequences, kvTokens).slice(0, sequences);
      if (slots.length < sequences) continue;
      this.#left.splice(index, 1);
      const items = slots.map(([slot, keep]): PassItem => {
        return { id: 'calibration', slot, keep, tokens: tokenIds(tokens / sequences), sample: kind === 'decode' };
      });
      return { model: this.#model.id, kind, items };
    }
    return undefined;
  }

  /** Those that have room for so many more tokens, with what they hold, the emptiest first. */
  #slotsFor(count: number, kvTokens: readonly number[]): [slot: number, held: number][] {
    const { contextTokens, appendOnly } = this.#model;
    // Such a model cannot forget what would be written behind.
    const heldMax = appendOnly ? 0 : contextTokens - count;
    return [...kvTokens.entries()].filter(([, held]) => held <= heldMax).sort(([, a], [, b]) => a - b);
  }
}

function tokenIds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index % tokenIdsMax);
}
