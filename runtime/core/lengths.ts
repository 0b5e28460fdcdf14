/**
 * How long answers become: quantiles per class, language and size of the input, learned from finished answers. Pure. The limit of a
 * task is never a prediction, only a cap on one.
 *
 * What the answers of each class follow, found with data:
 * - Completions: nothing that is known before. In the Azure code trace of 2023 (5,353 requests) the correlation of log input and log
 *   output is -0.01 and the median stays at 12 to 14 tokens from 30 to 30,000 tokens of input. So: tokens.
 * - Translations: the input. Over the pairs of five languages in HumanEval-X the correlation of the logarithms is 0.7 to 0.94, and the
 *   best constant ratio of a pair is off by 8 to 31 % in the median. So: the ratio to the input tokens. The ratio depends on the pair
 *   (Python to Java 2.1, Java to Python 0.5), so `language` should name both; and it falls with the size, as frames and imports do
 *   not grow (slope of the logarithms 0.5 to 1.1), which the size buckets follow.
 * - Summaries: hardly the input (correlation 0.1 to 0.3). So: tokens.
 *
 * An answer that was cancelled, or cut off by its limit, is censored: it would have had at least that many tokens. It counts by the
 * Kaplan-Meier estimator, which spreads its weight over the longer answers that were seen. One that was cancelled before its first
 * token says nothing. This supposes that people do not cancel because an answer is long; where they do, predictions are short.
 */
import { power } from './power.ts';
import type { TaskClass } from './task.ts';

/** Of an answer's length in tokens. */
export interface LengthQuantiles {
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
}

/** An answer whose length is known. */
export function certainLength(tokens: number): LengthQuantiles {
  return { p10: tokens, p25: tokens, p50: tokens, p75: tokens, p90: tokens };
}

/** What may be known of an answer before it begins. */
export interface LengthQuery {
  readonly class: TaskClass;
  /** Of the input; for a translation, of both ends, as in `python>java`. */
  readonly language?: string;
  readonly inputTokens: number;
  readonly maxTokens: number;
}

/** An answer that is over. `ended`: the model or its asker had all of it; false when it was cancelled or cut off. */
export interface LengthSample extends Omit<LengthQuery, 'maxTokens'> {
  readonly tokens: number;
  readonly ended: boolean;
}

interface Observation {
  /** In tokens, or tokens per input token, see {@link isRatio}. */
  readonly value: number;
  readonly ended: boolean;
}

interface Bucket {
  /** The answers behind the quantiles, the oldest first: what leaves is forgotten. */
  readonly recent: readonly Observation[];
  /** Answers that came since the quantiles were made. Apart, as each answer copies what it is added to. */
  readonly fresh: readonly Observation[];
  /** Answers behind the quantiles that were not censored. */
  readonly ends: number;
  /** The number of the sample that it learned last: who was not heard of for the longest time is forgotten. */
  readonly last: number;
  /** Undefined while no answer ended. */
  readonly quantiles: LengthQuantiles | undefined;
}

/** Survives JSON unchanged. */
export interface LengthModel {
  readonly buckets: Readonly<Record<string, Bucket>>;
  readonly samples: number;
}

export const emptyLengthModel: LengthModel = { buckets: {}, samples: 0 };

/** Answers remembered per bucket: quantiles of so many are known to about a tenth of the distribution. */
const recentMax = 64;
/** Ten languages in three sizes for each class, and those above them. */
const bucketsMax = 128;
/** A bucket weighs as much as what stands above it once so many of its answers ended. */
const trustedEnds = 4;
/** Quantiles are made again when this share of the answers behind them is new: a sort for each answer would be seen in a replay. */
const newShare = 1 / 8;
/** Upper bounds of the size buckets in input tokens; the last bucket is open. */
const sizes = [64, 256, 1_024, 4_096] as const;

const isRatio: Readonly<Record<TaskClass, boolean>> = {
  completion: false,
  summarize: false,
  translate: true,
  generate: false,
};

