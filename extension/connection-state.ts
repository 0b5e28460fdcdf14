/** Where the extension stands with the runtime, and how long it waits before it tries again. No vscode here, so that it is tested alone. */

export type ConnectionState =
  /** Looking for a running runtime, or starting one. */
  | { readonly kind: 'starting' }
  /** The runtime is there; the handshake is not over. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** `failures` in a row, at least 1; the next attempt comes by itself. */
  | { readonly kind: 'unavailable'; readonly failures: number; readonly message: string }
  /** The extension is shutting down. */
  | { readonly kind: 'closed' };

const retryDelayMsMin = 250;
const retryDelayMsMax = 60_000;

/** A connection that lived this long was a good one: the next loss starts with the shortest delay again. */
export const settledAfterMs = 10_000;

/** Fewer failures in a row than this are a hiccup, such as a runtime that was just restarted, and not worth a warning. */
export const failuresWorthWarning = 3;

/** Doubles with each failure in a row. A runtime that was killed is back within half a second; one that cannot start is tried once a minute. */
export function retryDelayMs(failures: number): number {
  return Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.max(0, failures - 1));
}
