/** When models will be needed: the gaps between their uses and the editor's signals together. Pure; the time is an argument. */
import type { ModelId } from '../task.ts';
import { GapHistory } from './gaps.ts';
import type { LearnedResidency } from './learned.ts';
import type { ResidencyOptions } from './options.ts';
import { SignalHistory } from './signals.ts';
import type { EditorSignal, Use } from './types.ts';

export interface Need {
  /** Expected `exp(-t / horizonMs)` of the time `t` to the next use: 1 is now, 0 is never. */
  readonly need: number;
  /** What of it comes from signals. */
  readonly signalled: number;
}

/** What is foreseen. A bench may put one that knows the future in the place of the learned one. */
export interface Forecast {
  use(model: ModelId, use: Use, nowMs: number): void;
  signal(signal: EditorSignal, nowMs: number): void;
  needOf(model: ModelId, nowMs: number, horizonMs: number): Need;
  /** The probability of a use within `ms` from now. */
  within(model: ModelId, nowMs: number, ms: number): number;
}

/** Nothing that a signal announces is certain. */
const probabilityMax = 0.99;

export class LearnedForecast implements Forecast {
  readonly #gaps: GapHistory;
  readonly #signals: SignalHistory;
  readonly #options: ResidencyOptions;

  /** @param options some may change later, and count from then on. */
  constructor(options: ResidencyOptions) {
    const { signalWindowMs: windowMs, borrowedSignals } = options;
    this.#options = options;
    this.#gaps = new GapHistory(options);
    this.#signals = new SignalHistory({ windowMs, borrowedSignals });
  }

  use(model: ModelId, use: Use, nowMs: number): void {
    // Keystrokes come as nothing else does, so other models learn nothing from them.
    this.#gaps.use(model, nowMs, use.class !== 'completion');
    this.#signals.use(model, nowMs);
  }

  signal(signal: EditorSignal, nowMs: number): void {
    this.#signals.signal(signal, nowMs);
  }

  learned(nowMs: number): Omit<LearnedResidency, 'profiles'> {
    return { ...this.#gaps.learned(nowMs), signals: this.#signals.learned() };
  }

  /** In place of what is known so far. */
  recall({ all, models, signals }: LearnedResidency, nowMs: number): void {
    this.#gaps.recall(all, models, nowMs);
    this.#signals.recall(signals);
  }

  needOf(model: ModelId, nowMs: number, horizonMs: number): Need {
    const { usesGaps } = this.#options;
    const plain = usesGaps ? this.#gaps.need(model, nowMs, horizonMs) : this.#recency(model, nowMs, horizonMs);
    const { probability, leadMs } = this.#announced(model, nowMs);
    const announced = probability / (1 + leadMs / horizonMs);
    const need = Math.max(plain, announced + (1 - probability) * plain);
    return { need, signalled: need - plain };
  }

  within(model: ModelId, nowMs: number, ms: number): number {
    const survival = this.#gaps.survival(model, nowMs, ms);
    const { probability, leadMs } = this.#announced(model, nowMs);
    return 1 - survival * (1 - probability * (1 - Math.exp(-ms / leadMs)));
  }

  #announced(model: ModelId, nowMs: number): { readonly probability: number; readonly leadMs: number } {
    const { usesSignals, signalWeight } = this.#options;
    if (!usesSignals || signalWeight <= 0) return { probability: 0, leadMs: 1 };
    const { probability, leadMs } = this.#signals.expected(model, nowMs);
    return { probability: Math.min(probabilityMax, signalWeight * probability), leadMs };
  }

  /** Without the hazard: the shorter ago, the sooner again. */
  #recency(model: ModelId, nowMs: number, horizonMs: number): number {
    const lastMs = this.#gaps.lastUseMs(model);
    return lastMs === undefined ? 0 : 1 / (1 + (nowMs - lastMs) / horizonMs);
  }
}
