/**
 * One workflow on its way: performs the effects of core/workflow.ts and tells it what came of them. Owns the calls under way; decides
 * nothing.
 */
import { sentence, type Words } from '../../core/sentence.ts';
import type { ModelId } from '../../core/task.ts';
import type { Spent } from '../../core/workflow/stretch.ts';
import type { CallId, Degradation, DegradeReason, Plan, WorkflowEffect, WorkflowOutcome } from '../../core/workflow.ts';
import { type Device, Workflow } from '../../core/workflow.ts';
import { type CallAnswer, CallFailed, type WorkflowCall } from './call.ts';

export interface WorkflowRunOptions {
  readonly plan: Omit<Plan, 'calls'>;
  readonly calls: readonly WorkflowCall[];
  readonly device: () => Device;
  readonly stretch: { readonly value: number };
  /** Until a smaller model could begin, in ms; undefined: it cannot be had now. */
  readonly readyInMs?: ((model: ModelId) => number | undefined) | undefined;
  /** For people. */
  readonly nameOf?: ((model: ModelId) => string) | undefined;
  /** The clock of the plan, in ms. */
  readonly now: () => number;
  readonly listener: WorkflowListener;
  /** A call has ended, or begun. */
  readonly changed: () => void;
  /** After each call that has ended. */
  readonly spent: (spent: Spent) => void;
}

export interface WorkflowListener {
  /** In whatever order calls end. */
  readonly onAnswer?: (call: CallId, answer: CallAnswer) => void;
  /** The answer will be less than was planned. */
  readonly onDegrade?: (step: Degradation, why: DegradeReason) => void;
}

export interface CallStage {
  readonly label: Words;
  readonly state: 'blocked' | 'submitted' | 'ended' | 'skipped' | 'failed';
}

export class WorkflowRun {
  readonly #options: WorkflowRunOptions;
  readonly #workflow: Workflow;
  readonly #calls: ReadonlyMap<CallId, WorkflowCall>;
  readonly #answers = new Map<CallId, CallAnswer>();
  readonly #underWay = new Map<CallId, AbortController>();
  readonly #settled: Promise<WorkflowOutcome>;
  #resolve: (outcome: WorkflowOutcome) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** @throws RangeError when the plan makes no sense. */
  constructor(options: WorkflowRunOptions) {
    this.#options = options;
    const { plan, calls, device, stretch, readyInMs } = options;
    this.#workflow = new Workflow(
      { ...plan, calls },
      { device, stretch: () => stretch.value, ...(readyInMs && { readyInMs }) },
    );
    this.#calls = new Map(calls.map((call) => [call.id, call]));
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get stages(): CallStage[] {
    const { nameOf = (model) => model } = this.#options;
    return this.#workflow.calls.map(({ id, state, model }) => {
      const label = this.#calls.get(id)?.label ?? id;
      return { label: model === undefined ? label : sentence('{0}, by {1}', label, nameOf(model)), state };
    });
  }

  /** How it ended. An abort takes all calls back in the same turn. @throws what a call throws that is no CallFailed */
  async run(signal: AbortSignal): Promise<WorkflowOutcome> {
    const cancel = (): void => this.#tell({ kind: 'cancel' });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      this.#tell({ kind: 'start' });
      if (signal.aborted) cancel();
      return await this.#settled;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #tell(event: Parameters<Workflow['on']>[0]): void {
    for (const effect of this.#workflow.on(event, this.#options.now())) this.#perform(effect);
    this.#options.changed();
  }

  #perform(effect: WorkflowEffect): void {
    switch (effect.kind) {
      case 'submit':
        return this.#begin(effect);
      case 'takeBack':
        return this.#underWay.get(effect.call)?.abort();
      case 'degrade':
        return this.#options.listener.onDegrade?.(effect.step, effect.why);
      case 'settle':
        return this.#resolve(effect.outcome);
      default:
        effect satisfies never;
    }
  }

  #begin({ call: id, promise, lengthShare, model }: Extract<WorkflowEffect, { readonly kind: 'submit' }>): void {
    const call = this.#calls.get(id);
    if (call === undefined) throw new RangeError(`The plan has no call '${id}'.`);
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    const context = {
      promise,
      lengthShare,
      ...(model !== undefined && { model }),
      signal: controller.signal,
      answerOf: (other: CallId) => this.#answers.get(other)?.text,
      spareMs: () => this.#spareMs,
    };
    call
      .work(context)
      .finally(() => this.#underWay.delete(id))
      .then(
        (answer) => this.#ended(id, answer),
        (error: unknown) => this.#failed(id, error),
      );
  }

  #ended(id: CallId, answer: CallAnswer): void {
    // Whoever takes a call back does not want its answer either.
    if (this.#workflow.outcome !== undefined) return;
    this.#answers.set(id, answer);
    this.#options.listener.onAnswer?.(id, answer);
    this.#tell({ kind: 'ended', call: id, answerTokens: answer.tokens });
    this.#options.spent(this.#workflow.spent(this.#options.now()));
  }

  #failed(call: CallId, error: unknown): void {
    if (error instanceof CallFailed) return this.#tell({ kind: 'failed', call, error: error.error });
    if (this.#workflow.outcome !== undefined) return;
    // A mistake of ours: nothing runs on for nobody, and whoever asked hears of it.
    this.#reject(error);
    this.#tell({ kind: 'cancel' });
  }

  /** Calls that are under way count whole: how far they are is not asked. */
  get #spareMs(): number {
    const { now, stretch } = this.#options;
    return this.#workflow.deadlineMs - now() - stretch.value * this.#workflow.remainingMs;
  }
}