/** Before anything is learned, from the data named above: tokens, for a translation the ratio over all pairs of languages. */
const priors: Readonly<Record<TaskClass, LengthQuantiles>> = {
  completion: { p10: 7, p25: 9, p50: 13, p75: 23, p90: 54 },
  summarize: { p10: 24, p25: 42, p50: 62, p75: 96, p90: 106 },
  translate: { p10: 0.44, p25: 0.61, p50: 1, p75: 1.64, p90: 2.29 },
  // Assumed, as no data is at hand: from a line to a function of thirty lines.
  generate: { p10: 16, p25: 32, p50: 64, p75: 128, p90: 256 },
};

const shares = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** The state after one more answer; the same state when the sample says nothing. */
export function learnLength(model: LengthModel, sample: LengthSample): LengthModel {
  const { tokens, inputTokens, ended } = sample;
  if (!(Number.isFinite(tokens) && tokens >= 1 && Number.isFinite(inputTokens) && inputTokens >= 0)) return model;
  const value = isRatio[sample.class] ? tokens / Math.max(1, inputTokens) : tokens;
  const buckets: Record<string, Bucket> = { ...model.buckets };
  const samples = model.samples + 1;
  const observation = { value, ended };
  for (const key of bucketKeys(sample)) {
    const known = Object.hasOwn(buckets, key) ? buckets[key] : undefined;
    buckets[key] = learnBucket(known, observation, samples);
  }
  forgetStale(buckets);
  return { buckets, samples };
}

function learnBucket(known: Bucket | undefined, observation: Observation, last: number): Bucket {
  const fresh = known === undefined ? [observation] : [...known.fresh, observation];
  const seen = known?.recent.length ?? 0;
  if (known !== undefined && fresh.length < newShare * Math.min(recentMax, seen + fresh.length))
    return { recent: known.recent, fresh, ends: known.ends, last, quantiles: known.quantiles };
  const recent = known === undefined ? fresh : [...known.recent, ...fresh].slice(-recentMax);
  const ends = recent.reduce((count, { ended }) => (ended ? count + 1 : count), 0);
  return { recent, fresh: [], ends, last, quantiles: kaplanMeier(recent) };
}

function forgetStale(buckets: Record<string, Bucket>): void {
  const names = Object.keys(buckets);
  if (names.length <= bucketsMax) return;
  names.sort((a, b) => (buckets[a]?.last ?? 0) - (buckets[b]?.last ?? 0));
  for (const name of names.slice(0, names.length - bucketsMax)) delete buckets[name];
}

/** In tokens, from 1 to the limit. Each bucket that the query falls into refines what stands above it, from the prior down. */
export function answerLength(model: LengthModel, query: LengthQuery): LengthQuantiles {
  const unit = isRatio[query.class] ? Math.max(1, query.inputTokens || 0) : 1;
  const limit = query.maxTokens >= 1 ? query.maxTokens : 1;
  const refined = bucketKeys(query).reduce(
    (above, key) => blend(above, Object.hasOwn(model.buckets, key) ? model.buckets[key] : undefined),
    priors[query.class],
  );
  return mapQuantiles((share) => Math.max(1, Math.min(limit, refined[share] * unit)));
}

/**
 * The median of the tokens that are still to come when `generated` have come and the answer goes on: what the quantiles leave, given
 * that it is that long. Beyond the 90th percentile the tail is Pareto's, so that long answers have long rests. At least 1.
 * @param share the quantile instead of the median: 0.1 for what will come at least, as good as certainly.
 */
export function remainingTokens(
  quantiles: LengthQuantiles,
  generated: number,
  maxTokens: number = Number.POSITIVE_INFINITY,
  share = 0.5,
): number {
  const done = generated > 0 ? generated : 0;
  const survival = 1 - shareBelow(quantiles, done);
  const length = valueAt(quantiles, 1 - survival * (1 - share));
  return Math.max(1, Math.min(length, maxTokens) - done);
}

// --- Buckets

/** From the widest to the narrowest. */
function bucketKeys({ class: name, language, inputTokens }: Omit<LengthQuery, 'maxTokens'>): string[] {
  const open = sizes.findIndex((bound) => inputTokens < bound);
  const size = open < 0 ? sizes.length : open;
  const keys = [`${name}`, `${name}/${size}`];
  if (language !== undefined) keys.push(`${name}/${size}/${language}`);
  return keys;
}

