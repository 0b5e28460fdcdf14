/**
 * Smaller models that take up what is left of a workflow when its time runs out. Interfaces and words; the composition root knows which models
 * there are and how soon they could begin.
 */
import { sentence, type Words } from '../../core/sentence.ts';
import type { ModelId, TaskClass } from '../../core/task.ts';
import type { ChosenModel, ModelSettings } from '../tasks.ts';

export interface LighterModel {
  readonly id: ModelId;
  /** It needs this share of the time of the chosen one, as measured or by the sizes of their files; below 1. */
  readonly share: number;
}

export interface LighterModels {
  /** Models that may answer the same prompts sooner, the largest first; no demonstration model, and none that would not fit. */
  of(than: ChosenModel, name: Extract<TaskClass, 'summarize' | 'translate'>, settings: ModelSettings): LighterModel[];
  /** Until it could begin, in ms: 0 when it is there. Undefined when another would have to leave for it. */
  readonly readyInMs: (model: ModelId) => number | undefined;
}

/** For the person who waits. */
export function smallerSentence(name: string, chosen: Pick<ChosenModel, 'name'>): Words {
  return sentence(
    'What is left is written by {0}, which is smaller and faster than {1}, as time runs out.',
    name,
    chosen.name,
  );
}
