/**
 * One deadline over a sequence of calls (CATO, arXiv 2503.19876): a workflow is one task for whoever asked, and several for the
 * scheduler. Event in, effects out; owns the calls of one plan from its start until it is settled. Pure.
 *
 * 1. A call is submitted when what it waits for has ended and fewer are outstanding than the device runs side by side with gain. Each is an
 *    ordinary task of the scheduler, which says what runs.
 * 2. Its deadline: the slack that is left (promise - time spent) is split over this stage and what follows by predicted time. So what
 *    one stage takes less or more is everybody's after it.
 * 3. With it goes the {@link Rest}: what follows under the same promise. By that a policy sees the workflow behind the call: it is given up
 *    as a whole, early, and what is nearly done is not refused at its last stage.
 * 4. When what is left will not fit into what is left of the time, the plan degrades by one stated step after the other. A smaller model is
 *    taken only if by it the workflow ends on time; when it fails at a call, the model of the plan goes on.
 *    The policy may find that a call cannot be on time (the scheduler's effect `relegate`): whoever runs the workflow tells its asker, once;
 *    it goes on, late.
 * 5. A call that fails is left out if the plan can do without it; else the workflow fails. When it fails or is cancelled, all its calls are
 *    taken back in the same turn.
 *
 * @example A file of two parts, summarised part by part, then as a whole; the merge may be left out.
 * ```ts
 * const part = (id: string, ownTokens: number): PlanCall => ({ id, after: [], ownTokens, carriedShare: 0, answerTokens });
 * const merge: PlanCall = { id: 'merge', after: ['a', 'b'], ownTokens: 60, carriedShare: 1, answerTokens };
 * const workflow = new Workflow(
 *   { id: 'w1', arrivalMs, targetMs: 20_000, calls: [part('a', 500), part('b', 700), merge],
 *     degradations: [{ kind: 'skipped', call: 'merge' }] },
 *   { device: () => ({ costs: knowledge.costs(model), chunkTokens }), stretch: () => stretch.value },
 * );
 * // Each effect 'submit' names a call: build its prompt and hand a task with its `promise` to the scheduler. When that task is
 * // settled, say so: workflow.on({ kind: 'ended', call: 'a', answerTokens: 85 }, nowMs). The effect 'settle' is the last one.
 * for (const effect of workflow.on({ kind: 'start' }, nowMs)) perform(effect);
 * ```
 */
import type { ModelId } from './task.ts';
import { type CallState, Calls, type Device, type Smaller } from './workflow/calls.ts';
import type { CallPromise, DegradeReason, WorkflowEffect, WorkflowEvent, WorkflowOutcome } from './workflow/events.ts';
import {
  type CallId,
  checkPlan,
  type Degradation,
  outstandingDefault,
  type Plan,
  type PlanCall,
} from './workflow/plan.ts';
import type { Rest } from './workflow/rest.ts';
import type { Spent } from './workflow/stretch.ts';

export type { CallState, Device } from './workflow/calls.ts';
export type { CallPromise, DegradeReason, WorkflowEffect, WorkflowEvent, WorkflowOutcome } from './workflow/events.ts';
export type { CallId, Degradation, Plan, PlanCall } from './workflow/plan.ts';

/** For status: a call and where it is. */
export interface CallView {
  readonly id: CallId;
  readonly state: CallState;
  /** Instead of the model of the plan. */
  readonly model?: ModelId;
}

export interface WorkflowOptions {
  /** What predictions stand on now. */
  readonly device: () => Device;
  /** How many times longer than on an idle device workflows take now (workflow/stretch.ts). Default: 1. */
  readonly stretch?: () => number;
  /** Until a smaller model could begin, in ms; undefined: it cannot be had now. Default: at once. */
  readonly readyInMs?: (model: ModelId) => number | undefined;
}

/**
 * A plan degrades while its predicted time, times this, is more than what is left. More than 1, as a step helps only before the calls it is about
 * are submitted: chosen on the tuning seeds of `bench workflow`.
 */
const reserve = 1.3;

