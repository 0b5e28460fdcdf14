/**
 * What a policy is: the order of work at both levels, behind one interface. A policy is one file in `policies/`; the scheduler, the
 * step machine and the benches take any of them. Only types here.
 *
 * Task level (in the runtime, at every event): which waiting task gets a sequence. Step level (in the engine process, before every
 * forward pass): which sequences decode now, or whose prompt is prefilled.
 */
import type { Costs } from './estimate.ts';
import type { StepLimits, StepPlan, StepView } from './step.ts';
import type { Sla, TaskClass, TaskId } from './task.ts';
import type { Rest } from './workflow/rest.ts';

/** What a policy may know of one task. Token counts of the future are predictions, unless a bench lets a policy see them. */
export interface Work {
  readonly id: TaskId;
  readonly class: TaskClass;
  readonly promise: Sla['kind'];
  /** Completions of one document reuse each other's prefix. */
  readonly document?: string | undefined;
  /** In ms on the clock of the caller, like all times here. */
  readonly arrivalMs: number;
  readonly deadlineMs: number;
  /** Prompt tokens still to be evaluated; what a warm sequence already holds is taken off, as far as it is known. */
  prefillTokens: number;
  /** Answer tokens still to come, as predicted (never the limit). */
  decodeTokens: number;
  /** As many will come as good as certainly; absent where the prediction is all that is known. */
  leastTokens?: number | undefined;
  /** Tokens that its sequence holds in the KV cache, or that were kept of it when it was paused; 0 for what has never run. */
  contextTokens: number;
  /** The answer may have this many tokens at most. The published SABER rule knows only this. */
  readonly maxTokens: number;
  /** Found hopeless: it gives way to every promise that can still be kept. */
  relegated: boolean;
  /** What follows it under the promise of its workflow. Policies that know single tasks only do without. */
  rest?: Rest | undefined;
}

/** What is there to run tasks on. */
export interface Room {
  /** Sequences that may run side by side. */
  readonly sequences: number;
  readonly limits: StepLimits;
  readonly costs: Costs;
  /** What arrives, as far as it has been seen. */
  readonly demand: Demand;
}

/** How much work of a kind arrives: learned from arrivals, see `demand.ts`. */
export interface Demand {
  /** Tasks per second of a class, forecast for the near future. */
  ratePerSecond(taskClass: TaskClass): number;
  /** Prompt tokens that one task of the class makes the device evaluate, on average. */
  prefillTokens(taskClass: TaskClass): number;
  /** Tokens that one task of the class makes the device generate, on average; those of cancelled tasks count. */
  decodeTokens(taskClass: TaskClass): number;
}

/** The waiting tasks of one model, in the policy's own order. Deterministic: same calls, same answers. */
export interface TaskPolicy {
  /** The task begins to wait. */
  add(work: Work, nowMs: number): void;
  /** The task no longer waits: it was taken back, or started by {@link next}. Unknown ids are ignored. */
  remove(id: TaskId): void;
  /** The most urgent waiting task: whose model is loaded first when several are missing. */
  first(): Work | undefined;
  /**
   * The next task, waiting or running, that cannot be on time any more: it is marked as relegated, and whoever asked for it is told.
   * Asked until undefined. Policies that know no hopeless tasks do without.
   */
  hopeless?(nowMs: number): Work | undefined;
  /**
   * The waiting task that starts now beside those that run, or undefined when none should. The caller removes it and asks again until
   * the answer is undefined. Must not look at more than a bounded number of them.
   */
  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined;
  /** A running task leaves before its answer has come to its end: taken back, lost, or paused. Says nothing of its predicted length. */
  stopped?(work: Work): void;
  /**
   * The running task that gives up its sequence for one that waits and can still be on time; asked when {@link next} starts nothing.
   * It waits again, and goes on later from what was evaluated and generated. Policies that take nothing away do without.
   */
  pause?(running: readonly Work[], room: Room, nowMs: number): Work | undefined;
}

export interface Policy {
  /** As on the command line: `punctual`, `fcfs`, `static:8`, … */
  readonly name: string;
  newTaskPolicy(): TaskPolicy;
  planStep(view: StepView): StepPlan | undefined;
  /** Whether its passes may verify guesses (draft.ts). Policies that others are compared by do without. */
  readonly speculates?: boolean;
}
