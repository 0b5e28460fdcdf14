/** How often and how long to try again: exponential back-off with jitter, bounded, and started anew by real progress. */
import { setTimeout as delay } from 'node:timers/promises';
import { Setback, StoreError, type StoreFailure } from './failure.ts';

export interface RetryLimits {
  /** Failures in a row; one more ends it. */
  readonly failuresMax: number;
  readonly delayMsFirst: number;
  readonly delayMsMax: number;
  /** A server that asks for a longer wait is told to the user instead. */
  readonly retryAfterMsMax: number;
  /** An attempt that brought so many bytes forgives the failures before it. */
  readonly progressBytes: number;
}

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface Patience {
  readonly limits: RetryLimits;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly onWait: (ms: number, failure: StoreFailure) => void;
}

/** Rejects with the signal's reason when it is aborted. */
export const realSleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
};

/**
 * Attempts until one succeeds or fails for good.
 * @param position how many bytes have come so far.
 * @throws StoreError with the last failure when patience ends; the signal's reason when it is aborted; what is no `Setback` as it is.
 */
export async function patiently<T>(
  { limits, random, sleep, onWait }: Patience,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  position: () => number = () => 0,
): Promise<T> {
  let failures = 0;
  let mark = position();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Setback)) throw error;
      if (position() - mark >= limits.progressBytes) {
        mark = position();
        failures = 0;
      }
      failures++;
      if (failures > limits.failuresMax || error.retryAfterMs > limits.retryAfterMsMax)
        throw new StoreError(error.failure, { cause: error });
      const backOffMs = Math.min(limits.delayMsMax, limits.delayMsFirst * 2 ** (failures - 1)) * (0.5 + random() / 2);
      const waitMs = Math.max(backOffMs, error.retryAfterMs);
      onWait(waitMs, error.failure);
      await sleep(waitMs, signal);
    }
  }
}
