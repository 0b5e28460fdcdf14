/**
 * When models leave by themselves, from what the user set, the power and the memory pressure. Pure.
 *
 * The times count from the last use of a model. `N` is what the user set in minutes.
 *
 * |                               | other models leave after | completion model after | share of the budget | loads, reads ahead |
 * |-------------------------------|--------------------------|------------------------|---------------------|--------------------|
 * | mains or unknown, no pressure | N                        | 2 N                    | 1                   | yes                |
 * | battery, no pressure          | N / 3                    | 2 N / 3                | 1                   | no                 |
 * | some pressure                 | N / 3, 5 min at most     | twice that             | 3/4                 | no                 |
 * | critical pressure             | 30 s                     | 1 min                  | 1/2                 | no                 |
 *
 * 1. The completion model leaves last: it has twice the time. A model to which the user gave a time of its own has that one, the
 *    completion model too: whoever names it knows what it does.
 * 2. With N = 0 models stay, however long nobody used them, also on battery and under pressure: the user said so. The smaller budget
 *    holds for them all the same, because where RAM runs out the machine stands still: what is idle leaves, least worthy first, but never
 *    the completion model.
 * 3. On battery a model that idles keeps a graphics processor from sleeping; loads that nobody waits for cost energy for a guess.
 * 4. Power and pressure only ever shorten a time; the shortest is 30 s, so that no model leaves between two questions of one person.
 * 5. When the cause is gone, the old times hold again, and the residency policy brings the completion model back by itself if it was used
 *    within its time: the next keystroke finds it there.
 */
import type { PowerSource } from './power.ts';
import type { PressureLevel } from './pressure.ts';

export interface HostConditions {
  readonly power: PowerSource;
  readonly pressure: PressureLevel;
}

/** What the residency policy should go by now; the names are those of its options. */
export interface ReleaseRule {
  /** Infinite: never. In ms. */
  readonly releaseAfterMs: number;
  readonly releasePinnedAfterMs: number;
  /** Of the memory for models, in (0, 1]. */
  readonly budgetShare: number;
  readonly loadsAhead: boolean;
  readonly readsAhead: boolean;
}

const minuteMs = 60_000;
const releaseMsMin = 30_000;
const pinnedFactor = 2;
const hurryFactor = 1 / 3;
const pressedMsMax = 5 * minuteMs;

/** @param unloadAfterMinutes the user's setting for models that have no time of their own; 0: never. */
export function releaseRule(unloadAfterMinutes: number, { power, pressure }: HostConditions): ReleaseRule {
  const isCalm = pressure === 'none';
  const isAhead = isCalm && power !== 'battery'; // 3
  const releaseAfterMs = releaseMs(unloadAfterMinutes, { power, pressure });
  return {
    releaseAfterMs,
    releasePinnedAfterMs: releaseAfterMs * pinnedFactor, // 1
    budgetShare: budgetShares[pressure],
    loadsAhead: isAhead,
    readsAhead: isAhead,
  };
}

const budgetShares: Readonly<Record<PressureLevel, number>> = { none: 1, some: 3 / 4, critical: 1 / 2 };

/** After so long without use a model leaves of which this is set; infinite: never. In ms. */
export function releaseMs(unloadAfterMinutes: number, { power, pressure }: HostConditions): number {
  if (unloadAfterMinutes <= 0) return Number.POSITIVE_INFINITY; // 2
  const setMs = Math.max(releaseMsMin, unloadAfterMinutes * minuteMs);
  const hurriedMs = Math.max(releaseMsMin, setMs * hurryFactor); // 4
  switch (pressure) {
    case 'none':
      return power === 'battery' ? hurriedMs : setMs;
    case 'some':
      return Math.min(hurriedMs, pressedMsMax);
    case 'critical':
      return releaseMsMin;
    default:
      return pressure satisfies never;
  }
}
