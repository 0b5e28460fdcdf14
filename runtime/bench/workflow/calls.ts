/** Calls of workflows as requests of the replay: what their prompts are made of when they are submitted, and before. Pure. */
import type { Task } from '../../core/task.ts';
import type { Arrival } from '../replay/arrivals.ts';
import { taskOf } from '../replay/progress.ts';
import { inventedTokens } from '../replay/prompt-tokens.ts';
import type { BenchClass } from '../workloads.ts';
import type { PlannedCall, WorkflowArrival } from './arrivals.ts';
import type { Submission } from './driver.ts';

/** Calls of a plan at most: their prompts have numbers of their own. */
const callsMax = 16;

/** A workflow of a load, and what its calls answered that have ended. */
export interface Answered {
  /** In the load. */
  readonly index: number;
  readonly arrival: WorkflowArrival;
  /** Tokens, by place. */
  readonly answers: ReadonlyMap<number, number>;
}

/** A call with its prompt, which is known now: what it carries has come. @throws RangeError when the plan has no such call. */
export function builtCall(
  { index, arrival, answers }: Answered,
  { place, arrivalMs, targetMs, lengthShare = 1 }: Submission,
): Arrival {
  const call = arrival.calls[place];
  if (call === undefined) throw new RangeError(`${arrival.id} has no call ${place}.`);
  const carried = call.after.reduce((sum, before) => sum + (answers.get(before) ?? 0), 0);
  const tokens = call.ownTokens + Math.round(call.carriedShare * carried);
  return {
    id: `${arrival.id} call ${place}`,
    atMs: arrivalMs,
    class: arrival.class,
    sla: { kind: 'e2e', targetMs },
    promptTokens: inventedTokens(index * callsMax + place, tokens),
    answerTokens: Math.max(1, Math.round(lengthShare * call.answerTokens)),
    maxTokens: call.maxTokens,
    uncachedTokens: tokens,
  };
}

/** A call whose prompt is not there yet, as the knowledge of the runtime is asked about it. */
export function unbuiltCall({ answerTokens, maxTokens }: PlannedCall, taskClass: BenchClass, tokens: number): Task {
  const call = {
    id: '',
    atMs: 0,
    class: taskClass,
    sla: { kind: 'e2e', targetMs: 1 },
    answerTokens,
    maxTokens,
  } as const;
  return taskOf({ ...call, promptTokens: inventedTokens(0, tokens), uncachedTokens: tokens });
}
