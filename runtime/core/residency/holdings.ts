/**
 * What residency stands on and the scheduler cannot see: how large models are, how long they take to load, what memory there is. The
 * runtime knows, and says with an event what has changed before the event that may lead to a decision on it: so the same events lead to
 * the same decisions. Pure.
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

/** A model with what holds of it from now on. */
export type NamedHolding = Holding & { readonly id: ModelId };

/** The memory with what holds of it from now on. */
export type WholeMemory = MemoryView & Pick<Holdings, 'wholeBytes'>;

/** As far as it has changed. */
export interface HoldingsNews {
  readonly models: readonly NamedHolding[];
  readonly memory?: WholeMemory | undefined;
}

/** What was told last; before anything was told of it, what is assumed. */
export class ToldHoldings implements Holdings {
  readonly #assumed: Holdings;
  readonly #models = new Map<ModelId, Holding>();
  #memory: WholeMemory | undefined;

  constructor(assumed: Holdings) {
    this.#assumed = assumed;
  }

  note({ models, memory = this.#memory }: HoldingsNews): void {
    for (const { id, ...holding } of models) this.#models.set(id, holding);
    this.#memory = memory;
  }

  of(id: ModelId): Holding {
    return this.#models.get(id) ?? this.#assumed.of(id);
  }

  memory(): MemoryView {
    if (this.#memory === undefined) return this.#assumed.memory();
    const { wholeBytes: _, ...memory } = this.#memory;
    return memory;
  }

  get wholeBytes(): number {
    return this.#memory?.wholeBytes ?? this.#assumed.wholeBytes;
  }
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
