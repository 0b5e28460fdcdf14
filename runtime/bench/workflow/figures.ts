/** What the runs of a machine come to: the figures by the names of the project's issue, each with its interval over the seeds. Pure. */
import { type Figure, type Interval, meanInterval, ratioInterval } from '../interval.ts';
import { meanOf } from '../replay/figures.ts';
import type { Target } from '../report/report.ts';
import type { MachineName } from '../workloads.ts';
import type { ContenderName } from './contenders.ts';
import type { Played } from './play.ts';

/** Judged on `cpu`; the same names with `gpu` in them are reported. */
export const aims: Readonly<Record<string, Target | undefined>> = {
  'workflow.attainment_points': { atLeast: 13 },
  'workflow.e2e_p95_ratio': { atMost: 1 },
  'workflow.completion_points': { atLeast: -0.5 },
  'workflow.degraded_points': { atLeast: 18 },
  'workflow.degraded_e2e_p95_ratio': { atMost: 0.9 },
};

type Measure = (run: Played) => number;

const attained: Measure = (run) => run.attained;
const completions: Measure = (run) => run.completions;
const p95: Measure = (run) => run.p95;

/** Against (a), unless the name says otherwise. Empty where one of the two did not play. */
export function figuresOf(machine: MachineName, played: readonly Played[]): Figure[] {
  const prefix = machine === 'cpu' ? 'workflow' : `workflow.${machine}`;
  const runsOf = (name: ContenderName): readonly Played[] => played.filter(({ contender }) => contender === name);
  const compared = (
    name: string,
    [ours, theirs]: readonly [ContenderName, ContenderName],
    of: (ours: readonly Played[], theirs: readonly Played[]) => Interval,
  ): Figure[] => {
    const [a, b] = [runsOf(ours), runsOf(theirs)];
    return a.length === 0 || b.length === 0 ? [] : [{ name: `${prefix}.${name}`, interval: of(a, b) }];
  };
  return [
    ...compared('attainment_points', ['workflow', 'split'], pointsOf(attained)),
    ...compared('e2e_p95_ratio', ['workflow', 'split'], ratioOf(p95)),
    ...compared('completion_points', ['workflow', 'split'], pointsOf(completions)),
    ...compared('degraded_points', ['degraded', 'split'], pointsOf(attained)),
    ...compared('degraded_e2e_p95_ratio', ['degraded', 'split'], ratioOf(p95)),
    ...compared('degraded_completion_points', ['degraded', 'split'], pointsOf(completions)),
    ...compared('whole_points', ['workflow', 'whole'], pointsOf(attained)),
    ...compared('each_points', ['workflow', 'split_each'], pointsOf(attained)),
    ...compared('static_points', ['workflow', 'static'], pointsOf(attained)),
    ...compared('static_e2e_p95_ratio', ['workflow', 'static'], ratioOf(p95)),
    ...compared('known_points', ['known', 'split'], pointsOf(attained)),
  ];
}

function pointsOf(measure: Measure): (ours: readonly Played[], theirs: readonly Played[]) => Interval {
  return (ours, theirs) => meanInterval(ours.map((run, index) => measure(run) - measureAt(theirs, index, measure)));
}

/** Runs of one contender stand in the order of the seeds. */
function measureAt(runs: readonly Played[], index: number, measure: Measure): number {
  const run = runs[index];
  return run === undefined ? Number.NaN : measure(run);
}

function ratioOf(measure: Measure): (ours: readonly Played[], theirs: readonly Played[]) => Interval {
  return (ours, theirs) => ratioInterval(ours.map(measure), theirs.map(measure));
}

/** Of one contender, over all seeds. */
export interface Summary {
  readonly contender: ContenderName;
  /** Of the workflows, in %. */
  readonly attained: Interval;
  readonly means: Readonly<Record<Exclude<keyof Played, 'contender' | 'seed'>, number>>;
}

export function summaryOf(contender: ContenderName, played: readonly Played[]): Summary {
  const runs = played.filter((run) => run.contender === contender);
  const mean = (measure: Measure): number => meanOf(runs.map(measure));
  return {
    contender,
    attained: meanInterval(runs.map(attained)),
    means: {
      workflows: mean((run) => run.workflows),
      attained: mean(attained),
      summariesAttained: mean((run) => run.summariesAttained),
      translationsAttained: mean((run) => run.translationsAttained),
      p50: mean((run) => run.p50),
      p95: mean(p95),
      completions: mean(completions),
      degraded: mean((run) => run.degraded),
      relegated: mean((run) => run.relegated),
      busy: mean((run) => run.busy),
    },
  };
}
