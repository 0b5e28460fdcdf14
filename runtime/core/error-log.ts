/**
 * How wrong predictions were: the recent relative errors of one kind of prediction, and their quantiles. Pure; a plain list, so that
 * it can be kept and shown. Decides nothing.
 */

/** Relative errors |predicted - actual| / actual, the oldest first. */
export type ErrorLog = readonly number[];

/** Nearest-rank quantiles of relative errors: 0.15 is 15 %. */
export interface ErrorQuantiles {
  readonly p50: number;
  readonly p90: number;
  readonly samples: number;
}

export const emptyErrorLog: ErrorLog = [];

/** Errors remembered at most: enough for a 90th percentile, few enough to follow a change within minutes. */
export const errorsMax = 128;

/** No error counts as more than this: a prediction that is a hundred times off is simply wrong. */
const errorMax = 100;

/** Predictions that cannot be judged (nothing predicted, nothing measured, not a number) are left out. */
export function addError(log: ErrorLog, predicted: number, actual: number): ErrorLog {
  if (!(Number.isFinite(predicted) && predicted >= 0 && Number.isFinite(actual) && actual > 0)) return log;
  const error = Math.min(errorMax, Math.abs(predicted - actual) / actual);
  const next = log.slice(1 - errorsMax);
  next.push(error);
  return next;
}

/** Undefined before the first error. */
export function errorQuantiles(log: ErrorLog): ErrorQuantiles | undefined {
  if (log.length === 0) return undefined;
  const sorted = [...log].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p90: at(0.9), samples: log.length };
}
