/** What a replay is given, and what it gives. Only types. */
import type { Policy } from '../../core/policy.ts';
import type { PassCosts } from '../../engine/simulated-model.ts';
import type { FitGoal } from '../../features/completion/fit.ts';
import type { Load } from './arrivals.ts';
import type { BusyKind, ReplayPass } from './progress.ts';
import type { OutcomeRow } from './score.ts';

/** What the load runs on. The switches are there for comparators and ablations. */
export interface ReplayMachine {
  readonly costs: PassCosts;
  /** Side by side, held in the KV cache. */
  readonly sequences: number;
  readonly chunkTokens: number;
  /** Tokens whose KV cells may be parked outside of the device; 0: it cannot park. */
  readonly shelfTokensMax: number;
  /** Off: no prompt finds anything of another one in the cache. */
  readonly reusesPrefixes: boolean;
}

export interface ReplayOptions {
  readonly load: Load;
  readonly policy: Policy;
  readonly machine: ReplayMachine;
  /** Answers' lengths and what arrives are known to the policy. */
  readonly isClairvoyant?: boolean;
  /** The passes are kept, for a timeline. */
  readonly recordsPasses?: boolean;
  /**
   * Completions come with a prompt that is fitted to their promise (fitted.ts). What was dropped comes back in idle time, and opened
   * documents are warmed up, as in the product.
   */
  readonly fitsPrompts?: FitGoal;
}

export interface ReplayRun {
  /** One for each arrival, in their order. */
  readonly rows: readonly OutcomeRow[];
  /** Time of the device in passes, in ms, until the last of them ended. */
  readonly busyMs: Readonly<Record<BusyKind, number>>;
  /** When the last task was settled. */
  readonly endMs: number;
  /** Empty unless they were to be kept. */
  readonly passes: readonly ReplayPass[];
  /** Mean length of the prompts of completions that are promises, over that of the whole ones. */
  readonly promptShare: number;
}
