/**
 * A strict upper bound on the requests that any schedule of SABER's machine keeps, with pauses and full knowledge.
 *
 * Take any schedule and the set S of requests that it keeps, and any time between a and b. Only S need run. More than 100 at a time gain
 * nothing: they share the speed of 100 and can as well take turns. A request of S with p tokens and target T runs for some time
 * t ≤ min(T, p / v(100)), as nobody is slower than v(100). Those of S whose whole time lies between a and b have, summed over them,
 *   Σ p − μ Σ t  ≤  (b − a) · g,   where g = max over L ≤ 100 of L · (v(L) − μ),
 * for every price μ ≥ 0 of a second of running, because L of them together gain L · v(L) − μ L in each second. So with the size
 * q = p − μ · min(T, p / v(100)) in place of p, the requests of S fit a single preemptive machine of rate g between any a and b, which is
 * just the condition for it to keep all of them.
 *
 * The most requests that such a machine can keep is in turn at most what it keeps when a part of a request counts as that part: the
 * work that can be done for each set of requests, which earliest deadline first maximises, is a polymatroid, so taking the smallest
 * requests first is optimal (Edmonds). Requests that even a single one at a time cannot keep are left out.
 *
 * Each price gives a bound. At {@link boundPrice} 40 and 100 at a time are worth the same, and a request that needs 48 tokens per second
 * fits as on a machine of 2,444 tokens per second; one that needs 51 counts as more.
 */
import { saberLoadMax, saberSpeed } from '../workloads.ts';
import type { Request } from './requests.ts';

/** In tokens per second; below v(100) = 40.4 every size is positive. 20 to 41 were tried: this one is the tightest in every workload. */
const boundPrice = 32.6;

/** Sizes that differ by less than this share are priced as the smallest of them, which only loosens the bound. */
const sizeStep = 0.03;

interface Job {
  readonly arrivalMs: number;
  readonly deadlineMs: number;
  readonly size: number;
}

/** No schedule keeps more requests than this, which need not be a whole number. */
export function boundKept(requests: readonly Request[], price: number = boundPrice): number {
  const speedMin = saberSpeed(saberLoadMax);
  const jobs = requests.flatMap(({ arrivalMs, deadlineMs, tokens }): Job[] => {
    const targetSeconds = (deadlineMs - arrivalMs) / 1_000;
    if (tokens > targetSeconds * saberSpeed(1)) return [];
    return [{ arrivalMs, deadlineMs, size: tokens - price * Math.min(targetSeconds, tokens / speedMin) }];
  });
  const rate = rateAt(price);
  let kept = 0;
  let work = 0;
  for (const { sizeMin, sizeMax } of sizeGroups(jobs)) {
    const workMore = workDone(
      jobs.filter(({ size }) => size <= sizeMax),
      rate,
    );
    kept += (workMore - work) / sizeMin;
    work = workMore;
  }
  return Math.min(kept, jobs.length);
}

/** What the machine gains in a second beyond the price of those that run, at best. */
export function rateAt(price: number): number {
  let best = 0;
  for (let load = 1; load <= saberLoadMax; load += 1) best = Math.max(best, load * (saberSpeed(load) - price));
  return best;
}

/** Ascending. */
function sizeGroups(jobs: readonly Job[]): { readonly sizeMin: number; readonly sizeMax: number }[] {
  const groups: { sizeMin: number; sizeMax: number }[] = [];
  for (const size of jobs.map((job) => job.size).sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last !== undefined && size <= last.sizeMin * (1 + sizeStep)) last.sizeMax = size;
    else groups.push({ sizeMin: size, sizeMax: size });
  }
  return groups;
}

/** Work that a machine of `rate` per second does at most within arrivals and deadlines: earliest deadline first, parts count. */
export function workDone(jobs: readonly Job[], rate: number): number {
  const perMs = rate / 1_000;
  /** Latest deadline first, so that the next one is at the end. */
  const waiting: { readonly deadlineMs: number; left: number }[] = [];
  let nowMs = 0;
  let work = 0;
  for (const [index, { arrivalMs, deadlineMs, size }] of jobs.entries()) {
    nowMs = Math.max(nowMs, arrivalMs);
    const place = waiting.findLastIndex((job) => job.deadlineMs > deadlineMs) + 1;
    waiting.splice(place, 0, { deadlineMs, left: size });
    const untilMs = jobs[index + 1]?.arrivalMs ?? Number.POSITIVE_INFINITY;
    for (let job = waiting.at(-1); job !== undefined && nowMs < untilMs; job = waiting.at(-1)) {
      const endMs = Math.min(nowMs + job.left / perMs, job.deadlineMs, untilMs);
      const done = Math.max(0, endMs - nowMs) * perMs;
      work += done;
      job.left -= done;
      nowMs = Math.max(nowMs, endMs);
      if (endMs < untilMs || job.deadlineMs <= untilMs) waiting.pop();
    }
  }
  return work;
}
