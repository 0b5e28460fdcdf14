/**
 * The schedule that knows all arrivals and lengths: k servers of fixed speed v(k), and a request that is taken runs at once and without
 * pause. Dropping what ends last whenever more than k overlap keeps the most requests that such a schedule can (Faigle and
 * Nawijn 1995), so this is its optimum for each k; the best k of a cell counts. It is no bound on other schedules: speed rises when
 * fewer run.
 */
import { saberLoadMax, saberSpeed } from '../workloads.ts';
import type { Request } from './requests.ts';

/** Requests kept by the best number of servers. */
export function offlineKept(requests: readonly Request[]): number {
  let best = 0;
  for (let servers = 1; servers <= saberLoadMax; servers += 1) best = Math.max(best, keptBy(requests, servers));
  return best;
}

/** Requests kept by `servers` servers. */
export function keptBy(requests: readonly Request[], servers: number): number {
  const msPerToken = 1_000 / saberSpeed(servers);
  /** Ends of those that run, ascending. */
  let endsMs: number[] = [];
  let kept = 0;
  for (const { arrivalMs, deadlineMs, tokens } of requests) {
    const endMs = arrivalMs + tokens * msPerToken;
    if (endMs > deadlineMs) continue;
    const ended = endsMs.findIndex((end) => end > arrivalMs);
    if (ended !== 0) {
      kept += ended < 0 ? endsMs.length : ended;
      endsMs = ended < 0 ? [] : endsMs.slice(ended);
    }
    const place = endsMs.findLastIndex((end) => end <= endMs) + 1;
    if (place < servers) endsMs.splice(place, 0, endMs);
    if (endsMs.length > servers) endsMs.pop();
  }
  return kept + endsMs.length;
}
