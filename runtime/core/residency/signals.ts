/**
 * Which models follow which signal of the editor, and how soon: learned from signals and uses. Pure; the time is an argument.
 *
 * A signal is judged once its window is over: for each model, whether it was used within the window, and after how long. A signal with
 * its language borrows from the signal in any language, as there are few of each.
 */
import { type LearnedSignal, learnedSignalsMax } from './learned.ts';
import type { EditorSignal } from './types.ts';

export interface SignalOptions {
  /** A use counts as announced by signals up to this long before, in ms. */
  readonly windowMs: number;
  /** What all languages together say counts as this many signals of one. */
  readonly borrowedSignals: number;
}

interface Seen {
  readonly atMs: number;
  readonly keys: readonly string[];
  /** After how long each model was used. */
  readonly used: Map<string, number>;
}

interface Tally {
  seen: number;
  readonly hits: Map<string, { count: number; leadMs: number }>;
}

/** Signals of the last minute that are kept under watch; more say nothing new. */
const pendingMax = 64;

export class SignalHistory {
  readonly #options: SignalOptions;
  readonly #tallies = new Map<string, Tally>();
  #pending: Seen[] = [];

  constructor(options: SignalOptions) {
    this.#options = options;
  }

  signal({ kind, language }: EditorSignal, nowMs: number): void {
    this.#settle(nowMs);
    if (this.#pending.length >= pendingMax) return;
    this.#pending.push({ atMs: nowMs, keys: [kind, `${kind} ${language}`], used: new Map() });
  }

  /** Without those under watch: how they end is not known yet. The one not heard of for the longest time first. */
  learned(): LearnedSignal[] {
    return [...this.#tallies].map(([key, { seen, hits }]) => ({
      key,
      seen,
      hits: [...hits].map(([model, { count, leadMs }]) => ({ model, count, leadMs })),
    }));
  }

  /** In place of what is known so far. */
  recall(signals: readonly LearnedSignal[]): void {
    this.#tallies.clear();
    for (const { key, seen, hits } of signals.slice(-learnedSignalsMax)) {
      const byModel = new Map(hits.map(({ model, count, leadMs }) => [model, { count, leadMs }]));
      this.#tallies.set(key, { seen, hits: byModel });
    }
  }

  use(model: string, nowMs: number): void {
    this.#settle(nowMs);
    for (const seen of this.#pending) if (!seen.used.has(model)) seen.used.set(model, nowMs - seen.atMs);
  }

  /**
   * Probability that the model is used because of a signal under watch, from now until the window is over, and the mean time to it in
   * ms; of several signals the strongest counts.
   */
  expected(model: string, nowMs: number): { readonly probability: number; readonly leadMs: number } {
    let best = { probability: 0, leadMs: this.#options.windowMs };
    for (const { atMs, keys, used } of this.#pending) {
      const ageMs = nowMs - atMs;
      if (used.has(model) || ageMs > this.#options.windowMs) continue;
      const { probability, leadMs } = this.#follows(model, keys);
      // It has not come so far, which makes it less likely that it comes at all.
      const late = Math.exp(-ageMs / leadMs);
      const left = (probability * late) / (1 - probability * (1 - late));
      if (left > best.probability) best = { probability: left, leadMs };
    }
    return best;
  }

  #follows(model: string, keys: readonly string[]): { readonly probability: number; readonly leadMs: number } {
    let probability = 0;
    let leadMs = this.#options.windowMs / 4;
    // From the general to the particular: each borrows from the one before.
    for (const key of keys) {
      const tally = this.#tallies.get(key);
      const hit = tally?.hits.get(model);
      const borrowed = this.#options.borrowedSignals;
      probability = ((hit?.count ?? 0) + borrowed * probability) / ((tally?.seen ?? 0) + borrowed);
      if (hit !== undefined) leadMs = (hit.leadMs + borrowed * leadMs) / (hit.count + borrowed);
    }
    return { probability: Math.min(probability, 0.99), leadMs: Math.max(leadMs, 1) };
  }

  #settle(nowMs: number): void {
    const over = this.#pending.filter(({ atMs }) => nowMs - atMs > this.#options.windowMs);
    if (over.length === 0) return;
    this.#pending = this.#pending.filter(({ atMs }) => nowMs - atMs <= this.#options.windowMs);
    for (const { keys, used } of over) for (const key of keys) this.#count(key, used);
  }

  #count(key: string, used: ReadonlyMap<string, number>): void {
    const tally: Tally = this.#tallies.get(key) ?? { seen: 0, hits: new Map() };
    this.#tallies.delete(key);
    this.#tallies.set(key, tally);
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size > learnedSignalsMax && oldest !== undefined) this.#tallies.delete(oldest);
    tally.seen += 1;
    for (const [model, leadMs] of used) {
      const hit = tally.hits.get(model) ?? { count: 0, leadMs: 0 };
      hit.count += 1;
      hit.leadMs += leadMs;
      tally.hits.set(model, hit);
    }
  }
}
