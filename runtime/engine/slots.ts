/**
 * The slots of one model: one for each of its sequences, with the tokens whose keys and values (KV) it holds. A slot keeps them after
 * its request has ended, so that the next request with a common prefix evaluates only what differs. What a document's slot holds is
 * parked on a shelf outside of the device when another request needs the slot: saving 600 tokens takes 10 ms and restoring them 3 ms,
 * evaluating them again seconds on a processor. Pure bookkeeping.
 */
import type { TaskId } from '../core/task.ts';

export interface Slot {
  readonly index: number;
  /** The tokens in the KV cache, oldest first. */
  kvTokens: number[];
  owner: TaskId | undefined;
  /** Who had the slot before: what a new owner reuses is that one's work. */
  lastOwner: TaskId | undefined;
  /** The document that asks again and again with this prefix; undefined for what nobody will ask again. */
  document: string | undefined;
  /** When a request took the slot last, as a running number; 0 for a fresh slot. */
  lastUse: number;
}

/** KV cells outside of the device, by the key under which the device finds them again. */
export interface Parked {
  readonly key: number;
  readonly tokens: readonly number[];
  readonly document: string;
  readonly lastOwner: TaskId | undefined;
  /** The device has saved it: only then can it be restored. */
  isSaved: boolean;
}

/** What a document may ask for again when its model has left and come back. */
export interface Leftover {
  /** The device finds it under this key, once it has saved it. */
  readonly key: number;
  /** Where it is to be saved from; undefined when it is outside of the device already. */
  readonly slot: number | undefined;
  readonly tokens: readonly number[];
  readonly document: string;
  readonly lastOwner: TaskId | undefined;
}

/** Cells that are outside of the device from the beginning. */
export type Kept = Omit<Parked, 'isSaved'>;

/** What the device does with a slot before the first pass of its new owner, in this order. */
export interface Moves {
  /** Save what the slot holds under this key. */
  readonly park?: number;
  /** Put the cells of this key into the slot; the key is gone then. */
  readonly restore?: number;
  /** Keys that nobody needs any more. */
  readonly drop: readonly number[];
}

/** A slot that was given to a request. Until the device has made the moves, {@link Slots.giveBack} undoes them. */
export interface Grant {
  readonly slot: Slot;
  readonly moves: Moves | undefined;
  readonly before: Slot;
  /** What the moves take from the shelf. */
  readonly taken: readonly Parked[];
}

/** Fewer tokens are evaluated again sooner than they are moved. */
const parkedTokensMin = 64;

/** A match that keeps less than this share of the slot throws away more than it saves. */
const keptShareMin = 0.25;

export class Slots {
  readonly #slots: Slot[];
  readonly #appendOnly: boolean;
  readonly #shelfTokensMax: number;
  /** What nobody will ask for any more first, then the least recently used. */
  #shelf: readonly Parked[] = [];
  #uses = 0;
  #keys = 0;

