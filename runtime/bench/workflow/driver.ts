/** Who turns a plan into tasks: the interface, and the comparators, for whom calls are tasks of their own. Pure. */
import type { LengthQuantiles } from '../../core/lengths.ts';
import type { Task } from '../../core/task.ts';
import type { Device } from '../../core/workflow/calls.ts';
import type { Stretch } from '../../core/workflow/stretch.ts';
import { type Plan, Workflow, type WorkflowEvent } from '../../core/workflow.ts';
import type { BenchClass } from '../workloads.ts';
import { type PlannedCall, predictedOf, type WorkflowArrival } from './arrivals.ts';
import { shorterShare } from './workload.ts';

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

/** What a driver may know. */
export interface DriverRoom extends Device {
  readonly answerTokens: (call: PlannedCall, taskClass: BenchClass, promptTokens: number) => LengthQuantiles;
  /** What all workflows of a run learn together. */
  readonly stretch: Stretch;
}

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

/** Switches of {@link WholeWorkflow}: all are off by default. */
export interface WholeOptions {
  /** It may do less to be on time. */
  readonly degrades?: boolean;
  /** The policy is not told what follows a call. */
  readonly hidesRest?: boolean;
  /** Default: that of the product. */
  readonly outstandingMax?: number;
}

/** Calls as core/workflow.ts submits them: one deadline over the whole. */
export class WholeWorkflow implements Driver {
  readonly #workflow: Workflow;
  readonly #stretch: Stretch;
  readonly #hidesRest: boolean;

  constructor(arrival: WorkflowArrival, room: DriverRoom, options: WholeOptions = {}) {
    this.#hidesRest = options.hidesRest ?? false;
    this.#stretch = room.stretch;
    this.#workflow = new Workflow(planOf(arrival, room, options), {
      device: () => room,
      stretch: () => room.stretch.value,
    });
  }

  get degraded(): Degraded {
    return this.#workflow.degraded.map(({ kind }) => kind);
  }

  start(nowMs: number): Step {
    return this.#step({ kind: 'start' }, nowMs);
  }

  ended(place: number, answerTokens: number, nowMs: number): Step {
    return this.#step({ kind: 'ended', call: `${place}`, answerTokens }, nowMs);
  }

  #step(event: WorkflowEvent, nowMs: number): Step {
    const effects = this.#workflow.on(event, nowMs);
    if (event.kind === 'ended') this.#stretch.observe(this.#workflow.spent(nowMs));
    const submits = effects.flatMap((effect): Submission[] => {
      if (effect.kind !== 'submit') return [];
      const { call, lengthShare, promise } = effect;
      const { arrivalMs, sla, rest } = promise;
      const extra = this.#hidesRest ? {} : { rest };
      return [{ place: Number(call), arrivalMs, targetMs: sla.targetMs, lengthShare, extra }];
    });
    return { submits, isOver: this.#workflow.outcome !== undefined };
  }
}

/** What a feature would plan: what is known before the first call, and answers as the runtime has learned to predict them. */
function planOf(
  { id, atMs, class: taskClass, targetMs, calls }: WorkflowArrival,
  room: DriverRoom,
  { degrades = false, outstandingMax }: WholeOptions,
): Plan {
  const names = [...calls.keys()].map((place) => `${place}`);
  const isSummary = taskClass === 'summarize';
  const merge = names[names.length - 1] ?? '';
  return {
    id,
    arrivalMs: atMs,
    targetMs,
    calls: calls.map((call, place) => ({
      id: names[place] ?? '',
      after: call.after.map((before) => `${before}`),
      ownTokens: call.ownTokens,
      carriedShare: call.carriedShare,
      answerTokens: room.answerTokens(call, taskClass, predictedOf(call, calls).promptTokens),
    })),
    ...(outstandingMax !== undefined && { outstandingMax }),
    // A translation is whole or it is none: there is nothing to leave out of it.
    degradations:
      degrades && isSummary
        ? [
            { kind: 'shorter', calls: names, share: shorterShare },
            { kind: 'skipped', call: merge },
          ]
        : [],
  };
}
