/** Relative errors of predictions, and their quantiles. Pure. */
import { answerLength, emptyLengthModel, learnLength } from '../../../core/lengths.ts';
import { type TaskClass, taskClasses } from '../../../core/task.ts';
import type { BenchResult } from '../../bench.ts';
import { quantile } from '../../bench.ts';
import type { Arrival } from '../../replay/arrivals.ts';
import type { Judged } from './predict.ts';

export interface TimeErrors {
  readonly ttft: readonly number[];
  readonly e2e: readonly number[];
  /** Requests with a first token for which none was predicted, or an end without a predicted one. */
  readonly unpredicted: number;
}

/** |predicted - actual| / actual of each first token that came, and of each end of an answer that ended by itself. */
export function timeErrors(judged: readonly Judged[]): TimeErrors {
  const ttft: number[] = [];
  const e2e: number[] = [];
  let unpredicted = 0;
  for (const { life, predicted } of judged) {
    const { startMs, firstTokenMs, endMs, finished } = life;
    if (firstTokenMs !== undefined) {
      if (predicted.ttftMs === undefined) unpredicted += 1;
      else ttft.push(relative(predicted.ttftMs, firstTokenMs - startMs));
    }
    if (finished && endMs !== undefined) {
      if (predicted.e2eMs === undefined) unpredicted += 1;
      else e2e.push(relative(predicted.e2eMs, endMs - startMs));
    }
  }
  return { ttft, e2e, unpredicted };
}

function relative(predicted: number, actual: number): number {
  return Math.abs(predicted - actual) / actual;
}

/**
 * Relative errors of the median length that was predicted of each answer, by class, in order of arrival: each is predicted from those
 * before it. What was taken back counts for nothing, since its length is not known to anyone who could learn from it.
 */
export function lengthErrors(arrivals: readonly Arrival[]): Map<TaskClass, number[]> {
  const errors = new Map<TaskClass, number[]>(taskClasses.map((name) => [name, []]));
  let model = emptyLengthModel;
  for (const { class: taskClass, promptTokens, answerTokens, maxTokens, cancelAtMs } of arrivals) {
    if (cancelAtMs !== undefined) continue;
    const query = { class: taskClass, inputTokens: promptTokens.length, maxTokens };
    errors.get(taskClass)?.push(relative(answerLength(model, query).p50, answerTokens));
    model = learnLength(model, { ...query, tokens: answerTokens, ended: answerTokens < maxTokens });
  }
  return errors;
}

export function summarizeErrors(
  times: readonly TimeErrors[],
  lengths: ReadonlyMap<TaskClass, readonly number[]>,
  details: Readonly<Record<string, unknown>>,
): BenchResult {
  const ttft = times.flatMap((errors) => errors.ttft);
  const e2e = times.flatMap((errors) => errors.e2e);
  const perClass = [...lengths].filter(([, errors]) => errors.length > 0);
  return {
    figures: {
      'estimate.ttft_err_p50': quantile(ttft, 0.5),
      'estimate.ttft_err_p90': quantile(ttft, 0.9),
      'estimate.e2e_err_p50': quantile(e2e, 0.5),
      'estimate.e2e_err_p90': quantile(e2e, 0.9),
      ...Object.fromEntries(perClass.map(([name, errors]) => [`estimate.len_err_p50.${name}`, quantile(errors, 0.5)])),
    },
    details: {
      ...details,
      firstTokens: ttft.length,
      ends: e2e.length,
      unpredicted: times.reduce((sum, errors) => sum + errors.unpredicted, 0),
      lengths: Object.fromEntries(perClass.map(([name, errors]) => [name, errors.length])),
    },
  };
}
