/** What the loop tells of itself. Only types. */
import type { ClassMetrics } from '../core/metrics.ts';
import type { ModelView } from '../core/models.ts';
import type { PassErrors, TaskErrors } from '../core/prediction.ts';
import type { Task } from '../core/task.ts';
import type { Speed } from './speeds.ts';

/** The state of the house in the core's terms; `server/status.ts` turns it into the wire's. */
export interface LoopStatus {
  readonly windowMs: number;
  readonly classes: readonly (ClassMetrics &
    TaskErrors & {
      readonly running: number;
      readonly waiting: number;
      readonly sla?: Task['sla'];
    })[];
  readonly models: readonly (ModelView &
    PassErrors & { readonly progress?: number; readonly speed?: Speed | undefined })[];
  readonly engineRestarts: number;
  readonly enginePid?: number;
}
