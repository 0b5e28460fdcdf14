/**
 * Which promises to keep when not all of them can be kept, and room for those that are about to come. Pure: a policy asks with any forecast
 * of its own, or with the one of this file.
 *
 * 1. Every newcomer is committed to, as long as the forecast keeps all promises, with one more of each small class that is expected.
 * 2. If not, the promise with the most work left is broken, provided that this suffices; if not, the next largest that does.
 * 3. If none suffices alone, the largest is broken and the rest is asked again.
 *
 * On k machines of fixed speed, where a task runs at once and without pause, dropping what ends last is optimal among all schedules, those
 * that know the future included (Faigle and Nawijn 1995; Carlisle and Lloyd 1995). A task that was committed to can so be given up later:
 * refusing larger work in advance, to keep room for smaller, keeps fewer promises. What was given up is not taken back: it would be
 * the tightest of all, and break others at every arrival.
 *
 * All this holds while predicted lengths can be {@link PredictionTrust trusted}. Otherwise giving up a promise is a bet that costs more than
 * it brings: then everybody runs until its deadline, in the batch with the most tokens per second, the shortest expected rest first.
 */
import { prefillTotalMs } from './estimate.ts';
import type { Demand, Room, Work } from './policy.ts';
import { type TaskClass, taskClasses } from './task.ts';

/** Whether all promises of these tasks are kept if nothing else comes. */
export type Forecaster = (works: readonly Work[]) => boolean;

/** Works that leave one place each before the first of them is given up. */
const triesMax = 64;

/**
 * The tasks whose promises are given up so that those of the others can be kept; empty when all can.
 * Asks the forecast at most {@link triesMax} times for each task given up.
 */
export function givenUp(works: readonly Work[], keepsAll: Forecaster): Work[] {
  const losers: Work[] = [];
  if (keepsAll(works)) return losers; // 1
  let left = [...works].sort(byWorkLeft);
  while (left.length > 0 && !keepsAll(left)) {
    const without = (loser: Work): Work[] => left.filter((work) => work !== loser);
    const sufficient = left.slice(0, triesMax).find((work) => keepsAll(without(work))); // 2
    const loser = sufficient ?? left[0]; // 3
    if (loser === undefined) break;
    losers.push(loser);
    left = without(loser);
  }
  return losers;
}

/** The most work first; of equal ones the latest arrival, on which least has been spent. */
function byWorkLeft(a: Work, b: Work): number {
  return (
    b.decodeTokens - a.decodeTokens ||
    b.prefillTokens - a.prefillTokens ||
    b.arrivalMs - a.arrivalMs ||
    (a.id < b.id ? -1 : 1)
  );
}

/**
 * A forecast for engines on which all sequences advance together: first the prompts, one after the other by deadline, then everybody
 * decodes, and whoever ends makes the others faster. Too careful where fewer sequences are faster in total, as on some processors:
 * there a policy asks its own planner.
 */
export function keepsAllTogether(works: readonly Work[], { costs, limits, sequences }: Room, nowMs: number): boolean {
  let timeMs = nowMs;
  for (const work of works.filter(({ prefillTokens }) => prefillTokens > 0).sort(byDeadline)) {
    timeMs += prefillTotalMs(costs, work.prefillTokens, work.contextTokens, limits.chunkTokens);
    if (work.promise === 'ttft' && timeMs > work.deadlineMs) return false;
  }
  const shortestFirst = [...works].sort((a, b) => a.decodeTokens - b.decodeTokens);
  let contextTokens = works.reduce((sum, work) => sum + work.contextTokens + work.prefillTokens, 0);
  let doneTokens = 0;
  for (const [index, work] of shortestFirst.entries()) {
    const tokens = work.decodeTokens - doneTokens;
    const left = works.length - index;
    const together = Math.min(left, Math.max(1, sequences));
    // Those that find no sequence are taken to share: everybody gets its turn.
    timeMs += tokens * (left / together) * costs.decodeMs(together, contextTokens);
    if (work.promise === 'e2e' && timeMs > work.deadlineMs + roundingMs) return false;
    contextTokens -= work.contextTokens + work.prefillTokens;
    doneTokens = work.decodeTokens;
  }
  return true;
}

/** Sums of many short times differ by this much, in ms, with the order of adding them. */
const roundingMs = 1e-6;

function byDeadline(a: Work, b: Work): number {
  return a.deadlineMs - b.deadlineMs;
}

/** A class is small beside a task that is this many times as long: room for one more of it costs the large one little. */
const smallTimes = 4;

/** Room is kept for a class of which this many run at any time, on average: more seldom ones are not worth it. */
const presenceMin = 0.2;

/** The promise of a class, as seen on its tasks. */
export type Promises = ReadonlyMap<TaskClass, Pick<Work, 'promise' | 'arrivalMs' | 'deadlineMs'>>;

/**
 * One more task of each class that is small beside the largest of `works`, and of which by Little's law (arrivals per second x
 * promised time) several run at any time: with them a forecast keeps the device fast enough for what is about to come.
 */
export function expectedWorks(works: readonly Work[], demand: Demand, promises: Promises, nowMs: number): Work[] {
  const largest = works.reduce((most, work) => Math.max(most, work.decodeTokens), 0);
  return taskClasses.flatMap((taskClass) => {
    const seen = promises.get(taskClass);
    if (seen === undefined) return [];
    const targetMs = seen.deadlineMs - seen.arrivalMs;
    const decodeTokens = demand.decodeTokens(taskClass);
    const present = (demand.ratePerSecond(taskClass) * targetMs) / 1_000;
    if (present < presenceMin || decodeTokens * smallTimes > largest) return [];
    const prefillTokens = demand.prefillTokens(taskClass);
    return [
      {
        id: `expected:${taskClass}`,
        class: taskClass,
        promise: seen.promise,
        arrivalMs: nowMs,
        deadlineMs: nowMs + targetMs,
        prefillTokens,
        decodeTokens,
        contextTokens: 0,
        maxTokens: decodeTokens,
        relegated: false,
      },
    ];
  });
}

/**
 * Whether predicted lengths are good enough to give up promises by: learned from what was still predicted when tasks ended. They are
 * trusted at first, and no longer when the first task ends otherwise: trust that had to be earned would never come in an overload, where
 * nobody ends in time as long as nobody is given up.
 */
export class PredictionTrust {
  /** What each running task with the promise of an end was first predicted to have left, in tokens. Its work says what it has now. */
  readonly #watched = new Map<Work, number>();
  #error = errorMax;

  /** It starts. */
  watch(work: Work): void {
    if (isWatched(work)) this.#watched.set(work, work.decodeTokens);
  }

  /** Told before every decision, with all that run: who runs no longer has ended. */
  observe(running: readonly Work[]): void {
    for (const [work, first] of this.#watched) {
      if (running.includes(work)) continue;
      this.#watched.delete(work);
      if (isWatched(work))
        this.#error += errorGain * (Math.min(1, work.decodeTokens / Math.max(1, first)) - this.#error);
    }
  }

  /** It was taken back or gave up its sequence: it has not ended. */
  forget(work: Work): void {
    this.#watched.delete(work);
  }

  get isGood(): boolean {
    return this.#error <= errorMax;
  }
}

/** Completions end when somebody types on, and what was relegated is predicted to be long. */
function isWatched({ promise, relegated }: Work): boolean {
  return promise === 'e2e' && !relegated;
}

/** Share of each new error in the mean: it follows within tens of tasks. */
const errorGain = 0.1;

/** Mean share of a prediction that was still to come when the task ended, beyond which nobody is given up by predictions. */
const errorMax = 0.25;
