/** From what a feature asks for to what the scheduler is told. */
import type { Sla, Task, TaskId } from '../core/task.ts';
import type { TaskListener, TaskSpec } from '../features/tasks.ts';

export function taskOf(id: TaskId, spec: TaskSpec, { onOffer }: TaskListener = {}): Task {
  // Who cannot be asked whether another model may answer waits: he did not allow it.
  if (spec.substitution === 'ask' && onOffer === undefined) return { ...spec, id, substitution: 'never' };
  return { ...spec, id };
}

/** What whoever asked was promised: of a call that is one of several, the promise of the whole. */
export function promiseOf({ sla, arrivalMs, rest }: Task): Sla {
  return rest === undefined ? sla : { kind: 'e2e', targetMs: rest.deadlineMs - arrivalMs };
}