  /**
   * @param appendOnly the model cannot forget single tokens (recurrent and hybrid architectures): a slot is reused whole or not at all.
   * @param shelfTokensMax tokens that may be parked; 0 for a device that cannot park.
   * @param kept what lies on the shelf already, the least recently used first; more than fits is not expected.
   */
  constructor(count: number, appendOnly: boolean, shelfTokensMax: number, kept: readonly Kept[] = []) {
    this.#slots = Array.from({ length: count }, (_, index) => ({
      index,
      kvTokens: [],
      owner: undefined,
      lastOwner: undefined,
      document: undefined,
      lastUse: 0,
    }));
    this.#appendOnly = appendOnly;
    this.#shelfTokensMax = shelfTokensMax;
    this.#shelf = kept.map((parked) => ({ ...parked, isSaved: true }));
    this.#keys = Math.max(0, ...kept.map(({ key }) => key));
  }

  get all(): readonly Slot[] {
    return this.#slots;
  }

  get parked(): readonly Parked[] {
    return this.#shelf;
  }

  get idle(): number {
    return this.#slots.filter((slot) => slot.owner === undefined).length;
  }

  /**
   * Gives an idle slot to a request, or undefined when none is idle:
   * 1. the one with the most reusable tokens, if a match is worth it;
   * 2. when the shelf has a better match, that is restored into the slot that will be missed least;
   * 3. else that slot as it is: one that no document will ask for again first, then the least recently used, so that a shared first
   *    marker does not cost another document its warm slot.
   * What the slot holds for another document is parked. At least the last token stays to be evaluated: the next one is sampled from it.
   */
  take(owner: TaskId, tokens: readonly number[], document?: string): Grant | undefined {
    const idle = this.#slots.filter((slot) => slot.owner === undefined);
    const victim = idle.reduce<Slot | undefined>(
      (a, b) => (a !== undefined && compareMissed(a, b) <= 0 ? a : b),
      undefined,
    );
    if (victim === undefined) return undefined;
    const matching = this.#best(idle, tokens);
    const parked = this.#bestParked(tokens);
    const restores = parked !== undefined && parked.reusable > matching.reusable + parkedTokensMin;
    const slot = restores || matching.reusable === 0 ? victim : matching.slot;
    const reusable = restores ? parked.reusable : Math.max(this.#reusable(slot.kvTokens, tokens), 0);
    const before = { ...slot, kvTokens: [...slot.kvTokens] };
    const shelf = this.#shelf;
    const moves = this.#move(slot, reusable, document, restores ? parked.parked : undefined);
    this.#uses += 1;
    const kvTokens = (restores ? parked.parked.tokens : slot.kvTokens).slice(0, reusable);
    const lastOwner = restores ? parked.parked.lastOwner : slot.lastOwner;
    Object.assign(slot, { kvTokens, owner, lastOwner, document, lastUse: this.#uses });
    return { slot, moves, before, taken: shelf.filter((parked) => !this.#shelf.includes(parked)) };
  }

  /** The device has made the moves. What it could not save is not there to be restored. */
  confirm({ moves }: Grant, isSaved: boolean): void {
    const parked = this.#shelf.find(({ key }) => key === moves?.park);
    if (parked !== undefined && isSaved) parked.isSaved = true;
    else if (parked !== undefined) this.#shelf = this.#shelf.filter((other) => other !== parked);
  }

  /** The request ended before the device made the moves: slot and shelf hold what they held before. */
  giveBack({ slot, moves, before, taken }: Grant): void {
    Object.assign(slot, { ...before, owner: undefined });
    this.#shelf = [...taken, ...this.#shelf.filter(({ key }) => key !== moves?.park)];
  }

  /** What was kept under this name will not be asked for again: it makes room before all else. */
  abandon(document: string): void {
    for (const slot of this.#slots.filter((kept) => kept.document === document)) slot.document = undefined;
    const isAbandoned = (parked: Parked): boolean => parked.document === document;
    this.#shelf = [...this.#shelf.filter(isAbandoned), ...this.#shelf.filter((parked) => !isAbandoned(parked))];
  }

  /**
   * What is worth taking along when the model leaves, the least recently used first: the newest state of each document, as much as the
   * shelf holds. No grant may be open.
   */
  leftovers(): readonly Leftover[] {
    if (this.#shelfTokensMax === 0) return [];
    const warm = this.#slots
      .filter(({ kvTokens, document }) => document !== undefined && kvTokens.length >= parkedTokensMin)
      .sort((a, b) => a.lastUse - b.lastUse)
      .map(({ index: slot, kvTokens, document = '', lastOwner, owner }): Leftover => {
        this.#keys += 1;
        return { key: this.#keys, slot, tokens: [...kvTokens], document, lastOwner: owner ?? lastOwner };
      });
    const parked = this.#shelf
      .filter(({ isSaved }) => isSaved)
      .map(({ key, tokens, document, lastOwner }): Leftover => ({ key, slot: undefined, tokens, document, lastOwner }));
    return newestWithin([...parked, ...warm], this.#shelfTokensMax);
  }

  #move(slot: Slot, reusable: number, document: string | undefined, parked: Parked | undefined): Moves | undefined {
    const drop: number[] = [];
    let shelf = this.#shelf.filter((other) => other !== parked);
    const isLost = slot.document !== undefined && slot.document !== document;
    let park: number | undefined;
    if (isLost && slot.kvTokens.length - (parked ? 0 : reusable) >= parkedTokensMin && this.#shelfTokensMax > 0) {
      this.#keys += 1;
      park = this.#keys;
      const { kvTokens: tokens, document: of = '', lastOwner } = slot;
      // Only the newest state of a document is worth its place.
      const isOlder = (other: Parked): boolean => other.document === of && other.isSaved;
      drop.push(...shelf.filter(isOlder).map(({ key }) => key));
      shelf = [
        ...shelf.filter((other) => !isOlder(other)),
        { key: park, tokens, document: of, lastOwner, isSaved: false },
      ];
    }
    while (shelf.reduce((sum, { tokens }) => sum + tokens.length, 0) > this.#shelfTokensMax) {
      const oldest = shelf.find(({ isSaved }) => isSaved);
      if (oldest === undefined) break;
      drop.push(oldest.key);
      shelf = shelf.filter((other) => other !== oldest);
    }
    this.#shelf = shelf;
    if (park === undefined && parked === undefined && drop.length === 0) return undefined;
    return { ...(park !== undefined && { park }), ...(parked && { restore: parked.key }), drop };
  }

  #best(idle: readonly Slot[], tokens: readonly number[]): { slot: Slot; reusable: number } {
    let best: { slot: Slot; reusable: number } | undefined;
    for (const slot of idle) {
      const reusable = this.#reusable(slot.kvTokens, tokens);
      const worth = reusable >= slot.kvTokens.length * keptShareMin ? reusable : 0;
      if (best === undefined || worth > best.reusable) best = { slot, reusable: worth };
    }
    if (best === undefined) throw new Error('There is no idle slot to choose from.');
    return best;
  }

  #bestParked(tokens: readonly number[]): { parked: Parked; reusable: number } | undefined {
    let best: { parked: Parked; reusable: number } | undefined;
    for (const parked of this.#shelf) {
      if (!parked.isSaved) continue;
      const reusable = this.#reusable(parked.tokens, tokens);
      if (best === undefined || reusable > best.reusable) best = { parked, reusable };
    }
    return best;
  }

  #reusable(held: readonly number[], tokens: readonly number[]): number {
    const length = Math.min(commonPrefixLength(held, tokens), tokens.length - 1);
    return this.#appendOnly && length < held.length ? 0 : length;
  }
}

/** From the newest backwards, one for each document, as long as there is room. */
function newestWithin(leftovers: readonly Leftover[], tokensMax: number): readonly Leftover[] {
  const documents = new Set<string>();
  const chosen: Leftover[] = [];
  let tokens = 0;
  for (const leftover of [...leftovers].reverse()) {
    if (documents.has(leftover.document) || tokens + leftover.tokens.length > tokensMax) continue;
    documents.add(leftover.document);
    tokens += leftover.tokens.length;
    chosen.push(leftover);
  }
  return chosen.reverse();
}

/** Which slot is missed least: one without a document, then the least recently used. */
function compareMissed(a: Slot, b: Slot): number {
  return Number(a.document !== undefined) - Number(b.document !== undefined) || a.lastUse - b.lastUse;
}

/** How many tokens two lists have in common from their beginning. */
function commonPrefixLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a[index] === b[index]) index += 1;
  return index;
}
