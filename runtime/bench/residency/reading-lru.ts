/** LRU with the completion model pinned and ours' reader ahead: what is left of our lead over it is the policy's, not the cache's. */
import { LearnedForecast } from '../../core/residency/forecast.ts';
import type { Means } from '../../core/residency/means.ts';
import { residencyDefaults } from '../../core/residency/options.ts';
import { Reader } from '../../core/residency/reader.ts';
import type { Decision, EditorSignal, ResidencyView, Use } from '../../core/residency/types.ts';
import { Worth } from '../../core/residency/worth.ts';
import { Baseline } from './baselines.ts';
import type { Contender } from './contender.ts';

export class ReadingLru implements Contender {
  readonly #lru = new Baseline('lru');
  readonly #means: Means;
  readonly #reader: Reader;

  constructor() {
    const forecast = new LearnedForecast(residencyDefaults);
    this.#means = { options: residencyDefaults, forecast, worth: new Worth(residencyDefaults, forecast) };
    this.#reader = new Reader(this.#means);
  }

  use(model: string, use: Use, nowMs: number): void {
    this.#lru.use(model, use, nowMs);
    this.#means.forecast.use(model, use, nowMs);
    this.#means.worth.use(model, use);
  }

  signal(signal: EditorSignal, nowMs: number): void {
    this.#means.forecast.signal(signal, nowMs);
  }

  decide(view: ResidencyView): readonly Decision[] {
    const decisions = this.#lru.decide(view);
    if (decisions.some(({ kind }) => kind === 'load'))
      return decisions.map((one) => (one.kind === 'load' ? { ...one, sparesCache: true } : one));
    const read = this.#reader.decide(view);
    return read === undefined ? decisions : [...decisions, read];
  }
}
