/**
 * What residency has learned, as one value that outlives a runtime: when models are used again, what signals of the editor announce, what
 * tasks of a model are like. Times of the clock are told as ages, as the next runtime has another clock. Only types and bounds here.
 */
import type { ModelId } from '../task.ts';

/** Gaps between uses fall into so many buckets: see gaps.ts. */
export const gapBuckets = 12;

/** Counts of a gap history; one of each kind for each bucket. */
export interface LearnedGaps {
  readonly ended: readonly number[];
  readonly spentMs: readonly number[];
  readonly gaps: number;
}

export interface LearnedModel {
  readonly model: ModelId;
  /** Its last use, before the moment that the snapshot is of, in ms. */
  readonly agoMs: number;
  /** Absent until it was used twice. */
  readonly gaps?: LearnedGaps | undefined;
}

/** A signal, with or without its language, and which models were used within its window. */
export interface LearnedSignal {
  readonly key: string;
  readonly seen: number;
  /** `leadMs` is a sum over `count` uses. */
  readonly hits: readonly { readonly model: ModelId; readonly count: number; readonly leadMs: number }[];
}

/** Means over the latest tasks of a model, in ms. */
export interface LearnedProfile {
  readonly model: ModelId;
  readonly slackMs: number;
  readonly workMs: number;
  readonly tasks: number;
}

export interface LearnedResidency {
  readonly all: LearnedGaps;
  /** The ones used last, at most {@link learnedModelsMax}. */
  readonly models: readonly LearnedModel[];
  readonly signals: readonly LearnedSignal[];
  readonly profiles: readonly LearnedProfile[];
}

export const learnedModelsMax = 64;
/** Signals with their languages; beyond, the one not heard of for the longest time is forgotten. An editor has fewer languages. */
export const learnedSignalsMax = 1_024;

/** As it is when so much time has gone by since. */
export function aged(learned: LearnedResidency, ms: number): LearnedResidency {
  return { ...learned, models: learned.models.map((model) => ({ ...model, agoMs: model.agoMs + ms })) };
}
