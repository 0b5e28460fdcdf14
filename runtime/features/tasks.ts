/**
 * What a feature needs of the house: a place to submit tasks, and the models that clients may choose. Interfaces only;
 * `loop.ts` and `models/registry.ts` implement them.
 */
import type { ModelId, Outcome, Task, TaskClass, TaskError, TaskId } from '../core/task.ts';

/** A task before it is taken in; `arrivalMs` is from {@link Tasks.now}. */
export type TaskSpec = Omit<Task, 'id'>;

/** One token of an answer. */
export interface TokenConfidence {
  /** How many UTF-16 units of the answer's text came with it; 0 while a character was incomplete. */
  readonly chars: number;
  /** Natural logarithm of how probable the model held it when it chose it: 0 is certain. */
  readonly logProbability: number;
}

export interface TaskResult {
  readonly outcome: Outcome;
  /** Everything that was generated, also when the task was cancelled half-way. */
  readonly text: string;
  /** The tokens of `text`, in order; absent where the engine does not tell how probable they were. */
  readonly tokens?: readonly TokenConfidence[];
  /** From arrival to the first token; absent when there was none. */
  readonly ttftMs?: number;
  /** From arrival to the end. */
  readonly e2eMs: number;
  /** Whether the promise was kept. Always false for a failed task. */
  readonly kept: boolean;
  readonly promptTokens?: number;
  readonly reusedTokens?: number;
  readonly generatedTokens: number;
  /** It was found that it could not be done by its time, so it gave way to others. It may have been on time after all: see `kept`. */
  readonly relegated: boolean;
  /** Another model than the one that was chosen, as that one would have come too late. */
  readonly answeredBy?: ModelId;
}

/** What happened to a task that its asker did not ask for. */
export type TaskNote =
  /** It cannot be done by its time any more, and goes on in what time others leave. */
  | { readonly reason: 'relegated' }
  /** `by` answers: the model that was chosen would have come too late. */
  | { readonly reason: 'substituted'; readonly by: ModelId };

/** A question to the asker: another model that is there could answer now, and the chosen one would come too late. */
export interface TaskOffer {
  readonly by: ModelId;
  /** Until the chosen one would be there, about, in ms. */
  readonly waitMs: number;
  /** Aborts when the question is moot or answered. */
  readonly signal: AbortSignal;
  /** The task waits on as long as this is not called. It changes nothing once the question is moot. */
  readonly answer: (choice: OfferChoice) => void;
}

/** `now`: the other model answers. `wait`: the chosen one does. */
export type OfferChoice = 'now' | 'wait';

/** What an asker hears before the end. Nothing of it is called after `done` has settled; a note may come within `submit`. */
export interface TaskListener {
  /** Each piece of the answer, in order. */
  readonly onText?: (text: string) => void;
  /** At once when it is so, and once only, also when the task is paused or outlives an engine. */
  readonly onNote?: (note: TaskNote) => void;
  /** For a task with the substitution `ask`; who does not listen to this cannot be asked, and his task waits. May come within `submit`. */
  readonly onOffer?: (offer: TaskOffer) => void;
}

export interface TaskHandle {
  readonly id: TaskId;
  /** Settles exactly once and never rejects: how a task ended is data. */
  readonly done: Promise<TaskResult>;
  /** Takes effect within one forward pass; harmless after the end. */
  cancel(): void;
  /** As `cancel`, for an asker who has all it wants of a running answer: the task counts as finished, with its promise. */
  finish(): void;
}

export interface Tasks {
  submit(spec: TaskSpec, listener?: TaskListener): TaskHandle;
  /** The runtime's monotonic clock in ms. */
  now(): number;
  /**
   * From the arrival of this task to its first token, in ms, if it were submitted now. Microseconds, so that several prompts can be
   * weighed at each keystroke. 0 when nothing can be said yet: its model is not loaded.
   */
  forecastTtftMs(spec: TaskSpec): number;
}

/** A model that a client's choice led to. */
export interface ChosenModel {
  readonly id: ModelId;
  /** For people, as in the status bar. */
  readonly name: string;
  /** A demonstration model: labelled so, and silent in a user's own files unless asked. */
  readonly demo: boolean;
  /** True when the user named this model, false when it was taken because there is no other. */
  readonly chosen: boolean;
  /** It was trained to do what is said in words, and has a template for that. Absent also where nothing is known of it. */
  readonly instructed?: true;
  /** Context of one sequence in tokens, prompt and answer together. */
  readonly contextTokens: number;
}

/** What a client's settings say about models; a choice is `auto`, `embedded`, a name or an absolute path. */
export interface ModelSettings extends Readonly<Record<TaskClass, { readonly targetMs: number }>> {
  /** For every class that `models` does not name. */
  readonly model: string;
  readonly models: Readonly<Partial<Record<TaskClass, string | undefined>>>;
  /** Compute threads, 0 = chosen by the runtime. */
  readonly threads: number;
  /** How much memory models may take, in the user's words. */
  readonly memory: string;
}

export interface Models {
  /** The model for tasks of a class. Microseconds, so that it can be asked at each keystroke. The error says what to do. */
  choose(role: TaskClass, settings: ModelSettings): ChosenModel | TaskError;
  /** A model that a choice has led to, of whatever client. */
  describe(id: ModelId): Pick<ChosenModel, 'name' | 'demo'>;
}

export function isTaskError(value: ChosenModel | TaskError): value is TaskError {
  return 'code' in value;
}
