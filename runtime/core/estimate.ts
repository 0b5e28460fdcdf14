/**
 * What a forward pass costs: predictions that every decision stands on.
 */

/** Predicted durations of single forward passes of one model on one device, in ms. */
export interface Costs {
  /** A prefill chunk of `tokens` after `contextTokens` that the sequence already holds. */
  prefillMs(tokens: number, contextTokens: number): number;
  /** One token for each of `sequences`, which hold `contextTokens` together. */
  decodeMs(sequences: number, contextTokens: number): number;
}
