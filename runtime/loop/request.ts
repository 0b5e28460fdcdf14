/** From what the scheduler decided to what the engine is asked. */
import type { Effect } from '../core/event.ts';
import type { EngineRequest } from '../engine/engine.ts';

export function requestOf(effect: Extract<Effect, { kind: 'start' }>): EngineRequest {
  const { id, class: taskClass, model, prompt, limits, sla, supersedeKey: document } = effect.task;
  const { ageMs, answerTokens, relegated, generated } = effect;
  return { id, class: taskClass, model, document, prompt, limits, sla, ageMs, answerTokens, relegated, generated };
}
