/** What a simulated day comes to, in numbers. Pure. */
import { quantile } from '../bench.ts';
import type { Row, SimulatedDay } from './tally.ts';
import { type DayClass, gigabyte } from './workloads.ts';

export interface Score {
  /** Prefetches counted, in s. */
  readonly loadSeconds: number;
  readonly loads: number;
  readonly loadsAhead: number;
  readonly loadsWasted: number;
  /** Of `loadSeconds`, those of loads ahead that nobody used. */
  readonly wastedSeconds: number;
  readonly evictions: number;
  readonly resizes: number;
  readonly readAheadGb: number;
  /** Mean of the classes' shares of kept promises, in %. */
  readonly goodput: number;
  /** Share over all tasks, in %. */
  readonly goodputAll: number;
  readonly classes: Readonly<Record<DayClass, number>>;
  readonly substitutedPercent: number;
  /** Of all classes but completions, in ms. */
  readonly otherTtftP95: number;
  readonly completionTtftP95: number;
  readonly completionTtftP99: number;
  readonly tasks: number;
  readonly others: number;
}

const classes: readonly DayClass[] = ['completion', 'summarize', 'translate', 'chat'];

export function isKept({ task, ttftMs, e2eMs }: Row): boolean {
  return (task.promise === 'ttft' ? ttftMs : e2eMs) <= task.deadlineMs - task.arrivalMs;
}

export function scoreOf(day: SimulatedDay): Score {
  const ofClass = (name: DayClass): readonly Row[] => day.rows.filter(({ task }) => task.class === name);
  const shares = Object.fromEntries(classes.map((name) => [name, keptPercent(ofClass(name))])) as Score['classes'];
  const others = day.rows.filter(({ task }) => task.class !== 'completion');
  const completionTtfts = ofClass('completion').map(({ ttftMs }) => ttftMs);
  return {
    loadSeconds: day.loadMs / 1_000,
    loads: day.loads,
    loadsAhead: day.loadsAhead,
    loadsWasted: day.loadsWasted,
    wastedSeconds: day.wastedMs / 1_000,
    evictions: day.evictions,
    resizes: day.resizes,
    readAheadGb: day.readAheadBytes / gigabyte,
    goodput: classes.reduce((sum, name) => sum + shares[name], 0) / classes.length,
    goodputAll: keptPercent(day.rows),
    classes: shares,
    substitutedPercent: (100 * others.filter(({ isSubstituted }) => isSubstituted).length) / others.length,
    otherTtftP95: quantile(
      others.map(({ ttftMs }) => ttftMs),
      0.95,
    ),
    completionTtftP95: quantile(completionTtfts, 0.95),
    completionTtftP99: quantile(completionTtfts, 0.99),
    tasks: day.rows.length,
    others: others.length,
  };
}

function keptPercent(rows: readonly Row[]): number {
  return (100 * rows.filter(isKept).length) / rows.length;
}
