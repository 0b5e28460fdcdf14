/**
 * How much of which model's files should be in the host's page cache: an estimate from what was read and in which order, bounded by what
 * the host could cache. Pure; cache-check.ts corrects it where the system can say.
 *
 * 1. What is read is cached, from the beginning of the files; it is the most recent then.
 * 2. Of the least recent one as much leaves as goes beyond what the host can cache, then of the next; the system takes its oldest pages
 *    first as well.
 * 3. When other programs take memory the bound falls and pages are gone; they do not come back when it rises.
 *
 * What other programs read displaces model files too, unseen: the estimate is too high then, until the bound or a correction says so.
 */
import type { ModelId } from '../core/task.ts';
import type { MemoryReading } from './pressure.ts';

/** Least recently used models beyond are forgotten: nobody has so many. */
const modelsMax = 64;

export class PageCache {
  /** Least recently read first; none of them empty. */
  readonly #bytes = new Map<ModelId, number>();
  #capacityBytes = 0;
  #usedBytes = 0;

  /** What the host could cache of model files; see {@link cacheCapacityBytes}. */
  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** More than the capacity only after a correction. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  cachedBytes(model: ModelId): number {
    return this.#bytes.get(model) ?? 0;
  }

  /** Each time the host was looked at. */
  limit(capacityBytes: number): void {
    this.#capacityBytes = Math.max(0, capacityBytes);
    this.#trim();
  }

  /** The first `bytes` of its files were read, by a load or by the reader ahead, all in all: for progress tell the sum. */
  read(model: ModelId, bytes: number): void {
    const held = this.cachedBytes(model);
    this.#bytes.delete(model);
    this.#usedBytes -= held;
    this.#set(model, Math.max(held, bytes));
    this.#trim();
  }

  /** As many of its cached bytes were taken out of the cache. */
  drop(model: ModelId, bytes: number): void {
    this.#set(model, this.cachedBytes(model) - Math.max(0, bytes));
  }

  /** Its files were deleted or replaced. */
  forget(model: ModelId): void {
    this.#set(model, 0);
  }

  /** As many are cached, as the system says. The order stays; one that was unknown is the least recent. */
  correct(model: ModelId, bytes: number): void {
    const isNew = !this.#bytes.has(model);
    const others = isNew ? [...this.#bytes] : [];
    if (isNew) this.#bytes.clear();
    this.#set(model, bytes);
    for (const [other, held] of others) this.#bytes.set(other, held);
  }

  /** Keeps the place in the order. */
  #set(model: ModelId, bytes: number): void {
    this.#usedBytes += Math.max(0, bytes) - this.cachedBytes(model);
    if (bytes > 0) this.#bytes.set(model, bytes);
    else this.#bytes.delete(model);
  }

  #trim(): void {
    for (const [model, held] of this.#bytes) {
      const excess = this.#usedBytes - this.#capacityBytes;
      if (excess > 0) this.#set(model, held - excess);
      else if (this.#bytes.size > modelsMax) this.#set(model, 0);
      else return;
    }
  }
}

/** Left to the files of other programs: an eighth of the RAM, at least 1 GiB. */
const marginShare = 1 / 8;
const marginBytesMin = 2 ** 30;

/**
 * What the host could cache of model files: memory that programs could still get is free or is cache already. Nothing where the system
 * does not say.
 * @param reservedBytes what models may still take of the same memory (CPU, unified memory): the cache must not be counted on there.
 */
export function cacheCapacityBytes({ totalBytes, availableBytes }: MemoryReading, reservedBytes = 0): number {
  if (availableBytes === undefined) return 0;
  return Math.max(0, availableBytes - Math.max(marginBytesMin, totalBytes * marginShare) - reservedBytes);
}
