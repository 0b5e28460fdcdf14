/**
 * What is known about work before it is done: how long prompts and answers are, what passes cost, what will arrive. The scheduler
 * tells what happens and asks for predictions; what a bench knows for certain can stand in for it.
 */
import type { Costs } from './estimate.ts';
import type { Event } from './event.ts';
import type { LengthQuantiles } from './lengths.ts';
import type { Demand } from './policy.ts';
import type { ModelId, Task, TaskId } from './task.ts';

export interface Knowledge {
  readonly demand: Demand;
  costs(model: ModelId): Costs;
  /** Prompt tokens to evaluate, with what a warm sequence holds taken off. */
  prefillTokens(task: Task): number;
  /** Answer tokens in all. */
  answerTokens(task: Task): LengthQuantiles;
  /** Every event of the scheduler, before it acts on it. */
  learn(event: Event, nowMs: number): void;
  /** The task is settled and will not be heard of again. */
  forget(id: TaskId): void;
}
