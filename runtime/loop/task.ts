/** From what a feature asks for to what the scheduler is told. */
import type { Task, TaskId } from '../core/task.ts';
import type { TaskListener, TaskSpec } from '../features/tasks.ts';

export function taskOf(id: TaskId, spec: TaskSpec, { onOffer }: TaskListener = {}): Task {
  // Who cannot be asked whether another model may answer waits: he did not allow it.
  if (spec.substitution === 'ask' && onOffer === undefined) return { ...spec, id, substitution: 'never' };
  return { ...spec, id };
}
