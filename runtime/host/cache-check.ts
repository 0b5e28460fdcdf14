/** Puts the estimate of the page cache right, once a minute, where the system can say what is in it. Owns only the timer. */
import type { ModelId } from '../core/task.ts';
import type { PageCache } from './page-cache.ts';
import { Poll, type Timer } from './poll.ts';
import type { ReadCached } from './system-tools.ts';

export interface ModelFiles {
  readonly model: ModelId;
  /** All parts. */
  readonly files: readonly string[];
}

export interface CacheCheckOptions {
  readonly cache: PageCache;
  /** The models that matter now. */
  readonly models: () => readonly ModelFiles[];
  readonly readCached: ReadCached;
  readonly timer: Timer;
}

const everyMs = 60_000;

/** `missing`: the system has no means, and is asked no more. */
export type CacheCheck = 'unknown' | 'checked' | 'missing';

export function watchCache({ cache, models, readCached, timer }: CacheCheckOptions): Poll<CacheCheck> {
  const read = async (last: CacheCheck): Promise<CacheCheck> => {
    if (last === 'missing') return last;
    const known = models();
    const found = await readCached(known.flatMap(({ files }) => files));
    if (found === undefined) return last === 'checked' ? last : 'missing';
    for (const { model, files } of known) {
      const bytes = files.map((file) => found.get(file));
      // A part of which nothing is known leaves the whole unknown.
      if (bytes.every((one) => one !== undefined))
        cache.correct(
          model,
          bytes.reduce((sum, one) => sum + one, 0),
        );
    }
    return found.size > 0 ? 'checked' : last;
  };
  return new Poll<CacheCheck>({ initial: 'unknown', read, everyMs, timer });
}
