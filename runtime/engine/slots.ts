/**
 * The slots of one model: one for each of its sequences, with the tokens whose keys and values (KV) it holds. A slot keeps them after
 * its request has ended, so that the next request with a common prefix evaluates only what differs. Pure bookkeeping.
 */
import type { TaskId } from '../core/task.ts';

export interface Slot {
  readonly index: number;
  /** The tokens in the KV cache, oldest first. */
  kvTokens: number[];
  owner: TaskId | undefined;
  /** Who had the slot before: what a new owner reuses is that one's work. */
  lastOwner: TaskId | undefined;
  /** When a request took the slot last, as a running number; 0 for a fresh slot. */
  lastUse: number;
}

export class Slots {
  readonly #slots: Slot[];
  readonly #appendOnly: boolean;
  #uses = 0;

  /** @param appendOnly the model cannot forget single tokens (recurrent and hybrid architectures): a slot is reused whole or not at all. */
  constructor(count: number, appendOnly: boolean) {
    this.#slots = Array.from({ length: count }, (_, index) => ({
      index,
      kvTokens: [],
      owner: undefined,
      lastOwner: undefined,
      lastUse: 0,
    }));
    this.#appendOnly = appendOnly;
  }

  get all(): readonly Slot[] {
    return this.#slots;
  }

  get idle(): number {
    return this.#slots.filter((slot) => slot.owner === undefined).length;
  }

  /**
   * Gives the idle slot with the most reusable tokens to a request; without a match that is worth it, the least recently used one, so
   * that a shared first marker does not cost another document its warm slot.
   * At least the last token stays to be evaluated: the next token is sampled from its result.
   * Returns undefined when no slot is idle.
   */
  take(owner: TaskId, tokens: readonly number[]): Slot | undefined {
    const candidates = this.#slots
      .filter((slot) => slot.owner === undefined)
      .map((slot) => ({ slot, reusable: this.#reusable(slot, tokens) }))
      .sort((a, b) => worth(b) - worth(a) || a.slot.lastUse - b.slot.lastUse || b.reusable - a.reusable);
    const [best] = candidates;
    if (best === undefined) return undefined;
    const { slot, reusable } = best;
    this.#uses += 1;
    slot.kvTokens.length = reusable;
    slot.owner = owner;
    slot.lastUse = this.#uses;
    return slot;
  }

  #reusable(slot: Slot, tokens: readonly number[]): number {
    const common = commonPrefixLength(slot.kvTokens, tokens);
    const length = Math.min(common, tokens.length - 1);
    return this.#appendOnly && length < slot.kvTokens.length ? 0 : length;
  }
}

/** A match that keeps less than this share of the slot throws away more than it saves. */
const keptShareMin = 0.25;

function worth({ slot, reusable }: { readonly slot: Slot; readonly reusable: number }): number {
  return reusable >= slot.kvTokens.length * keptShareMin ? reusable : 0;
}

/** How many tokens two lists have in common from their beginning. */
function commonPrefixLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a[index] === b[index]) index += 1;
  return index;
}
