/** What follows a call under the same promise: what a policy has to know of it to see the workflow behind the call. Pure. */

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