/** Geometric, because lengths differ by factors. */
function blend(above: LengthQuantiles, bucket: Bucket | undefined): LengthQuantiles {
  const own = bucket?.quantiles;
  if (bucket === undefined || own === undefined) return above;
  const weight = bucket.ends / (bucket.ends + trustedEnds);
  return mapQuantiles((share) => power(above[share], 1 - weight) * power(own[share], weight));
}

function mapQuantiles(value: (share: keyof LengthQuantiles) => number): LengthQuantiles {
  return { p10: value('p10'), p25: value('p25'), p50: value('p50'), p75: value('p75'), p90: value('p90') };
}

/**
 * Quantiles of values of which some are only known to be larger than seen. When the longest ones are censored, the distribution ends
 * at the longest value of all: nothing longer is known.
 */
function kaplanMeier(recent: readonly Observation[]): LengthQuantiles | undefined {
  const ends = sortedValues(recent, true);
  const cuts = sortedValues(recent, false);
  if (ends.length === 0) return undefined;
  const longest = Math.max(ends.at(-1) ?? 1, cuts.at(-1) ?? 1);
  const found = shares.map(() => longest);
  let survival = 1;
  let cut = 0;
  let next = 0;
  for (const [index, value] of ends.entries()) {
    // One that was cut off at the same length was still there.
    while (cut < cuts.length && (cuts[cut] ?? 0) < value) cut += 1;
    survival *= 1 - 1 / (recent.length - index - cut);
    // Sums of shares miss their round values by a rounding error.
    for (; 1 - survival >= (shares[next] ?? 2) - 1e-9; next += 1) found[next] = value;
  }
  const [p10 = longest, p25 = longest, p50 = longest, p75 = longest, p90 = longest] = found;
  return { p10, p25, p50, p75, p90 };
}

/** Typed arrays are sorted as numbers, without a call for each pair. */
function sortedValues(recent: readonly Observation[], ended: boolean): Float64Array {
  const values = new Float64Array(recent.length);
  let count = 0;
  for (const observation of recent) if (observation.ended === ended) values[count++] = observation.value;
  return values.subarray(0, count).sort();
}

// --- The distribution behind five quantiles: linear in the logarithm between them

function valuesOf({ p10, p25, p50, p75, p90 }: LengthQuantiles): readonly number[] {
  return [p10, p25, p50, p75, p90];
}

/** Pareto's exponent from the last two quantiles, bounded where they say too little. */
function tailExponent({ p75, p90 }: LengthQuantiles): number {
  return Math.max(1, Math.min(20, Math.log(2.5) / Math.log(Math.max(p90 / p75, 1.000_001))));
}

function shareBelow(quantiles: LengthQuantiles, tokens: number): number {
  const values = valuesOf(quantiles);
  if (tokens >= quantiles.p90) return 1 - 0.1 * power(tokens / quantiles.p90, -tailExponent(quantiles));
  const upper = values.findIndex((value) => value > tokens);
  const low = values[upper - 1];
  const high = values[upper];
  if (low === undefined || high === undefined) return (0.1 * tokens) / quantiles.p10;
  const from = shares[upper - 1] ?? 0;
  return from + (((shares[upper] ?? 1) - from) * Math.log(tokens / low)) / Math.log(high / low);
}

function valueAt(quantiles: LengthQuantiles, share: number): number {
  if (share >= 0.9) return quantiles.p90 * power((1 - Math.min(share, 1 - 1e-12)) / 0.1, -1 / tailExponent(quantiles));
  const values = valuesOf(quantiles);
  const upper = shares.findIndex((known) => known > share);
  const low = values[upper - 1];
  const high = values[upper] ?? quantiles.p90;
  if (low === undefined) return (quantiles.p10 * share) / 0.1;
  const from = shares[upper - 1] ?? 0;
  return low * power(high / low, (share - from) / ((shares[upper] ?? 1) - from));
}
