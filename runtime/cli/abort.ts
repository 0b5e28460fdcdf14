/** Waiting that ends with the first of several signals. */

export interface Abort {
  /** Rejects with the reason of the first signal that aborts; settles in no other way. */
  readonly promise: Promise<never>;
  /** Lets go of the signals, which may live much longer than the waiting. */
  dispose(): void;
}

/** `onAbort` is called once, before the promise rejects; at once when a signal has aborted already. */
export function firstAbort(signals: readonly AbortSignal[], onAbort?: () => void): Abort {
  const scope = new AbortController();
  const promise = new Promise<never>((_, reject) => {
    const settle = (signal: AbortSignal): void => {
      if (scope.signal.aborted) return;
      scope.abort();
      onAbort?.();
      reject(signal.reason);
    };
    for (const signal of signals) signal.addEventListener('abort', () => settle(signal), { signal: scope.signal });
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted) settle(aborted);
  });
  // Whoever races it hears of the rejection; when the race is over nobody does, and nobody needs to.
  promise.catch(() => undefined);
  return { promise, dispose: () => scope.abort() };
}
