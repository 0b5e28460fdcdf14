/** One call of a workflow as its feature writes it: what the plan knows of it, and the work it is. */
import { SaidError, type Words } from '../../core/sentence.ts';
import type { ModelId, TaskError } from '../../core/task.ts';
import type { CallId, PlanCall } from '../../core/workflow.ts';
import type { TaskSpec } from '../tasks.ts';

/** What a question to the model has from the workflow, beside its prompt and limits. */
export type CallPromise = Pick<TaskSpec, 'arrivalMs' | 'sla' | 'rest'>;

export interface CallContext {
  readonly promise: CallPromise;
  /** Below 1: an answer of this share of its length is wanted, as time runs out. */
  readonly lengthShare: number;
  /** Who answers it instead of the model of the workflow, as time runs out. */
  readonly model?: ModelId;
  /** Aborts when nobody waits for the call any more. */
  readonly signal: AbortSignal;
  /** What a call that it waited for has answered; undefined where that was left out. */
  readonly answerOf: (call: CallId) => string | undefined;
  /** What the workflow has left of its time when everything that is planned is done, as predicted, in ms. */
  readonly spareMs: () => number;
}

export interface CallAnswer {
  readonly text: string;
  /** Tokens that were generated for it. */
  readonly tokens: number;
}

export interface WorkflowCall extends Omit<PlanCall, 'id'> {
  readonly id: CallId;
  /** For people who look at the status: `part 2, lines 40–80`. */
  readonly label: Words;
  /** As many questions as it takes, all under one promise. @throws CallFailed */
  readonly work: (context: CallContext) => Promise<CallAnswer>;
}

/** A call that came to nothing. The plan may do without it. */
export class CallFailed extends SaidError {
  override readonly name = 'CallFailed';
  readonly error: TaskError;

  constructor(error: TaskError) {
    super(error.message);
    this.error = error;
  }
}
