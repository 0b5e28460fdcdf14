/**
 * When a model will be used again, learned from the gaps between its uses. Pure; the time is an argument.
 *
 * Gaps fall into buckets on a logarithmic scale. For each bucket it is counted how many gaps reached it, for how long, and how many ended in it: a
 * hazard (uses per ms) that is constant within a bucket. Episodes show as a high hazard at short gaps and a low one at long ones. A
 * model with few gaps borrows from all models together. Counts decay with each gap, which makes a sliding window of `gapsMax` gaps.
 */
import { gapBuckets as buckets, type LearnedGaps, type LearnedModel, learnedModelsMax } from './learned.ts';

/** Upper ends of the buckets, in ms: 4 s, 8 s, … 73 min; the last one has no end. */
const endsMs: readonly number[] = Array.from({ length: buckets - 1 }, (_, index) => 4_000 * 2 ** index);

export interface GapOptions {
  /** About so many of the latest gaps count. */
  readonly gapsMax: number;
  /** The gaps of all models together count as this many of a model's own. */
  readonly borrowedGaps: number;
}

interface Counts {
  readonly ended: Float64Array;
  readonly spentMs: Float64Array;
  gaps: number;
}

function newCounts(): Counts {
  return { ended: new Float64Array(buckets), spentMs: new Float64Array(buckets), gaps: 0 };
}

function toldOf({ ended, spentMs, gaps }: Counts): LearnedGaps {
  return { ended: [...ended], spentMs: [...spentMs], gaps };
}

function countsOf({ ended, spentMs, gaps }: LearnedGaps): Counts {
  return { ended: Float64Array.from(ended), spentMs: Float64Array.from(spentMs), gaps };
}

/** Before any gap: what was not used for some time is used again after as long again. */
const priorMs: readonly number[] = [0, ...endsMs].map((startMs) => Math.max(2 * startMs, 60_000));

export class GapHistory {
  readonly #options: GapOptions;
  readonly #own = new Map<string, Counts>();
  #all = newCounts();
  readonly #lastMs = new Map<string, number>();

  constructor(options: GapOptions) {
    this.#options = options;
  }

  lastUseMs(model: string): number | undefined {
    return this.#lastMs.get(model);
  }

  /** A clock that jumps back teaches nothing. @param lends whether other models may borrow from this gap. */
  use(model: string, nowMs: number, lends = true): void {
    const lastMs = this.#lastMs.get(model);
    this.#lastMs.set(model, Math.max(nowMs, lastMs ?? nowMs));
    if (lastMs === undefined || !(nowMs >= lastMs)) return;
    let own = this.#own.get(model);
    if (own === undefined) {
      own = newCounts();
      this.#own.set(model, own);
    }
    const keep = 1 - 1 / this.#options.gapsMax;
    learn(own, nowMs - lastMs, keep);
    if (lends) learn(this.#all, nowMs - lastMs, keep);
  }

  learned(nowMs: number): { readonly all: LearnedGaps; readonly models: readonly LearnedModel[] } {
    const models = [...this.#lastMs].map(([model, lastMs]): LearnedModel => {
      const own = this.#own.get(model);
      return { model, agoMs: Math.max(0, nowMs - lastMs), ...(own && { gaps: toldOf(own) }) };
    });
    models.sort((a, b) => a.agoMs - b.agoMs);
    return { all: toldOf(this.#all), models: models.slice(0, learnedModelsMax) };
  }

  /** In place of what is known so far. */
  recall(all: LearnedGaps, models: readonly LearnedModel[], nowMs: number): void {
    this.#all = countsOf(all);
    this.#own.clear();
    this.#lastMs.clear();
    for (const { model, agoMs, gaps } of models) {
      this.#lastMs.set(model, nowMs - agoMs);
      if (gaps !== undefined) this.#own.set(model, countsOf(gaps));
    }
  }

  /** Expected `exp(-t / horizonMs)` of the time `t` to the next use. */
  need(model: string, nowMs: number, horizonMs: number): number {
    const own = this.#own.get(model);
    const gapMs = this.#gapMs(model, nowMs);
    let survival = 1;
    let need = 0;
    let fromMs = gapMs;
    for (let bucket = bucketOf(gapMs); bucket < buckets && survival > survivalMin; bucket += 1) {
      const toMs = endsMs[bucket] ?? Number.POSITIVE_INFINITY;
      const hazard = this.#hazard(own, bucket);
      const rate = hazard + 1 / horizonMs;
      const kept = Math.exp(-rate * (toMs - fromMs));
      need += survival * (hazard / rate) * (1 - kept);
      survival *= kept;
      fromMs = toMs;
    }
    return need;
  }

  /** The probability that the next use takes longer than `ms` from now. */
  survival(model: string, nowMs: number, ms: number): number {
    const own = this.#own.get(model);
    const gapMs = this.#gapMs(model, nowMs);
    let exponent = 0;
    let fromMs = gapMs;
    for (let bucket = bucketOf(gapMs); bucket < buckets && fromMs < gapMs + ms; bucket += 1) {
      const toMs = Math.min(endsMs[bucket] ?? Number.POSITIVE_INFINITY, gapMs + ms);
      exponent += this.#hazard(own, bucket) * (toMs - fromMs);
      fromMs = toMs;
    }
    return Math.exp(-exponent);
  }

  #gapMs(model: string, nowMs: number): number {
    return Math.max(0, nowMs - (this.#lastMs.get(model) ?? nowMs - untouchedMs));
  }

  /** Uses per ms when the gap is in the bucket. */
  #hazard(own: Counts | undefined, bucket: number): number {
    const borrowed = this.#options.borrowedGaps / Math.max(1, this.#all.gaps);
    const ended = (own?.ended[bucket] ?? 0) + borrowed * (this.#all.ended[bucket] ?? 0);
    const spentMs = (own?.spentMs[bucket] ?? 0) + borrowed * (this.#all.spentMs[bucket] ?? 0);
    return (ended + priorWeight) / (spentMs + priorWeight * (priorMs[bucket] ?? 0));
  }
}

/** What is left of a need below this changes no decision. */
const survivalMin = 1e-4;
/** Of the prior, in gaps: little, as it only has to say something before anything was seen. */
const priorWeight = 0.1;
/** A model that was never used counts as unused for so long. */
const untouchedMs = 3_600_000;

function bucketOf(gapMs: number): number {
  let bucket = 0;
  while (bucket < endsMs.length && gapMs >= (endsMs[bucket] ?? 0)) bucket += 1;
  return bucket;
}

function learn(counts: Counts, gapMs: number, keep: number): void {
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    counts.ended[bucket] = (counts.ended[bucket] ?? 0) * keep;
    counts.spentMs[bucket] = (counts.spentMs[bucket] ?? 0) * keep;
  }
  counts.gaps = counts.gaps * keep + 1;
  const last = bucketOf(gapMs);
  for (let bucket = 0; bucket <= last; bucket += 1) {
    const startMs = bucket === 0 ? 0 : (endsMs[bucket - 1] ?? 0);
    const endMs = Math.min(gapMs, endsMs[bucket] ?? Number.POSITIVE_INFINITY);
    counts.spentMs[bucket] = (counts.spentMs[bucket] ?? 0) + endMs - startMs;
  }
  counts.ended[last] = (counts.ended[last] ?? 0) + 1;
}
