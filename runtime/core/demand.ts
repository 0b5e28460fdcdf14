/**
 * What arrives: how many tasks of each class per second, and how much work each brings. Learned from arrivals and from tasks that are
 * over. Pure; the time is an argument.
 *
 * Rates are decayed counts with a half-life of 20 s. Why: what admission asks is what will arrive while a summary or a translation
 * runs, which is 10 to 20 s. For counts of the next 10 s and 20 s, a half-life of 20 s is within 13 % of the best one (by Poisson
 * deviance) both on the Azure code trace of 2023 and on an editing session of 430 h; 5 s is up to 55 % worse there, as it forgets
 * a person who stops to think, and minutes miss the bursts.
 */
import type { Demand } from './policy.ts';
import { power } from './power.ts';
import type { TaskClass } from './task.ts';

interface ClassDemand {
  /** Arrivals, each halved every half-life, as of `lastMs`. */
  readonly count: number;
  readonly lastMs: number;
  /** Of the first arrival: before a half-life has passed, there is less to count than there will be. */
  readonly firstMs: number;
  readonly prefillTokens: number;
  readonly decodeTokens: number;
  /** Tasks whose work was seen, counted up to a bound. */
  readonly works: number;
}

/** Survives JSON unchanged. */
export type DemandModel = Readonly<Record<TaskClass, ClassDemand>>;

/** What one task made the device do, whether it was answered or cancelled. */
export interface WorkSample {
  readonly prefillTokens: number;
  readonly decodeTokens: number;
}

const halfLifeMs = 20_000;

/** Before any task: a keystroke on a warm prefix, and medium files. They weigh as much as {@link priorWorks} tasks. */
const priorWork: Readonly<Record<TaskClass, WorkSample>> = {
  completion: { prefillTokens: 60, decodeTokens: 16 },
  summarize: { prefillTokens: 400, decodeTokens: 80 },
  translate: { prefillTokens: 400, decodeTokens: 400 },
  generate: { prefillTokens: 400, decodeTokens: 80 },
};
const priorWorks = 4;
/** Means cover about so many tasks: an hour of typing is another document. */
const worksMax = 64;

export function newDemandModel(): DemandModel {
  const start = (name: TaskClass): ClassDemand => ({
    count: 0,
    lastMs: 0,
    firstMs: 0,
    ...priorWork[name],
    works: priorWorks,
  });
  return {
    completion: start('completion'),
    summarize: start('summarize'),
    translate: start('translate'),
    generate: start('generate'),
  };
}

/**
 * A task of the class arrived. A clock that jumps back counts as so much time that went by, as one that jumps ahead does: what arrives
 * from then on is counted by the new time.
 */
export function learnArrival(model: DemandModel, taskClass: TaskClass, nowMs: number): DemandModel {
  if (!Number.isFinite(nowMs)) return model;
  const known = model[taskClass];
  const isFirst = known.count === 0;
  const count = isFirst ? 1 : known.count * decay(nowMs - known.lastMs) + 1;
  const firstMs = isFirst ? nowMs : Math.min(known.firstMs, nowMs);
  return { ...model, [taskClass]: { ...known, count, lastMs: nowMs, firstMs } };
}

/** A task of the class is over. */
export function learnWork(model: DemandModel, taskClass: TaskClass, sample: WorkSample): DemandModel {
  const { prefillTokens, decodeTokens } = sample;
  const isSane = [prefillTokens, decodeTokens].every((tokens) => Number.isFinite(tokens) && tokens >= 0);
  if (!isSane) return model;
  const known = model[taskClass];
  const works = Math.min(worksMax, known.works + 1);
  const mean = (old: number, seen: number): number => old + (seen - old) / works;
  return {
    ...model,
    [taskClass]: {
      ...known,
      prefillTokens: mean(known.prefillTokens, prefillTokens),
      decodeTokens: mean(known.decodeTokens, decodeTokens),
      works,
    },
  };
}

/** The forecast as of now. */
export function demandOf(model: DemandModel, nowMs: number): Demand {
  return {
    ratePerSecond: (taskClass) => rateOf(model[taskClass], nowMs),
    prefillTokens: (taskClass) => model[taskClass].prefillTokens,
    decodeTokens: (taskClass) => model[taskClass].decodeTokens,
  };
}

function rateOf({ count, lastMs, firstMs }: ClassDemand, nowMs: number): number {
  if (count === 0) return 0;
  const now = Number.isFinite(nowMs) ? nowMs : lastMs;
  // What a steady rate of one per second would have counted by now; a single arrival never looks like a flood.
  const seconds = (halfLifeMs / 1_000 / Math.LN2) * (1 - decay(Math.max(now - firstMs, halfLifeMs)));
  return (count * decay(now - lastMs)) / seconds;
}

function decay(ms: number): number {
  return power(0.5, Math.abs(ms) / halfLifeMs);
}
