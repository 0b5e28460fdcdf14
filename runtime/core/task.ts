/**
 * What a task is and what was promised for it. Owns no state and makes no decision.
 */
import type { Words } from './sentence.ts';
import type { Rest } from './workflow/rest.ts';

/** The kinds of work. Each has a service-level agreement (SLA) of its own, see {@link Sla}. */
export type TaskClass = 'completion' | 'summarize' | 'translate' | 'generate';

export const taskClasses: readonly TaskClass[] = ['completion', 'summarize', 'translate', 'generate'];

/**
 * A promise: `ttft` bounds the time to the first token, `e2e` the time to the last one.
 * Both run from the moment the request was received, so that waiting is charged to the budget.
 */
export interface Sla {
  readonly kind: 'ttft' | 'e2e';
  readonly targetMs: number;
}

/** The longest promise that is believed, in ms: beyond it an SLA is a mistake. */
export const slaTargetMsLimit = 60 * 60 * 1000;

export type TaskId = string;

/** Names a model within one runtime. Two clients that name the same file share it. */
export type ModelId = string;

/**
 * What the engine is asked to continue. The engine knows the model's special tokens, so no marker is spelled out here.
 * `chat`: the assistant's answer to one user message.
 */
export type Prompt = InfillPrompt | { readonly kind: 'chat'; readonly user: string };

/** Asks for the text between what stands before the cursor (`prefix`, then `typed`) and what stands behind it. */
export interface InfillPrompt {
  readonly kind: 'infill';
  readonly prefix: string;
  readonly suffix: string;
  /**
   * What stands between the prefix and the cursor and changes with each keystroke. A model that reads the prefix first is given it behind
   * the suffix, as the beginning of its own answer, so typing only appends to what was evaluated.
   */
  readonly typed?: string;
  /**
   * The word at the cursor may be whole or cut: the engine takes it off the prompt and has the answer begin with it (token healing). The
   * asker is told what follows it.
   */
  readonly heals?: true;
  /** What other files say that helps; it stands before everything else, so it changes rarely. */
  readonly context?: InfillContext;
}

export interface InfillContext {
  /** What the files belong to, by its name. */
  readonly repository: string;
  /** Of the file that is completed, in its repository. */
  readonly path: string;
  /** What changes least first. */
  readonly pieces: readonly ContextPiece[];
}

/** Some lines of another file, in both forms that models know: the engine knows which one its model was trained on. */
export interface ContextPiece {
  /** Where they are, in the repository. */
  readonly path: string;
  readonly text: string;
  /** The same with its path, as comments in the language of the file that is completed. Ends with a line end. */
  readonly comments: string;
}

/** Where and when a generation ends, apart from the model's own end token. */
export interface Limits {
  /** New tokens at most, including those of an earlier attempt that was resumed. 0: the prompt is evaluated, nothing is generated. */
  readonly maxTokens: number;
  /** The generation ends before the first of these texts; none of it is emitted. */
  readonly stop: readonly string[];
}

/**
 * Whether another model than the one that was chosen may answer, when waiting for that one would break the promise. `ask`: the asker says
 * so each time, and waits as long as he does not.
 */
export type Substitution = 'never' | 'ask' | 'automatically';

export interface Task {
  readonly id: TaskId;
  readonly class: TaskClass;
  readonly sla: Sla;
  /** When the request was received, in ms on the runtime's monotonic clock. */
  readonly arrivalMs: number;
  readonly model: ModelId;
  /** What the answer is written in, as far as it says how long answers are: a language id, or `from>to` for a translation. */
  readonly language?: string;
  readonly prompt: Prompt;
  readonly limits: Limits;
  /** A newer task with the same key replaces an older one in the same turn (completions of one document in one window). */
  readonly supersedeKey?: string;
  /**
   * Work that nobody waits for, such as evaluating a prompt before it is asked for: it starts when nothing else runs or waits, and gives
   * way within one pass. Needs a `supersedeKey`; its promise means nothing.
   */
  readonly idle?: true;
  /** It is timed to see what can be promised. Nobody asked for its answer, so it is in no statistics of kept promises. */
  readonly probe?: true;
  /** It is a call of a workflow (workflow.ts): what follows it under one promise. */
  readonly rest?: Rest;
  /** Absent: as the options of residency say. */
  readonly substitution?: Substitution;
}

/** Under which the prompt of a warm-up is remembered beside its document's own: it stays as a prefix in a sequence of its own. */
export function warmUpKey(supersedeKey: string): string {
  return `${supersedeKey} warm-up`;
}

/** The moment by which the promise is kept or broken, in ms on the same clock as `arrivalMs`. */
export function deadlineMs(task: Task): number {
  return task.arrivalMs + task.sla.targetMs;
}

/** Whether a promise can be kept or broken at all: the target is a positive number of ms, and the arrival is a time. */
export function isSlaSane(task: Task): boolean {
  const { targetMs } = task.sla;
  return Number.isFinite(targetMs) && Number.isFinite(task.arrivalMs) && targetMs > 0 && targetMs <= slaTargetMsLimit;
}

export const taskErrorCodes = [
  'queueFull',
  'badSla',
  'promptTooLong',
  'infillUnsupported',
  'chatUnsupported',
  'modelUnavailable',
  'engineLost',
  'engineFailed',
  /** The runtime ends; the client finds or starts another. */
  'shuttingDown',
] as const;

/** Why a task did not end with an answer. The code is for programs, the message is one sentence for a person. */
export interface TaskError {
  readonly code: (typeof taskErrorCodes)[number];
  readonly message: Words;
  /** With `promptTooLong`: how many tokens the prompt has and how many would fit, so that the asker can shorten it. */
  readonly promptTokens?: number;
  readonly promptTokensMax?: number;
}

/** How a task ended. `stop`: the model's end token or a stop text. `length`: the token limit. */
export type Outcome =
  | { readonly kind: 'finished'; readonly reason: 'stop' | 'length' }
  | { readonly kind: 'cancelled'; readonly by: 'client' | 'superseded' }
  | { readonly kind: 'failed'; readonly error: TaskError };
