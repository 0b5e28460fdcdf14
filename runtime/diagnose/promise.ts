/**
 * Which promise a measurement justifies. Pure.
 *
 * A promise is of use to a person only within bounds: nobody notices a shorter one than the floor, and one beyond the ceiling would be
 * kept by whatever comes, so it says nothing. In between it is what was measured with a margin, rounded up to a figure that people use.
 */
import type { TaskClass } from '../core/task.ts';

interface Bounds {
  readonly floorMs: number;
  readonly ceilingMs: number;
}

/** Ghost text that comes later than the ceiling of its first token is typed over; whoever waits for a text looks away after a while. */
export const promiseBounds: Readonly<Record<TaskClass, Bounds>> = {
  completion: { floorMs: 100, ceilingMs: 2_000 },
  summarize: { floorMs: 2_000, ceilingMs: 60_000 },
  translate: { floorMs: 4_000, ceilingMs: 120_000 },
  generate: { floorMs: 500, ceilingMs: 5_000 },
};

/** An ordinary task alone on an idle machine is the best case; others compute too, and prompts are longer at times. */
const modelledMargin = 2;
/** The 95th percentile of real tasks has most of that in it. */
const measuredMargin = 1.2;

const mantissas = [1, 1.2, 1.5, 1.8, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next figure that is not smaller: 100, 120, 150, 180, 200, 250, 300, 400, 500, 600, 800, 1000, and so on. @param ms above 0 */
export function roundedUpMs(ms: number): number {
  const unit = 10 ** Math.floor(Math.log10(ms));
  const share = ms / unit;
  // What a division leaves over is no reason for the next figure.
  const mantissa = mantissas.find((each) => each >= share - 1e-9) ?? 10;
  return Math.round(mantissa * unit * 1e6) / 1e6;
}

function bounded(name: TaskClass, ms: number): number {
  const { floorMs, ceilingMs } = promiseBounds[name];
  return Math.min(ceilingMs, Math.max(floorMs, roundedUpMs(Math.max(1, ms))));
}

/** @param p95Ms of real tasks of the class, as they were timed. */
export function promiseOfSamples(name: TaskClass, p95Ms: number): number {
  return bounded(name, p95Ms * measuredMargin);
}

/** @param ordinaryMs of an ordinary task on an idle machine, by what forward passes were found to cost. */
export function promiseOfCosts(name: TaskClass, ordinaryMs: number): number {
  return bounded(name, ordinaryMs * modelledMargin);
}

/**
 * What stands stays while what was measured moves a little: a promise that changes with each forward pass is none. It changes when it became
 * too short, or when it is more than twice as long as it need be.
 */
export function steadyPromise(name: TaskClass, ordinaryMs: number, standingMs: number | undefined): number {
  const wanted = promiseOfCosts(name, ordinaryMs);
  if (standingMs === undefined) return wanted;
  const isTooShort = wanted > standingMs && ordinaryMs * (modelledMargin - 0.5) > standingMs;
  const isTooLong = wanted * 2 < standingMs;
  return isTooShort || isTooLong ? wanted : standingMs;
}

/** The smallest sample that is not smaller than this share of all. @param samples at least one */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}
