/** Why the scheduler refuses a task or gives it up, in words for whoever asked. Pure. */
import { sentence } from './sentence.ts';
import type { ModelId, Outcome, TaskError } from './task.ts';

export function badSla(targetMs: number): TaskError {
  const message = sentence(
    'A promise of {0} ms cannot be kept or broken: give a target between 1 ms and one hour.',
    targetMs,
  );
  return { code: 'badSla', message };
}

export function queueFull(waitingMax: number): TaskError {
  const message = sentence('{0} tasks are waiting already: try again when some of them are done.', waitingMax);
  return { code: 'queueFull', message };
}

/** @param besideKept models that the user keeps are there: without them it might fit. */
export function doesNotFit(model: ModelId, besideKept: boolean): TaskError {
  const message = besideKept
    ? sentence(
        "{0} needs more memory than models may take beside those that are pinned: choose a smaller model, pin fewer ('punctual.residency'), or raise 'punctual.memory'.",
        model,
      )
    : sentence(
        "{0} needs more memory than models may take: choose a smaller model, or raise 'punctual.memory'.",
        model,
      );
  return { code: 'modelUnavailable', message };
}

export function lostWhileLoading(model: ModelId, reason: string): TaskError {
  const message = sentence(
    'The engine ended while it loaded {0} ({1}): try again in a moment, or choose a smaller model.',
    model,
    reason,
  );
  return { code: 'modelUnavailable', message };
}

export function engineLost(reason: string): TaskError {
  return {
    code: 'engineLost',
    message: sentence('The engine ended while it worked on this request ({0}): ask again.', reason),
  };
}

/** The task may be the cause. */
export function lostTooOften(losses: number, reason: string): TaskError {
  const message = sentence(
    'The engine ended {0} times while it worked on this request ({1}): it will not be tried again.',
    losses,
    reason,
  );
  return { code: 'engineFailed', message };
}

/** The same content was inside when the engine died before. */
export function suspected(losses: number): TaskError {
  const message = sentence(
    'The engine ended {0} times while it worked on this text, so it is not tried again for a while: change the text, or choose another model.',
    losses,
  );
  return { code: 'engineFailed', message };
}

/** Of whatever is under way when the runtime ends, and of what comes after. */
export const shuttingDown: Outcome = {
  kind: 'failed',
  error: { code: 'shuttingDown', message: sentence('The runtime is shutting down: ask again in a moment.') },
};
