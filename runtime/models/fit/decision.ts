/** What is wanted of a load, and what was decided: shared by the choice (choose.ts) and its sentences (words.ts). Types only. */
import type { Words } from '../../core/sentence.ts';
import type { TaskClass } from '../../core/task.ts';
import type { LoadSettings, MemoryNeed } from './memory.ts';

export interface Wanted {
  /** Tokens of context that each class wants; classes that the model cannot or need not serve are left out. */
  readonly contexts: Readonly<Partial<Record<TaskClass, number>>>;
  /** Sequences side by side, 1 to 16. */
  readonly sequences: number;
  /** More than that, up to 16, where there is plenty: nothing is given up for them, and half of the memory stays for other models. */
  readonly sequencesMax?: number;
  /** Whether the file is mapped; without it the choice is made here. */
  readonly mmap?: boolean;
}

/** What was given up of what was wanted. */
export type Reduction = 'context' | 'sequences' | 'layers' | 'completionContext';

export interface Fits {
  readonly kind: 'fits';
  readonly settings: LoadSettings;
  readonly need: MemoryNeed;
  readonly reduced: readonly Reduction[];
  /** One sentence: what was chosen, what it takes, and what was given up. */
  readonly message: Words;
}

interface TooLarge {
  readonly kind: 'tooLarge';
  /** What the smallest load of this model takes, and what is free for models. */
  readonly neededBytes: number;
  readonly availableBytes: number;
  /** The first of the alternatives that fits well, else the first that fits at all. */
  readonly smaller: string | undefined;
  readonly message: Words;
}

export type FitDecision = Fits | TooLarge;
