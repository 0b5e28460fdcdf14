/**
 * Everything that can wake the scheduler, and everything it can do: two closed unions (house invariant 2).
 * A recorded list of events with their times replays exactly.
 */
import type { CostModel } from './estimate.ts';
import type { LengthQuantiles } from './lengths.ts';
import type { PassReport } from './pass-report.ts';
import type { HoldingsNews } from './residency/holdings.ts';
import type { LearnedResidency } from './residency/learned.ts';
import type { ResidencyChanges } from './residency/options.ts';
import type { EditorSignal, FileDrop } from './residency/types.ts';
import type { ModelId, Outcome, Task, TaskError, TaskId } from './task.ts';

/** What the engine found out about a model while loading it. */
export interface ModelInfo {
  /** Sequences that can run side by side. */
  readonly sequences: number;
  /** Tokens that one sequence can hold, prompt and answer together. */
  readonly contextTokens: number;
  /** Prompt tokens evaluated in one pass at most. */
  readonly chunkTokens: number;
  readonly infill: boolean;
  /** An infill prompt of this model begins with what stands behind the cursor; default: with what stands before it. */
  readonly suffixFirst?: boolean | undefined;
  readonly chat: boolean;
  /** Memory that the model and its context take, in bytes, as far as the engine knows. */
  readonly memoryBytes: number;
  readonly loadMs: number;
  /** Where that time went. */
  readonly loadParts?: LoadParts | undefined;
  /** The part of `memoryBytes` that is where it computes: of graphics memory, or of RAM without a graphics card. */
  readonly heldBytes?: number | undefined;
  /** What computes: the processor, or the graphics card and its backend. Measurements hold for one device. */
  readonly device: string;
}

/** The parts of a load, in ms: only the first depends on whether the file is in the page cache. */
export interface LoadParts {
  readonly weightsMs: number;
  readonly contextMs: number;
  /** A prompt of a few tokens, so that the first real one does not pay for what is done only once. */
  readonly warmUpMs: number;
}

export type Event =
  | { readonly kind: 'submit'; readonly task: Task }
  | { readonly kind: 'cancel'; readonly id: TaskId }
  /** The asker has all it wants of a running answer: it ends here, as if the model had ended it. */
  | { readonly kind: 'finish'; readonly id: TaskId }
  /** The prompt is known, and how much of it the sequence held already: it was the work of `follows`. */
  | {
      readonly kind: 'accepted';
      readonly id: TaskId;
      readonly promptTokens: number;
      readonly reusedTokens: number;
      readonly follows?: TaskId | undefined;
    }
  | { readonly kind: 'tokens'; readonly id: TaskId; readonly tokens: readonly number[]; readonly text: string }
  | { readonly kind: 'ended'; readonly id: TaskId; readonly outcome: Outcome }
  | { readonly kind: 'loaded'; readonly model: ModelId; readonly info: ModelInfo }
  | { readonly kind: 'loadFailed'; readonly model: ModelId; readonly error: TaskError }
  | { readonly kind: 'unloaded'; readonly model: ModelId }
  /** Its context has the bounds that were asked for. */
  | { readonly kind: 'resized'; readonly model: ModelId; readonly info: ModelInfo }
  /** It is there as before. */
  | { readonly kind: 'resizeFailed'; readonly model: ModelId }
  | { readonly kind: 'engineLost'; readonly reason: string }
  | { readonly kind: 'pass'; readonly pass: PassReport }
  /** A client has opened a document: its model may come in before the first task, if nobody has to leave for it. */
  | { readonly kind: 'wanted'; readonly model: ModelId }
  /** Somebody did something in an editor that makes a task likely. */
  | { readonly kind: 'signal'; readonly signal: EditorSignal }
  /** The user, the power or other programs change what residency goes by. */
  | { readonly kind: 'conditions'; readonly changes: ResidencyChanges }
  /** What models take and what memory there is, as far as it has changed. Decides nothing by itself: it comes before what does. */
  | ({ readonly kind: 'holdings' } & HoldingsNews)
  /** What an earlier runtime measured of the model's passes on this device takes the place of what was assumed. */
  | { readonly kind: 'costs'; readonly model: ModelId; readonly costs: CostModel }
  /** What an earlier runtime has learned of when models are needed. */
  | { readonly kind: 'recalled'; readonly learned: LearnedResidency }
  /** What an asker says to an `offer`: `by` answers now, or (undefined) the task waits on for its own model. */
  | { readonly kind: 'offerAnswered'; readonly id: TaskId; readonly by: ModelId | undefined }
  /** A time that was asked for with `wakeAt` has come. */
  | { readonly kind: 'wake' };

