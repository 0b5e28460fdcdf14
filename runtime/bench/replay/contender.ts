/** One who plays the replay. Types only. */
import type { Policy } from '../../core/policy.ts';
import type { FitGoal } from '../../features/completion/fit.ts';
import type { ReplayMachine } from './simulate.ts';

export interface Contender {
  readonly policy: Policy;
  readonly machine: ReplayMachine;
  readonly isClairvoyant?: boolean;
  readonly fitsPrompts?: FitGoal;
}
