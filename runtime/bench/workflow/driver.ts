/** Who turns a plan into tasks: the interface, and the comparators, for whom calls are tasks of their own. Pure. */
import type { Task } from '../../core/task.ts';
import type { PlannedCall, WorkflowArrival } from './arrivals.ts';

/** A call that goes to the scheduler now. */
export interface Submission {
  /** In the plan. */
  readonly place: number;
  /** What its promise runs from, and how long it is. */
  readonly arrivalMs: number;
  readonly targetMs: number;
  /** What else the scheduler is told of it. */
  readonly extra?: Partial<Task>;
  /** It is asked for an answer of this share of its length. */
  readonly lengthShare?: number;
}

export interface Step {
  readonly submits: readonly Submission[];
  /** The workflow is over. */
  readonly isOver: boolean;
}

/** What it was given up for to be on time. */
export type Degraded = readonly string[];

/** Of one workflow. */
export interface Driver {
  readonly degraded: Degraded;
  start(nowMs: number): Step;
  ended(place: number, answerTokens: number, nowMs: number): Step;
  relegated?(place: number, nowMs: number): void;
}

/** How the deadline of a call follows from that of its workflow, for those who know calls alone. */
export type Split = 'stages' | 'each' | 'whole';

/**
 * Calls are submitted as soon as what they wait for is there, each as a task of its own.
 * - `stages`: its target is the workflow's times the share of its stage in the predicted time: calls of one stage run side by side.
 * - `each`: times its own share of the sum of all calls.
 * - `whole`: its deadline is the workflow's.
 */
export class IndependentCalls implements Driver {
  readonly degraded: Degraded = [];
  readonly #arrival: WorkflowArrival;
  readonly #split: Split;
  readonly #submitted = new Set<number>();
  readonly #ended = new Set<number>();

  constructor(arrival: WorkflowArrival, split: Split) {
    this.#arrival = arrival;
    this.#split = split;
  }

  start(nowMs: number): Step {
    return this.#step(nowMs);
  }

  ended(place: number, _answerTokens: number, nowMs: number): Step {
    this.#ended.add(place);
    return this.#step(nowMs);
  }

  #step(nowMs: number): Step {
    const { calls } = this.#arrival;
    const isReady = ({ after }: PlannedCall, place: number): boolean =>
      !this.#submitted.has(place) && after.every((before) => this.#ended.has(before));
    const submits = [...calls.entries()]
      .filter(([place, call]) => isReady(call, place))
      .map(([place]) => this.#submission(place, nowMs));
    for (const { place } of submits) this.#submitted.add(place);
    return { submits, isOver: this.#ended.size === calls.length };
  }

  #submission(place: number, nowMs: number): Submission {
    const { atMs, targetMs, stageShares, ownShares } = this.#arrival;
    if (this.#split === 'whole') return { place, arrivalMs: atMs, targetMs };
    const share = (this.#split === 'stages' ? stageShares : ownShares)[place] ?? 1;
    return { place, arrivalMs: nowMs, targetMs: share * targetMs };
  }
}
