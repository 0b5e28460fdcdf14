/**
 * What the residency policy is told and what it answers: plain data, times in ms on the caller's clock, sizes in bytes. Only types here.
 *
 * The caller (the scheduler, or a simulator) keeps the models and performs the decisions; the policy keeps what it has learned.
 */
import type { ModelId, Substitution, TaskClass, TaskId } from '../task.ts';

/** Classes of work by which promises differ. A chat is promised a first token, as a completion is. */
export type ResidencyClass = TaskClass | 'chat';

/** What a person did in the editor that makes a task likely. */
export type EditorSignalKind = 'languageOpened' | 'selectionMade' | 'paletteOpened' | 'documentActive';

export interface EditorSignal {
  readonly kind: EditorSignalKind;
  /** A language id; which models follow which signal and language is learned. */
  readonly language: string;
}

/** A task that waits for its model. */
export interface WaitingTask {
  readonly id: TaskId;
  readonly class: ResidencyClass;
  readonly arrivalMs: number;
  readonly deadlineMs: number;
  /** Predicted, from its start until the promise is kept: to the first token or to the last one. */
  readonly workMs: number;
  /** Absent: as the options say. */
  readonly substitution?: Substitution | undefined;
}

/** A task as it arrived: what demand is learned from. */
export interface Use {
  readonly class: ResidencyClass;
  readonly targetMs: number;
  /** Predicted, from its start until the promise is kept. */
  readonly workMs: number;
}

/** `resizing`: its context is made anew with other bounds. `leaving`: its memory is not back yet. */
export type ModelState = 'absent' | 'loading' | 'ready' | 'resizing' | 'leaving' | 'failed';

export interface ModelView {
  readonly id: ModelId;
  /** What it may serve; another model of the same class may stand in for it. */
  readonly classes: readonly ResidencyClass[];
  readonly state: ModelState;
  /** Never evicted, loaded first: the completion model. */
  readonly isPinned: boolean;
  /** The user wants it to stay: like the pinned one it leaves for no other, and only after all others when memory runs out. Absent: no. */
  readonly isKept?: boolean | undefined;
  /** It leaves when it was not used for so long, in ms; absent: as the options say. */
  readonly releaseAfterMs?: number | undefined;
  /** The user chose it by its name: nobody else answers for it. */
  readonly isNamed: boolean;
  /**
   * Its file is gone or cannot be used any more: nobody asks for it again, and it leaves as soon as nothing of it runs or waits.
   * Absent: it is there.
   */
  readonly isGone?: boolean | undefined;
  /** Takes no further task, see the decision `drain`; its waiting tasks come after another model. */
  readonly isDraining: boolean;
  /** Loaded with the fewest sequences or the smallest context that serve. */
  readonly isSmall: boolean;
  /** With all sequences. */
  readonly bytesFull: number;
  readonly bytesSmall: number;
  readonly fileBytes: number;
  /** Of the file in the host's page cache, as far as it can be known. */
  readonly cachedBytes: number;
  /** As measured on this machine, or predicted from the size: with the whole file cached, and with none of it. */
  readonly loadMsCached: number;
  readonly loadMsCold: number;
  /** When it became ready; while it loads, when the load began. */
  readonly readySinceMs: number;
  /** When a task of it last began or ended, or it became ready. One that is waited for is no idle one in any case. */
  readonly lastUsedMs: number;
  /** Tasks inside the engine. */
  readonly running: number;
  /** Tasks that wait, in any order. */
  readonly waiting: readonly WaitingTask[];
}

export interface ResidencyView {
  readonly nowMs: number;
  /** In a fixed order, which decides between equals. */
  readonly models: readonly ModelView[];
  /** Memory for models. What loads, leaves or is ready counts as used. */
  readonly budgetBytes: number;
  /**
   * The host's page cache as far as model files may fill it; 0 where reading ahead would take memory from the models. With
   * `isCacheShared` (unified memory, CPU) only what is free is used and nothing is dropped.
   */
  readonly cacheBytes: number;
  readonly isCacheShared: boolean;
  /** The file that is being read ahead. */
  readonly reading: ModelId | undefined;
}

/** The values by which a model was judged, for the log: each factor by its name. */
export interface Factors {
  readonly model: ModelId;
  /** Expected discount of the time to its next use: 1 is now, 0 is never. */
  readonly need: number;
  /** What of the need comes from signals of the editor. */
  readonly signalled: number;
  /** To load it again from what is cached of its file. */
  readonly loadMs: number;
  /** Share of its tasks whose promise would break by that load, weighted by latency sensitivity. */
  readonly broken: number;
  /** Predicted work of its tasks that a load would hold up. */
  readonly workMs: number;
  readonly bytes: number;
  /** Its worth: what its absence is expected to cost, in ms. */
  readonly worthMs: number;
}

/** The last bytes of what is cached of a file leave the page cache, so that nothing that is worth more does. */
export interface FileDrop {
  readonly model: ModelId;
  readonly bytes: number;
}

export type Decision =
  /** Make room, then load. `isAhead`: nobody waits for it yet. */
  | {
      readonly kind: 'load';
      readonly model: ModelId;
      readonly isSmall: boolean;
      readonly isAhead: boolean;
      readonly evict: readonly ModelId[];
      readonly downsize: readonly ModelId[];
      /** Its file displaces no other from the page cache: what finds no free cache is dropped again as soon as it is copied. */
      readonly sparesCache: boolean;
      readonly why: string;
      readonly factors: readonly Factors[];
    }
  /** Ask again then, or at the next event. */
  | { readonly kind: 'wait'; readonly model: ModelId; readonly untilMs: number; readonly why: string }
  /** No further task of the model starts: it leaves as soon as those that run have ended. */
  | { readonly kind: 'drain'; readonly model: ModelId; readonly for: ModelId; readonly why: string }
  /** It takes tasks again, as the one that it was to leave for is not waited for any more. */
  | { readonly kind: 'resume'; readonly model: ModelId; readonly why: string }
  /** Other bounds for a model that is ready and idle. */
  | { readonly kind: 'resize'; readonly model: ModelId; readonly isSmall: boolean; readonly why: string }
  /** These waiting tasks are answered by another model; the answer says so. With `asks` their askers decide, and they wait meanwhile. */
  | {
      readonly kind: 'substitute';
      readonly model: ModelId;
      readonly by: ModelId;
      readonly tasks: readonly TaskId[];
      readonly asks: boolean;
      /** Until their own model would be there, in ms. */
      readonly waitMs: number;
      readonly why: string;
    }
  | {
      readonly kind: 'readAhead';
      readonly model: ModelId;
      readonly drop: readonly FileDrop[];
      readonly why: string;
    }
  | { readonly kind: 'stopReading'; readonly model: ModelId; readonly why: string }
  /** Nobody has needed it for long. */
  | { readonly kind: 'release'; readonly model: ModelId; readonly why: string };
