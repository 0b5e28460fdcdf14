/** What follows a call under the same promise: what a policy has to know of it to see the workflow behind the call. Pure. */
import { type Costs, prefillTotalMs } from '../estimate.ts';

/** The calls of a workflow that were not submitted yet. Tasks of one workflow name the same rest, and it counts once. */
export interface Rest {
  /** Whose calls these are. */
  readonly workflow: string;
  /** When the last answer is due, in ms on the clock of the tasks. */
  readonly deadlineMs: number;
  /** Prompt tokens to be evaluated, and answer tokens, as predicted. */
  readonly prefillTokens: number;
  readonly decodeTokens: number;
  /** As many answer tokens will come as good as certainly. */
  readonly leastTokens: number;
  /** So many of the calls may run side by side. */
  readonly sideBySide: number;
}

export interface RestRoom {
  readonly costs: Costs;
  readonly limits: { readonly chunkTokens: number };
  /** Sequences that decode side by side at most. */
  readonly sequences: number;
}

/** Time of the device that the rest needs at least, in ms: prompts one after the other, answers in the best batch that there may be. */
export function restMs(rest: Rest, tokens: number, { costs, limits, sequences }: RestRoom): number {
  const prefillMs = prefillTotalMs(costs, rest.prefillTokens, 0, limits.chunkTokens);
  return prefillMs + tokens * tokenMs(Math.min(rest.sideBySide, sequences), costs);
}

/** Of one token when up to so many sequences decode. */
export function tokenMs(sequencesMax: number, costs: Costs): number {
  let best = costs.decodeMs(1, 0);
  for (let count = 2; count <= sequencesMax; count += 1) best = Math.min(best, costs.decodeMs(count, 0) / count);
  return best;
}
