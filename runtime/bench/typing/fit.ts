/**
 * Fits the model of gaps (features/completion/rhythm.ts) to sessions of the tuning window: expectation and maximization, where the weights
 * of a pause are found by ascent. What it prints is copied into the product; nothing is fitted on the reporting window. Pure.
 */
import { debounced, newDebounce } from '../../features/completion/debounce.ts';
import { beatMs, type GapModel, type GapShape, gapModel, pauseFeatures } from '../../features/completion/rhythm.ts';
import { beforeKinds } from '../../features/completion/situation.ts';
import { editorWaitMs } from './play.ts';
import type { TypedEdit } from './session.ts';

/** A gap, with what was known before it. */
interface Observation {
  readonly gapMs: number;
  readonly beatMs: number;
  readonly features: readonly number[];
}

const rounds = 30;
const ascents = 30;
const ascentGain = 2;
/** Keeps weights of what is rare near 0. */
const shrinkage = 0.002;

const featureNames = ['always', ...beforeKinds, 'amid', 'pasted', 'deleted', 'afterPause', 'slow'] as const;

export function observationsOf(sessions: Iterable<readonly TypedEdit[]>): Observation[] {
  const observations: Observation[] = [];
  for (const edits of sessions) {
    let state = newDebounce;
    for (const { atMs, gapMs, situation, grownBy } of edits) {
      state = debounced(state, { kind: 'edited', atMs, grownBy });
      // The editor asks about no other gap.
      if (gapMs <= editorWaitMs) continue;
      const features = pauseFeatures(state.rhythm, { ...situation, act: state.act });
      observations.push({
        gapMs,
        beatMs: beatMs(state.rhythm),
        features: featureNames.map((name) => features[name] ?? 0),
      });
    }
  }
  return observations;
}

export function fitted(observations: readonly Observation[]): GapModel {
  let weights = featureNames.map(() => 0);
  let { beat, pause } = gapModel;
  for (let round = 0; round < rounds; round += 1) {
    const shares = observations.map((one) => pauseShareOf(one, weights, beat, pause));
    weights = ascended(observations, shares, weights);
    beat = shapeOf(
      observations.map(({ gapMs, beatMs }) => Math.log(gapMs / beatMs)),
      shares.map((share) => 1 - share),
    );
    pause = shapeOf(
      observations.map(({ gapMs }) => Math.log(gapMs)),
      shares,
    );
  }
  return { beat, pause, weights: namedWeights(weights) };
}

function pauseShareOf(
  { gapMs, beatMs, features }: Observation,
  weights: readonly number[],
  beat: GapShape,
  pause: GapShape,
): number {
  const prior = logistic(dot(weights, features));
  const asPause = prior * density(Math.log(gapMs / pause.median), pause.spread);
  const asBeat = (1 - prior) * density(Math.log(gapMs / beatMs / beat.median), beat.spread);
  return asPause + asBeat > 0 ? asPause / (asPause + asBeat) : 1;
}

function ascended(observations: readonly Observation[], shares: readonly number[], start: readonly number[]): number[] {
  let weights = [...start];
  for (let ascent = 0; ascent < ascents; ascent += 1) {
    const gradient = weights.map((weight, index) => (index === 0 ? 0 : -shrinkage * weight));
    observations.forEach(({ features }, place) => {
      const error = ((shares[place] ?? 0) - logistic(dot(weights, features))) / observations.length;
      features.forEach((feature, index) => {
        gradient[index] = (gradient[index] ?? 0) + error * feature;
      });
    });
    weights = weights.map((weight, index) => weight + ascentGain * (gradient[index] ?? 0));
  }
  return weights;
}

/** Of logarithms, by their shares. */
function shapeOf(logs: readonly number[], shares: readonly number[]): GapShape {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const mean = logs.reduce((sum, log, place) => sum + log * (shares[place] ?? 0), 0) / total;
  const squares = logs.reduce((sum, log, place) => sum + (log - mean) ** 2 * (shares[place] ?? 0), 0) / total;
  return { median: Math.exp(mean), spread: Math.sqrt(squares) };
}

function namedWeights(weights: readonly number[]): GapModel['weights'] {
  const weightOf = (name: (typeof featureNames)[number]): number => weights[featureNames.indexOf(name)] ?? 0;
  return {
    always: weightOf('always'),
    before: Object.fromEntries(beforeKinds.map((kind) => [kind, weightOf(kind)])) as GapModel['weights']['before'],
    amid: weightOf('amid'),
    pasted: weightOf('pasted'),
    deleted: weightOf('deleted'),
    afterPause: weightOf('afterPause'),
    slow: weightOf('slow'),
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function logistic(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

function density(log: number, spread: number): number {
  return Math.exp(-0.5 * (log / spread) ** 2) / spread;
}
