/** Turns of the scheduler with few and with many waiting, and how their cost grows. */
import type { Policy } from '../../core/policy.ts';
import { median } from '../bench.ts';
import { type Crowd, SteadyState, type Turn } from './turns.ts';

export interface Rounds {
  /** In all, for each size. */
  readonly rounds: number;
  /** Blocks that the rounds are split into: all sizes take turns, so that what disturbs one block disturbs its pair. */
  readonly pairs: number;
}

export interface Measured {
  readonly waiting: number;
  readonly turns: readonly Turn[];
  /** In µs, one for each block. */
  readonly medians: readonly number[];
}

const seed = 3;

/** The first block of each size warms up and is not told. */
export function measureSizes(policy: Policy, crowd: Crowd, sizes: readonly number[], options: Rounds): Measured[] {
  const { rounds, pairs } = options;
  const measured = sizes.map((waiting) => {
    const state = new SteadyState(policy, crowd, waiting, seed);
    return { waiting, state, turns: [] as Turn[], medians: [] as number[] };
  });
  for (let pair = -1; pair < pairs; pair += 1) {
    for (const { state, turns, medians } of measured) {
      const block = Array.from({ length: rounds / pairs }, () => [...state.round()]).flat();
      if (pair < 0) continue;
      turns.push(...block);
      medians.push(median(block.map(({ us }) => us)));
    }
  }
  return measured;
}

/** Of the second over the first: the median over pairs of blocks that were measured one right after the other. */
export function growth(few: Measured, many: Measured): number {
  return median(many.medians.map((us, pair) => us / (few.medians[pair] ?? Number.NaN)));
}

/** From 10,000 to 100,000 waiting. */
export function growthOf(policy: Policy, crowd: Crowd, options: Rounds): number {
  const [few, many] = measureSizes(policy, crowd, [10_000, 100_000], options);
  return few === undefined || many === undefined ? Number.NaN : growth(few, many);
}