export class Workflow {
  readonly #plan: Plan;
  readonly #options: WorkflowOptions;
  readonly #calls: Calls;
  readonly #degraded: Degradation[] = [];
  #outcome: WorkflowOutcome | undefined;
  #model: Smaller | undefined;

  /** @throws RangeError when the plan makes no sense. */
  constructor(plan: Plan, options: WorkflowOptions) {
    checkPlan(plan);
    this.#plan = plan;
    this.#options = options;
    this.#calls = new Calls(plan.calls);
  }

  get outcome(): WorkflowOutcome | undefined {
    return this.#outcome;
  }

  get degraded(): readonly Degradation[] {
    return this.#degraded;
  }

  get deadlineMs(): number {
    return this.#plan.arrivalMs + this.#plan.targetMs;
  }

  get calls(): CallView[] {
    return this.#plan.calls.map(({ id }) => {
      const { state, model } = this.#calls.viewOf(id);
      return { id, state, ...(model && { model: model.model }) };
    });
  }

  /** What the calls that have not ended take on an idle device, one after the other, in ms. */
  get remainingMs(): number {
    return this.#msOf([...this.#calls.inState('submitted'), ...this.#calls.inState('blocked')]);
  }

  /** By which it is judged whether it will be on time: as others let it, and with a reserve, in ms. */
  get neededMs(): number {
    return reserve * (this.#options.stretch?.() ?? 1) * this.remainingMs;
  }

  /** What its calls that have ended were predicted to take, and what they took. */
  spent(nowMs: number): Spent {
    return { predictedMs: this.#msOf(this.#calls.inState('ended')), actualMs: nowMs - this.#plan.arrivalMs };
  }

  on(event: WorkflowEvent, nowMs: number): WorkflowEffect[] {
    const effects: WorkflowEffect[] = [];
    if (this.#outcome !== undefined) return effects;
    if ('call' in event && this.#calls.stateOf(event.call) !== 'submitted') return effects;
    switch (event.kind) {
      case 'start':
        break;
      case 'ended':
        this.#calls.ended(event.call, event.answerTokens);
        break;
      case 'failed':
        this.#calls.set(event.call, 'failed');
        if (!this.#goesBack(event.call) && !this.#goesOnWithout(event.call, effects)) {
          this.#settle({ kind: 'failed', call: event.call, error: event.error }, effects);
          return effects;
        }
        break;
      case 'cancel':
        this.#settle({ kind: 'cancelled' }, effects);
        return effects;
      default:
        event satisfies never;
    }
    this.#degrade(nowMs, effects);
    this.#submit(nowMs, effects);
    const isOnTime = nowMs <= this.deadlineMs;
    if (this.#calls.areOver) this.#settle({ kind: 'finished', degraded: [...this.#degraded], isOnTime }, effects);
    return effects;
  }

  #settle(outcome: WorkflowOutcome, effects: WorkflowEffect[]): void {
    for (const { id } of this.#calls.inState('submitted')) {
      this.#calls.set(id, 'skipped');
      effects.push({ kind: 'takeBack', call: id });
    }
    this.#outcome = outcome;
    effects.push({ kind: 'settle', outcome });
  }

  #submit(nowMs: number, effects: WorkflowEffect[]): void {
    const { arrivalMs, id: workflow, outstandingMax = this.#sideBySide } = this.#plan;
    const ready = this.#calls.ready;
    const next = ready.slice(0, Math.max(0, outstandingMax - this.#calls.count('submitted')));
    if (next.length === 0) return;
    const targetMs = this.#stageDeadlineMs(ready, nowMs) - arrivalMs;
    for (const { id } of next) this.#calls.submitted(id, this.#model);
    const rest: Rest = { workflow, deadlineMs: this.deadlineMs, ...this.#calls.rest(this.#pace) };
    const promise: CallPromise = { arrivalMs, sla: { kind: 'e2e', targetMs }, rest };
    for (const { id } of next) {
      const lengthShare = this.#calls.lengthShareOf(id);
      effects.push({
        kind: 'submit',
        call: id,
        promise,
        lengthShare,
        ...(this.#model && { model: this.#model.model }),
      });
    }
  }

  /** The slack that is left, split by predicted time over this stage and what follows; never later than the workflow's. */
  #stageDeadlineMs(ready: readonly PlanCall[], nowMs: number): number {
    const slackMs = this.deadlineMs - nowMs;
    if (slackMs <= 0) return this.deadlineMs;
    const stageMs = this.#msOf([...this.#calls.inState('submitted'), ...ready]);
    return stageMs > 0 ? Math.min(this.deadlineMs, nowMs + (slackMs * stageMs) / this.remainingMs) : this.deadlineMs;
  }

  /** Takes one step after the other until what is left fits, or no step is left. */
  #degrade(nowMs: number, effects: WorkflowEffect[]): void {
    for (const step of this.#plan.degradations ?? []) {
      const { neededMs } = this;
      const slackMs = this.deadlineMs - nowMs;
      if (neededMs <= slackMs) return;
      if (!this.#degraded.includes(step) && this.#take(step, slackMs))
        this.#note(step, { kind: 'late', neededMs, slackMs }, effects);
    }
  }

  #note(step: Degradation, why: DegradeReason, effects: WorkflowEffect[]): void {
    this.#degraded.push(step);
    effects.push({ kind: 'degrade', step, why });
  }

  /** @returns whether there was anything left to do less of. */
  #take(step: Degradation, slackMs: number): boolean {
    switch (step.kind) {
      case 'shorter':
        return this.#calls.shorten(step.calls, step.share);
      case 'skipped':
        if (this.#calls.stateOf(step.call) !== 'blocked') return false;
        this.#calls.set(step.call, 'skipped');
        return true;
      case 'smaller':
        return this.#takeSmaller(step, slackMs);
      default:
        return step satisfies never;
    }
  }

  /** A worse answer is worth it only on time. */
  #takeSmaller(step: Smaller, slackMs: number): boolean {
    const readyInMs = this.#options.readyInMs === undefined ? 0 : this.#options.readyInMs(step.model);
    if (this.#calls.count('blocked') === 0 || step.share >= this.#pace || readyInMs === undefined) return false;
    const former = this.#model;
    this.#model = step;
    if (readyInMs + this.neededMs <= slackMs) return true;
    this.#model = former;
    return false;
  }

  /** A smaller model has failed at this call: the model of the plan takes up what is left. @returns whether it was one. */
  #goesBack(call: CallId): boolean {
    if (this.#calls.modelOf(call) === undefined) return false;
    this.#model = undefined;
    this.#calls.set(call, 'blocked');
    return true;
  }

  /** Whether the plan can do without this call, which failed. */
  #goesOnWithout(call: CallId, effects: WorkflowEffect[]): boolean {
    const step = this.#plan.degradations?.find((each) => each.kind === 'skipped' && each.call === call);
    if (step === undefined) return false;
    this.#note(step, { kind: 'failed' }, effects);
    return true;
  }

  /**
   * Calls that are worth having outstanding: as many as make a token cheaper with each one more. Where a batch is slower than one after the
   * other, as on some processors, one at a time ends sooner, and the policy sees all that follows it.
   */
  get #sideBySide(): number {
    const { costs } = this.#options.device();
    const perToken = (count: number): number => costs.decodeMs(count, 0) / count;
    let count = 1;
    while (count < outstandingDefault && perToken(count + 1) < perToken(count)) count += 1;
    return count;
  }

  /** Time of what was not submitted yet over that on the model of the plan. */
  get #pace(): number {
    return this.#model?.share ?? 1;
  }

  #msOf(calls: readonly PlanCall[]): number {
    const device = this.#options.device();
    return calls.reduce((sum, call) => {
      const { state, model } = this.#calls.viewOf(call.id);
      const pace = state === 'blocked' ? this.#pace : (model?.share ?? 1);
      return sum + pace * this.#calls.predictedMs(call, device);
    }, 0);
  }
}
