/** The workflows that are under way in a runtime: what they learn from each other, and where each one is, for status. */
import type { Words } from '../../core/sentence.ts';
import type { ModelId, TaskClass } from '../../core/task.ts';
import { Stretch } from '../../core/workflow/stretch.ts';
import type { Plan, WorkflowOutcome } from '../../core/workflow.ts';
import type { WorkflowCall } from './call.ts';
import { genericPredictor, type Predictor } from './predictor.ts';
import { type CallStage, type WorkflowListener, WorkflowRun } from './run.ts';

export interface WorkflowOrder extends Pick<Plan, 'arrivalMs' | 'targetMs' | 'degradations' | 'outstandingMax'> {
  readonly class: Extract<TaskClass, 'summarize' | 'translate'>;
  /** For people: `Translating users.ts to Python`. */
  readonly title: Words;
  readonly model: ModelId;
  readonly calls: readonly WorkflowCall[];
  /** Of the smaller models that its degradations name: until each could begin, in ms, and how people call it. */
  readonly readyInMs?: (model: ModelId) => number | undefined;
  readonly nameOf?: (model: ModelId) => string;
}

export interface WorkflowView extends Pick<WorkflowOrder, 'class' | 'title' | 'arrivalMs' | 'targetMs'> {
  readonly stages: readonly CallStage[];
}

export interface WorkflowsOptions {
  /** The runtime's monotonic clock in ms. */
  readonly now: () => number;
  /** Without one, plans are predicted as for any machine. */
  readonly predictor?: Predictor;
  /** Each one once, when it is over: its calls by themselves have promised nothing to anybody. */
  readonly onSettled?: (order: WorkflowOrder, outcome: WorkflowOutcome, atMs: number) => void;
}

export class Workflows {
  readonly predictor: Predictor;
  readonly #now: () => number;
  readonly #onSettled: NonNullable<WorkflowsOptions['onSettled']>;
  readonly #stretch = new Stretch();
  readonly #underWay = new Map<string, { readonly order: WorkflowOrder; readonly run: WorkflowRun }>();
  readonly #listeners = new Set<() => void>();
  #count = 0;

  constructor({ now, predictor = genericPredictor, onSettled = () => undefined }: WorkflowsOptions) {
    this.#now = now;
    this.#onSettled = onSettled;
    this.predictor = predictor;
  }

  /** How it ended. @throws RangeError for a plan without sense, and what a call throws that is no CallFailed */
  async run(
    order: WorkflowOrder,
    listener: WorkflowListener & { readonly onStages?: (stages: readonly CallStage[]) => void },
    signal: AbortSignal,
  ): Promise<WorkflowOutcome> {
    const { arrivalMs, targetMs, degradations = [], outstandingMax, calls, model, readyInMs, nameOf } = order;
    this.#count += 1;
    const id = `w${this.#count}`;
    const plan = { id, arrivalMs, targetMs, degradations, ...(outstandingMax !== undefined && { outstandingMax }) };
    const run: WorkflowRun = new WorkflowRun({
      ...{ plan, calls, now: this.#now, stretch: this.#stretch, readyInMs, nameOf },
      device: () => this.predictor.device(model),
      listener,
      spent: (spent) => this.#stretch.observe(spent),
      changed: () => {
        listener.onStages?.(run.stages);
        this.#changed();
      },
    });
    this.#underWay.set(id, { order, run });
    try {
      const outcome = await run.run(signal);
      this.#onSettled(order, outcome, this.#now());
      return outcome;
    } finally {
      this.#underWay.delete(id);
      this.#changed();
    }
  }

  /** The oldest first. */
  get views(): WorkflowView[] {
    return [...this.#underWay.values()].map(({ order, run }) => {
      const { class: name, title, arrivalMs, targetMs } = order;
      return { class: name, title, arrivalMs, targetMs, stages: run.stages };
    });
  }

  /** Called after anything that `views` shows may have changed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
