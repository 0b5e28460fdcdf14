/** Why the scheduler refuses a task or gives it up, in words for whoever asked. Pure. */
import type { ModelId, TaskError } from './task.ts';

export function badSla(targetMs: number): TaskError {
  const message = `A promise of ${targetMs} ms cannot be kept or broken: give a target between 1 ms and one hour.`;
  return { code: 'badSla', message };
}

export function queueFull(waitingMax: number): TaskError {
  const message = `${waitingMax} tasks are waiting already: try again when some of them are done.`;
  return { code: 'queueFull', message };
}

/** @param besideKept models that the user keeps are there: without them it might fit. */
export function doesNotFit(model: ModelId, besideKept: boolean): TaskError {
  const [beside, advice] = besideKept
    ? [' beside those that are pinned', ", pin fewer ('punctual.residency')"]
    : ['', ''];
  const message = `${model} needs more memory than models may take${beside}: choose a smaller model${advice}, or raise 'punctual.memory'.`;
  return { code: 'modelUnavailable', message };
}

export function lostWhileLoading(model: ModelId, reason: string): TaskError {
  const message = `The engine ended while it loaded ${model} (${reason}): try again in a moment, or choose a smaller model.`;
  return { code: 'modelUnavailable', message };
}

export function engineLost(reason: string): TaskError {
  return { code: 'engineLost', message: `The engine ended while it worked on this request (${reason}): ask again.` };
}

/** The task may be the cause. */
export function lostTooOften(losses: number, reason: string): TaskError {
  const message = `The engine ended ${losses} times while it worked on this request (${reason}): it will not be tried again.`;
  return { code: 'engineFailed', message };
}

/** The same content was inside when the engine died before. */
export function suspected(losses: number): TaskError {
  const message = `The engine ended ${losses} times while it worked on this text, so it is not tried again for a while: change the text, or choose another model.`;
  return { code: 'engineFailed', message };
}
