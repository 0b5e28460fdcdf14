/**
 * What was predicted of tasks and passes against what came: the numbers behind the errors that people see. Decides nothing.
 */
import { addError, type ErrorLog, type ErrorQuantiles, emptyErrorLog, errorQuantiles } from './error-log.ts';
import type { CostModel } from './estimate.ts';
import type { Settled } from './metrics.ts';
import type { TaskClass } from './task.ts';

/** From arrival, in ms, as predicted at arrival; absent when nothing could be said. */
export interface Predicted {
  readonly ttftMs?: number;
  readonly e2eMs?: number;
}

/** Of the tasks of one class; absent before the first comparison. */
export interface TaskErrors {
  readonly ttftError?: ErrorQuantiles;
  readonly e2eError?: ErrorQuantiles;
}

/** Of the passes of one model; absent before the first pass. */
export interface PassErrors {
  readonly prefillError?: ErrorQuantiles;
  readonly decodeError?: ErrorQuantiles;
}

interface Logs {
  readonly ttft: ErrorLog;
  readonly e2e: ErrorLog;
}

/** The recent errors of each class. */
export class PredictionErrors {
  readonly #logs = new Map<TaskClass, Logs>();

  /** A first token counts whatever became of the task; an end counts only where the answer came to its end. */
  add(predicted: Predicted, { task, outcome, ttftMs, e2eMs }: Settled): void {
    const { ttft, e2e } = this.#of(task.class);
    this.#logs.set(task.class, {
      ttft: compared(ttft, predicted.ttftMs, ttftMs),
      e2e: compared(e2e, predicted.e2eMs, outcome.kind === 'finished' ? e2eMs : undefined),
    });
  }

  ofClass(name: TaskClass): TaskErrors {
    const { ttft, e2e } = this.#of(name);
    const ttftError = errorQuantiles(ttft);
    const e2eError = errorQuantiles(e2e);
    return { ...(ttftError && { ttftError }), ...(e2eError && { e2eError }) };
  }

  #of(name: TaskClass): Logs {
    return this.#logs.get(name) ?? { ttft: emptyErrorLog, e2e: emptyErrorLog };
  }
}

function compared(log: ErrorLog, predictedMs: number | undefined, actualMs: number | undefined): ErrorLog {
  return predictedMs === undefined || actualMs === undefined ? log : addError(log, predictedMs, actualMs);
}

export function passErrors({ prefill, decode }: CostModel): PassErrors {
  const prefillError = errorQuantiles(prefill.errors);
  const decodeError = errorQuantiles(decode.errors);
  return { ...(prefillError && { prefillError }), ...(decodeError && { decodeError }) };
}
