/**
 * What residency stands on and the scheduler cannot see: how large models are, how long they take to load, what memory there is. The
 * runtime knows and is asked at every decision, so answers are at hand. Pure: an interface, and the simplest thing that has it.
 */
import type { ModelId } from '../task.ts';
import type { ModelView, ResidencyView } from './types.ts';

/** One model as far as it does not change with its tasks. */
export type Holding = Pick<
  ModelView,
  | 'classes'
  | 'isPinned'
  | 'isKept'
  | 'releaseAfterMs'
  | 'isNamed'
  | 'isGone'
  | 'bytesFull'
  | 'bytesSmall'
  | 'fileBytes'
  | 'cachedBytes'
  | 'loadMsCached'
  | 'loadMsCold'
>;

/** The machine's memory as models may use it. */
export type MemoryView = Pick<ResidencyView, 'budgetBytes' | 'cacheBytes' | 'isCacheShared' | 'reading'>;

export interface Holdings {
  of(model: ModelId): Holding;
  memory(): MemoryView;
  /** The budget when nothing presses: a model beyond it is refused, one beyond the present budget waits. In bytes. */
  readonly wholeBytes: number;
}

/** Every model takes one place of `modelsMax`, and all load equally fast: for a machine of which nothing is known. */
export function countedHoldings(modelsMax: number): Holdings {
  const holding: Holding = {
    classes: [],
    isPinned: false,
    isNamed: false,
    bytesFull: 1,
    bytesSmall: 1,
    fileBytes: 1,
    cachedBytes: 1,
    loadMsCached: 1_000,
    loadMsCold: 1_000,
  };
  const memory: MemoryView = { budgetBytes: modelsMax, cacheBytes: 0, isCacheShared: true, reading: undefined };
  return { of: () => holding, memory: () => memory, wholeBytes: modelsMax };
}
