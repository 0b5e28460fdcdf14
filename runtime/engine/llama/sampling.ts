/**
 * How the token after another one is chosen: always the likeliest. For completions it is told how likely.
 *
 * The library's own figure for that, `confidence`, sorts the whole vocabulary for each token, which takes as long as a pass where there
 * are 152,000. So the few likeliest are asked for, which are found in one reading of the vocabulary, as the choice of the first is, and
 * the first of them is the choice. What the library draws from them by chance is not looked at.
 */
import type { ControlledEvaluateIndexOutput, Token, TokenBias } from 'node-llama-cpp';
import type { PassItem } from '../pass.ts';
import { greedy } from './context.ts';
import type { Healing } from './healing.ts';

/** What the others have in common is little: the share of the first among these is its probability, or a little more. */
const likeliestTokens = 40;

/** The seed is given so that the library makes no sampler anew at each second. */
const likeliest = { temperature: 1, topK: likeliestTokens, topP: 1, minP: 0, seed: 1 } as const;

export interface Sampling {
  readonly generateNext: {
    readonly token?: true;
    readonly probabilities?: true;
    readonly options: {
      readonly temperature: number;
      readonly topK?: number;
      readonly topP?: number;
      readonly minP?: number;
      readonly seed?: number;
      readonly tokenBias?: TokenBias;
    };
  };
}

export function samplingOf({ begin, tellsProbability }: PassItem, healing: Healing): Sampling {
  const tokenBias = begin === undefined ? undefined : healing.bias(begin);
  const biased = tokenBias && { tokenBias };
  return tellsProbability
    ? { generateNext: { probabilities: true, options: { ...likeliest, ...biased } } }
    : { generateNext: { token: true, options: { ...greedy.generateNext.options, ...biased } } };
}

export interface Sampled {
  readonly token: Token;
  /** Natural logarithm of its share among the likeliest ones; absent where it was not asked for. */
  readonly logProbability?: number;
}

/** Undefined where nothing could be sampled. */
export function sampledOf({ token, probabilities }: ControlledEvaluateIndexOutput['next']): Sampled | undefined {
  // The likeliest comes first.
  for (const [first, share] of probabilities ?? []) return { token: first, logProbability: Math.log(share) };
  return token === undefined || token === null ? undefined : { token };
}
