/**
 * What loads ahead were worth: how many, which of them were used, and what those cost that left unused. Owns the counts; decides nothing.
 * Pure; all of it is read from what the policy is shown and told anyway.
 */
import type { ModelId } from '../task.ts';
import type { Decision, ResidencyView } from './types.ts';

export interface AheadCounts {
  readonly begun: number;
  /** A task of the model came before it left. */
  readonly used: number;
  /** It left, or its load failed, without one. */
  readonly wasted: number;
  /** Time that those took to load, in ms. */
  readonly wastedMs: number;
}

interface Early {
  /** When its load began. */
  readonly sinceMs: number;
  /** What it took; until it is ready, what it has taken so far. */
  loadMs: number;
  isReady: boolean;
}

export class AheadLedger {
  /** Loaded ahead, or loading, and not used so far. */
  readonly #early = new Map<ModelId, Early>();
  #counts: AheadCounts = { begun: 0, used: 0, wasted: 0, wastedMs: 0 };

  get counts(): AheadCounts {
    return this.#counts;
  }

  /** Its load begins: what has to leave for it has left. */
  decided(decision: Decision, nowMs: number): void {
    if (decision.kind !== 'load' || !decision.isAhead || decision.evict.length + decision.downsize.length > 0) return;
    this.#early.set(decision.model, { sinceMs: nowMs, loadMs: 0, isReady: false });
    this.#counts = { ...this.#counts, begun: this.#counts.begun + 1 };
  }

  used(model: ModelId): void {
    if (this.#early.delete(model)) this.#counts = { ...this.#counts, used: this.#counts.used + 1 };
  }

  look({ nowMs, models }: ResidencyView): void {
    for (const { id, state, readySinceMs } of models) {
      const early = this.#early.get(id);
      if (early === undefined) continue;
      // One that gets smaller is shown as leaving: only what is gone has left.
      if (state === 'absent' || state === 'failed') {
        this.#waste(id, early);
      } else if (!early.isReady) {
        early.isReady = state !== 'loading';
        early.loadMs = Math.max(0, (early.isReady ? readySinceMs : nowMs) - early.sinceMs);
      }
    }
  }

  #waste(id: ModelId, { loadMs }: Early): void {
    this.#early.delete(id);
    const { wasted, wastedMs } = this.#counts;
    this.#counts = { ...this.#counts, wasted: wasted + 1, wastedMs: wastedMs + loadMs };
  }
}
