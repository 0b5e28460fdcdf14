/**
 * What each completion would have to prefill by itself if its document had the whole machine: the least that any order can do. Pure.
 *
 * A request of a document starts when it arrives and evaluates its prompt without a break; the next one finds in the cache what was
 * evaluated until then, which is not the whole prompt where the next keystroke came first. As if all of it were one chunk: so no machine
 * with this cost table is faster, and what takes too long here is late in any order. Warm-ups are left out: nobody asked for them.
 */
import type { Costs } from '../../core/estimate.ts';
import type { TaskId } from '../../core/task.ts';
import { type Arrival, type Load, sharedTokens } from './arrivals.ts';

/** What the completions of one document have left in its cache. */
type Cached = readonly number[];

/** Ms to the end of the prompt, by id; every arrival has one, those of other classes that of their whole prompt. */
export function ownPrefillMs(load: Load, costs: Costs): Map<TaskId, number> {
  const documents = new Map<string, Cached>();
  return new Map(
    load.arrivals.map((arrival) => {
      const { id, document, promptTokens } = arrival;
      const cached = document === undefined ? [] : (documents.get(document) ?? []);
      // The last token is always evaluated: the first one of the answer is sampled from it.
      const reused = Math.min(sharedTokens(cached, promptTokens), promptTokens.length - 1);
      if (document !== undefined) documents.set(document, evaluated(arrival, reused, costs));
      return [id, costs.prefillMs(promptTokens.length - reused, reused)];
    }),
  );
}

/** The part of the prompt that is in the cache when the request is over: taken back, or answered. */
function evaluated({ atMs, cancelAtMs, promptTokens }: Arrival, reused: number, costs: Costs): Cached {
  const availableMs = cancelAtMs === undefined ? Number.POSITIVE_INFINITY : cancelAtMs - atMs;
  let enough = promptTokens.length - reused;
  if (costs.prefillMs(enough, reused) <= availableMs) return promptTokens;
  let done = 0;
  while (enough - done > 1) {
    const middle = (enough + done) >> 1;
    if (costs.prefillMs(middle, reused) <= availableMs) done = middle;
    else enough = middle;
  }
  return promptTokens.slice(0, reused + done);
}