export type Effect =
  /** Hand the task to the engine. `generated` are the tokens already sent to the asker before an engine was lost. */
  | {
      readonly kind: 'start';
      readonly task: Task;
      readonly ageMs: number;
      readonly answerTokens: LengthQuantiles;
      readonly relegated: boolean;
      readonly generated: readonly number[];
    }
  /** The task cannot be on time any more and gives way to those that can. The asker is told at once and again in the result. */
  | { readonly kind: 'relegate'; readonly id: TaskId }
  /**
   * Take the task back from the engine; it answers with `ended`. `keep`: the task will go on later, so its KV cells are worth keeping.
   * Without it, of a task that was taken back so: they are not any more; the engine has no answer to that.
   */
  | { readonly kind: 'stop'; readonly id: TaskId; readonly keep: boolean }
  /** Tell the asker how the task ended. Exactly one of these follows every `submit`. */
  | { readonly kind: 'settle'; readonly id: TaskId; readonly outcome: Outcome }
  /** `isSmall`: with the fewest sequences or the smallest context that serve. `why` is a sentence, here as below. */
  | {
      readonly kind: 'load';
      readonly model: ModelId;
      readonly isSmall: boolean;
      /** What of its file finds no free page cache leaves it again. */
      readonly sparesCache: boolean;
      readonly why: string;
    }
  | { readonly kind: 'unload'; readonly model: ModelId; readonly why: string }
  /** Other bounds for a model that is there; it answers with `resized` or `resizeFailed`. */
  | { readonly kind: 'resize'; readonly model: ModelId; readonly isSmall: boolean; readonly why: string }
  /** The task waits for `by` from now on, as its own model would come too late. The asker is told at once and again in the result. */
  | { readonly kind: 'substitute'; readonly id: TaskId; readonly by: ModelId; readonly why: string }
  /** Ask the asker whether `by` is to answer now, as the task's own model comes only in about `waitMs`. The task waits on meanwhile. */
  | {
      readonly kind: 'offer';
      readonly id: TaskId;
      readonly by: ModelId;
      readonly waitMs: number;
      readonly why: string;
    }
  /** That question is moot: the task waits no longer for its own model, or the other one is leaving. */
  | { readonly kind: 'withdraw'; readonly id: TaskId }
  /** Read the model's file, so that the page cache has it when the model loads. One at a time: it takes the place of another. */
  | {
      readonly kind: 'readAhead';
      readonly model: ModelId;
      /** What leaves the page cache for it. */
      readonly drop: readonly FileDrop[];
      readonly why: string;
    }
  | { readonly kind: 'stopReading'; readonly model: ModelId; readonly why: string }
  /** A decision that changes nothing but what starts, for the log. */
  | { readonly kind: 'tell'; readonly why: string }
  /** Send `wake` then, unless an event came before that asked for another time. In ms. */
  | { readonly kind: 'wakeAt'; readonly atMs: number };

/** What changes nothing that anybody looks at: passes, that time went by, sizes. What it leads to shows by the events that follow. */
export function isUnseen({ kind }: Event): boolean {
  return kind === 'pass' || kind === 'wake' || kind === 'holdings';
}

/** What happens with every token and pass: it frees nothing, so there is nothing new to start. */
export function isProgress(event: Event): boolean {
  return event.kind === 'tokens' || event.kind === 'accepted' || event.kind === 'pass';
}
