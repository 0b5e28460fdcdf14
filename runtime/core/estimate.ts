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

/** The time of a whole prefill in chunks, in ms; the context in the middle stands for that of all chunks. */
export function prefillTotalMs(costs: Costs, tokens: number, contextTokens: number, chunkTokens: number): number {
  const chunks = Math.floor(tokens / chunkTokens);
  const rest = tokens - chunks * chunkTokens;
  const middle = contextTokens + tokens / 2;
  return (
    (chunks > 0 ? chunks * costs.prefillMs(chunkTokens, middle) : 0) + (rest > 0 ? costs.prefillMs(rest, middle) : 0)
  );
}
