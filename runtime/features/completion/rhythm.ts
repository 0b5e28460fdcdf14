/**
 * How somebody types, and how likely the hands rest for so long. Pure, (state, gap) -> state.
 *
 * The time to the next key is one of two things: the next beat of a burst, around the median of the latest beats, or a pause, in which
 * somebody thinks or reads. Both are lognormal. Which of them it is, is a matter of what was typed last: a pause is likelier behind a
 * line or an opening bracket than inside of a word. As long as no key comes, it becomes more and more likely that this is a pause.
 *
 * The numbers were fitted on the first half of a recorded editing session (`punctual bench typing --fit`). What is learned of a client is
 * its beat, and how much more or less than others it pauses.
 */
import { type Before, beforeKinds, type Situation } from './situation.ts';

/** What the last edit did, as far as the text's length tells: one character, several at once, or none more than before. */
export type Act = 'typed' | 'pasted' | 'deleted';

/** What a pause is predicted from. */
export interface Traits extends Situation {
  readonly act: Act;
}

export interface Rhythm {
  /** The latest gaps that were beats, the newest last, in ms. */
  readonly beatsMs: readonly number[];
  /** Between the last two keys; undefined before there were two. */
  readonly lastMs: number | undefined;
  /** How much more than others this client pauses, on the logistic scale. */
  readonly bias: number;
}

export const newRhythm: Rhythm = { beatsMs: [], lastMs: undefined, bias: 0 };

/** From here on a gap counts as a pause when the beat is looked for. */
export const pauseMs = 1_000;
/** A beat is the median of so many: it follows a change of speed within a few keys, and one slow key does not move it. */
const beatsMax = 7;
/** Two-finger and touch typists, in ms: the beat as long as few keys were seen. */
const beatUsualMs = 220;
const biasGain = 0.03;
const biasMax = 1;

export interface PauseWeights {
  readonly always: number;
  readonly before: Readonly<Record<Before, number>>;
  /** Text or a word stands behind the cursor. */
  readonly amid: number;
  readonly pasted: number;
  readonly deleted: number;
  /** The gap before this key was a pause already. */
  readonly afterPause: number;
  /** For each factor e that the beat is slower than the usual one. */
  readonly slow: number;
}

/** A lognormal: median in ms, for `beat` as a share of the client's own; `spread` is the standard deviation of the logarithm. */
export interface GapShape {
  readonly median: number;
  readonly spread: number;
}

export interface GapModel {
  readonly beat: GapShape;
  readonly pause: GapShape;
  readonly weights: PauseWeights;
}

export const gapModel: GapModel = {
  beat: { median: 0.97, spread: 0.49 },
  pause: { median: 667, spread: 1.4 },
  weights: {
    always: -0.73,
    before: {
      line: 0.19,
      word: -0.72,
      space: -0.2,
      opener: -0.02,
      comma: -0.15,
      dot: 0.44,
      end: 0.71,
      operator: -0.16,
      quote: -0.1,
      other: 0.01,
    },
    amid: 0.48,
    pasted: 0.89,
    deleted: 0.46,
    afterPause: 0.3,
    slow: 0.14,
  },
};

/** @param traits what stood at the cursor before the gap; without them nothing is learned of pauses. */
export function afterGap(rhythm: Rhythm, gapMs: number, traits: Traits | undefined, model = gapModel): Rhythm {
  const beatsMs = gapMs < pauseMs ? [...rhythm.beatsMs, gapMs].slice(-beatsMax) : rhythm.beatsMs;
  const bias = traits === undefined ? rhythm.bias : learnedBias(rhythm, gapMs, traits, model);
  return { beatsMs, lastMs: gapMs, bias };
}

function learnedBias(rhythm: Rhythm, gapMs: number, traits: Traits, model: GapModel): number {
  const error = pauseShare(rhythm, traits, gapMs, model) - pauseProbability(rhythm, traits, model);
  return Math.min(Math.max(rhythm.bias + biasGain * error, -biasMax), biasMax);
}

/** The client's own beat in ms. */
export function beatMs({ beatsMs }: Rhythm): number {
  // The usual beat stands in for those that were not seen yet, so that the first two keys do not say everything.
  const missing = Math.max(0, Math.ceil(beatsMax / 2) - beatsMs.length);
  const known = [...beatsMs, ...Array.from({ length: missing }, () => beatUsualMs)].sort((a, b) => a - b);
  return known[known.length >> 1] ?? beatUsualMs;
}

/** What the weights stand for, by name: the logistic score is their weighted sum. */
export function pauseFeatures(rhythm: Rhythm, { before, behind, act }: Traits): Readonly<Record<string, number>> {
  return {
    always: 1,
    ...Object.fromEntries(beforeKinds.map((kind) => [kind, Number(kind === before)])),
    amid: Number(behind === 'text' || behind === 'word'),
    pasted: Number(act === 'pasted'),
    deleted: Number(act === 'deleted'),
    afterPause: Number((rhythm.lastMs ?? pauseMs) >= pauseMs),
    slow: Math.log(beatMs(rhythm) / beatUsualMs),
  };
}

/** Whether a pause begins now, when no time has passed yet. */
export function pauseProbability(rhythm: Rhythm, { before, behind, act }: Traits, { weights } = gapModel): number {
  const score =
    weights.always +
    weights.before[before] +
    (behind === 'text' || behind === 'word' ? weights.amid : 0) +
    (act === 'pasted' ? weights.pasted : 0) +
    (act === 'deleted' ? weights.deleted : 0) +
    ((rhythm.lastMs ?? pauseMs) >= pauseMs ? weights.afterPause : 0) +
    weights.slow * Math.log(beatMs(rhythm) / beatUsualMs);
  return 1 / (1 + Math.exp(-score - rhythm.bias));
}

/** Whether a gap of this length was a pause. */
export function pauseShare(rhythm: Rhythm, traits: Traits, gapMs: number, model = gapModel): number {
  const pause = pauseProbability(rhythm, traits, model);
  const asPause = pause * density(gapMs, model.pause);
  const asBeat = (1 - pause) * density(gapMs, beatShape(rhythm, model));
  return asPause + asBeat > 0 ? asPause / (asPause + asBeat) : 1;
}

/** The probability that no key has come `ms` after the last one. A function, as one question asks for many times. */
export function restProbability(rhythm: Rhythm, traits: Traits, model = gapModel): (ms: number) => number {
  const pause = pauseProbability(rhythm, traits, model);
  const beat = beatShape(rhythm, model);
  return (ms) => (1 - pause) * survival(ms, beat) + pause * survival(ms, model.pause);
}

function beatShape(rhythm: Rhythm, { beat }: GapModel): GapShape {
  return { median: beat.median * beatMs(rhythm), spread: beat.spread };
}

function standardized(ms: number, { median, spread }: GapShape): number {
  return Math.log(ms / median) / spread;
}

/** Without the factor that all densities share. */
function density(ms: number, shape: GapShape): number {
  return Math.exp(-0.5 * standardized(ms, shape) ** 2) / shape.spread;
}

/** P(gap > ms): 1 at 0. */
function survival(ms: number, shape: GapShape): number {
  return ms <= 0 ? 1 : upperTail(standardized(ms, shape));
}

/** P(normal > z), to 1e-7: Abramowitz and Stegun, 26.2.17. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t;
  const tail = Math.exp(-0.5 * z * z) * series * 0.3989422804014327;
  return z >= 0 ? tail : 1 - tail;
}
