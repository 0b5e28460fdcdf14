/** Tasks and models as the scheduler's tests need them. */
import type { Effect } from '../../runtime/core/event.ts';
import type { Task, TaskError } from '../../runtime/core/task.ts';

export const info = { sequences: 2, contextTokens: 2048, infill: true, chat: true, memoryBytes: 1, loadMs: 1 };
export const gone: TaskError = { code: 'modelUnavailable', message: 'The file is gone.' };

export function task(id: string, overrides: Partial<Task> = {}): Task {
  return {
    id,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 500 },
    arrivalMs: 0,
    model: 'm',
    prompt: { kind: 'infill', prefix: 'a', suffix: '' },
    limits: { maxTokens: 8, stop: [] },
    ...overrides,
  };
}

export function translation(id: string, overrides: Partial<Task> = {}): Task {
  return task(id, { class: 'translate', sla: { kind: 'e2e', targetMs: 20_000 }, ...overrides });
}

/** Effects as short words, so that a test reads as a trace. */
export function words(effects: readonly Effect[]): string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case 'start':
        return `start ${effect.task.id}`;
      case 'stop':
        return `stop ${effect.id}`;
      case 'settle':
        return `settle ${effect.id} ${effect.outcome.kind}${effect.outcome.kind === 'failed' ? ` ${effect.outcome.error.code}` : ''}${effect.outcome.kind === 'cancelled' ? ` ${effect.outcome.by}` : ''}`;
      case 'load':
      case 'unload':
        return `${effect.kind} ${effect.model}`;
      case 'wakeAt':
        return `wakeAt ${effect.atMs}`;
      default:
        return effect satisfies never;
    }
  });
}
