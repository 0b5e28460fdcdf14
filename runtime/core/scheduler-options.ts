/** What a scheduler is given. */
import type { Knowledge } from './knowledge.ts';
import type { Policy } from './policy.ts';
import { countedHoldings, type Holdings } from './residency/holdings.ts';
import type { ResidencyOptions } from './residency/options.ts';

export interface SchedulerOptions {
  readonly policy: Policy;
  readonly knowledge: Knowledge;
  /** Tasks that may wait; a further one is refused. */
  readonly waitingMax: number;
  /** What is taken to be so of models and memory until an event tells of them. Of what never changes, as in a bench, nothing tells. */
  readonly holdings: Holdings;
  readonly residency?: Partial<ResidencyOptions>;
  /** How long a failed load is remembered before the next task tries again, in ms. */
  readonly loadRetryMs: number;
}

export const schedulerDefaults = { waitingMax: 256, holdings: countedHoldings(2), loadRetryMs: 5_000 };
