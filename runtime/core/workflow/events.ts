/** What a workflow is told and what it answers: closed unions, see workflow.ts. Only types here. */
import type { ModelId, Task, TaskError } from '../task.ts';
import type { CallId, Degradation } from './plan.ts';

export type WorkflowEvent =
  | { readonly kind: 'start' }
  /** The call has its answer. */
  | { readonly kind: 'ended'; readonly call: CallId; readonly answerTokens: number }
  | { readonly kind: 'failed'; readonly call: CallId; readonly error: TaskError }
  /** Whoever asked does not want it any more. */
  | { readonly kind: 'cancel' };

/** What a call's task is to have beside its prompt and limits. */
export type CallPromise = Required<Pick<Task, 'arrivalMs' | 'sla' | 'rest'>>;

export type WorkflowEffect =
  /** Submit a task for this call. With `lengthShare` below 1 the model is to be asked for an answer of this share of its length. */
  | {
      readonly kind: 'submit';
      readonly call: CallId;
      readonly promise: CallPromise;
      readonly lengthShare: number;
      /** Instead of the model of the plan. */
      readonly model?: ModelId;
    }
  /** Cancel the task of this call: nobody waits for it. */
  | { readonly kind: 'takeBack'; readonly call: CallId }
  /** The answer will be less than was planned. */
  | { readonly kind: 'degrade'; readonly step: Degradation; readonly why: DegradeReason }
  /** The last effect. */
  | { readonly kind: 'settle'; readonly outcome: WorkflowOutcome };

/** `late`: what is left needs more time than there is. `failed`: the call failed. */
export type DegradeReason =
  | { readonly kind: 'late'; readonly neededMs: number; readonly slackMs: number }
  | { readonly kind: 'failed' };

export type WorkflowOutcome =
  | { readonly kind: 'finished'; readonly degraded: readonly Degradation[]; readonly isOnTime: boolean }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly call: CallId; readonly error: TaskError };
