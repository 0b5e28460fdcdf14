/** The requests of one cell of SABER's set-up: a pure function of workload, rate, seed and whether lengths vary. */
import { exponential, lognormalOfMeanOne, newRandom } from '../random.ts';
import { type SaberClass, saber, saberClasses } from '../workloads.ts';

export type Workload = keyof typeof saber.mixes;

export const workloads = Object.keys(saber.mixes) as Workload[];

/** `known`: every answer has the tokens that policies expect. `unknown`: lognormal around it, and a policy knows no more than that. */
export type Lengths = 'known' | 'unknown';

export interface Cell {
  readonly workload: Workload;
  readonly requestsPerSecond: number;
  readonly seed: number;
  readonly lengths: Lengths;
}

export interface Request {
  readonly id: string;
  readonly class: SaberClass;
  readonly arrivalMs: number;
  readonly deadlineMs: number;
  /** Tokens of the answer, as they will turn out: at least 1. */
  readonly tokens: number;
}

/** In order of arrival. Arrivals and classes are those of the seed, whatever the lengths. */
export function requestsOf({ workload, requestsPerSecond, seed, lengths }: Cell): Request[] {
  const stream = `saber/${workload}/${requestsPerSecond}`;
  const gaps = newRandom(seed, `${stream}/gaps`);
  const classes = newRandom(seed, `${stream}/classes`);
  const factors = newRandom(seed, `${stream}/lengths`);
  let arrivalMs = 0;
  return Array.from({ length: saber.requests }, (_, index) => {
    arrivalMs += exponential(gaps, 1_000 / requestsPerSecond);
    const drawn = classOf(classes(), workload);
    const factor = lengths === 'known' ? 1 : lognormalOfMeanOne(factors, saber.lengthVariation);
    return {
      id: String(index),
      class: drawn,
      arrivalMs,
      deadlineMs: arrivalMs + saber.targetMs[drawn],
      tokens: Math.max(1, Math.round(saber.answerTokens[drawn] * factor)),
    };
  });
}

function classOf(share: number, workload: Workload): SaberClass {
  let below = 0;
  for (const name of saberClasses) {
    below += saber.mixes[workload][name];
    if (share < below) return name;
  }
  return 'translation';
}
