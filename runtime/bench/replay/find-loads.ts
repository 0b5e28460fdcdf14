/**
 * The load at which the comparator keeps a given share of the promises that can be kept, with its best setting there: what the figures
 * of the replay are measured at. On the tuning window and its seeds; the results stand in workloads.ts as data.
 */
import { costsOf } from '../../engine/simulated-model.ts';
import { type MachineName, machines, type StaticSetting } from '../workloads.ts';
import type { Window } from './arrivals.ts';
import { staticContender, staticSettings, toldSetting } from './contenders.ts';
import { replayLoad, type TraceName } from './loads.ts';
import { scoreRun } from './score.ts';
import { simulate } from './simulate.ts';
import type { Traces } from './traces.ts';

export interface Found {
  /** Editing sessions at a time. */
  readonly load: number;
  /** Of the better one of these. */
  readonly share: number;
  /** The best without parking, and with it. */
  readonly plain: Judged;
  readonly parked: Judged;
}

export interface Judged {
  readonly setting: StaticSetting;
  /** Of the promises that can be kept; mean over the seeds. */
  readonly share: number;
}

/** A setting that is behind the best one by more than this at one load is not tried at the next: loads differ less and less. */
const behindMax = 0.06;

/** The load is found to within this share of it. */
const precision = 0.02;

/** Between these, in sessions; goodput falls with load. */
const range = [0.5, 16] as const;

export interface Search {
  readonly traces: Traces;
  readonly trace: TraceName;
  readonly machine: MachineName;
  /** What the comparator is to keep. */
  readonly share: number;
  /** Whether its KV cells may be parked. */
  readonly parks: boolean;
  readonly window: Window;
  readonly seeds: readonly number[];
  readonly log: (line: string) => void;
}

export function findLoad(search: Search): Found {
  const judge = (load: number, settings: readonly StaticSetting[]): Judged[] => judged(search, load, settings);
  let settings: readonly StaticSetting[] = staticSettings(search.machine).filter(({ parks }) => search.parks || !parks);
  const load = bisect(range, search.share, (at) => {
    const all = judge(at, settings);
    const [best] = all;
    settings = all.filter(({ share }) => (best?.share ?? 0) - share <= behindMax).map(({ setting }) => setting);
    search.log(
      `${search.machine} ${at.toFixed(2)}: ${all
        .slice(0, 4)
        .map(({ setting, share }) => `${(100 * share).toFixed(1)} % ${toldSetting(setting)}`)
        .join('; ')}`,
    );
    return best?.share ?? 0;
  });
  const final = judge(load, staticSettings(search.machine));
  const best = (parks: boolean): Judged => {
    const first = final.find(({ setting }) => setting.parks === parks);
    if (first === undefined) throw new Error('The comparator has no setting.');
    return first;
  };
  return {
    load,
    share: search.parks ? (final[0]?.share ?? Number.NaN) : best(false).share,
    plain: best(false),
    parked: best(true),
  };
}

/** Where a falling function of the load crosses `share`; geometric, as loads differ by factors. */
export function bisect(
  [from, to]: readonly [number, number],
  share: number,
  shareAt: (load: number) => number,
): number {
  let [low, high] = [from, to];
  while (high / low > 1 + precision) {
    const middle = Math.sqrt(low * high);
    if (shareAt(middle) >= share) low = middle;
    else high = middle;
  }
  return Math.round(100 * Math.sqrt(low * high)) / 100;
}

/** The best first. */
function judged(search: Search, load: number, settings: readonly StaticSetting[]): Judged[] {
  const { traces, trace, machine, window, seeds } = search;
  const costs = costsOf(machines[machine].model.costs);
  const loads = seeds.map((seed) => replayLoad(traces, { trace, machine, seed, load, window }));
  return settings
    .map((setting) => {
      const { policy, machine: switched } = staticContender(machine, setting);
      const shares = loads.map(
        (each) => scoreRun(each, simulate({ load: each, policy, machine: switched }).rows, costs).keepable.share,
      );
      return { setting, share: shares.reduce((sum, share) => sum + share, 0) / shares.length };
    })
    .sort((a, b) => b.share - a.share);
}
