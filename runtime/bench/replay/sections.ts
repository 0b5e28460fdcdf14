/** The parts of the replay's report, from results that are there already. Pure. */
import type { Interval } from '../interval.ts';
import type { Measured, Role, Section, TableSection } from '../report/report.ts';
import { type BenchClass, benchClasses } from '../workloads.ts';
import { ablationNames } from './ablation.ts';
import type { ContenderName } from './contenders.ts';
import { prefixOf, type Ratio, ratiosOf, type Summary } from './figures.ts';
import type { CellResult } from './results.ts';
import { busyKinds } from './simulate.ts';
import { targets } from './targets.ts';

/** What ours is compared with has the look of a baseline. */
export function roleOf(name: ContenderName): Role | undefined {
  if (name === 'clairvoyant') return 'bound';
  return name === 'punctual' || isAblation(name) ? undefined : 'baseline';
}

function isAblation(name: ContenderName): boolean {
  return (ablationNames as readonly string[]).includes(name);
}

export function cellSections(result: CellResult): Section[] {
  const { cell, summaries } = result;
  const title = `${prefixOf(cell)}, ${cell.level}`;
  const policies = summaries.filter(({ contender }) => !isAblation(contender));
  const ratios = ratiosOf(cell, result.played);
  return [
    ...(ratios.length === 0 ? [] : [ratioTable(title, ratios)]),
    policyTable(`${title}: policies at ${cell.load} sessions`, policies, result.bound),
    classTable(`${title}: classes`, policies),
    ...ablationTables(title, summaries),
  ];
}

function ratioTable(title: string, ratios: readonly Ratio[]): TableSection {
  return {
    kind: 'table',
    title: `${title}: punctual over the comparator`,
    note: 'The comparator is the better one of the best fixed numbers of sequences without and with parking; the last column is the ratio to the other.',
    columns: [{ label: 'figure' }, { label: 'ratio' }, { label: 'other comparator', role: 'baseline' }],
    rows: ratios.map(({ figure, interval, other }) => {
      const target = targets[figure];
      return [figure, { ...measured(interval), ...(target && { target }) }, other];
    }),
  };
}

function policyTable(title: string, summaries: readonly Summary[], bound: number): TableSection {
  const rows = summaries.map(({ contender, goodput, all, ttft, e2e, device, ...rest }) => [
    contender,
    measured(goodput),
    measured(all),
    ttft.p50,
    ttft.p95,
    ttft.p95Keepable,
    e2e.p50,
    e2e.p95,
    rest.wastedPerFinishedCompletion,
    rest.relegated,
    ...busyKinds.map((kind) => device[kind]),
  ]);
  const unknown = Array.from({ length: 8 + busyKinds.length }, () => undefined);
  return {
    kind: 'table',
    title,
    note: 'Goodput is of the promises that some order can keep, then of all. Quantiles are over every promise; what was never answered counts ten targets. The bound is a relaxation: only the time of the machine counts, not when it is free.',
    columns: [
      { label: 'policy' },
      { label: 'goodput', unit: '%' },
      { label: 'of all', unit: '%' },
      { label: 'TTFT p50', unit: 'ms' },
      { label: 'TTFT p95', unit: 'ms' },
      { label: 'TTFT p95 of keepable', unit: 'ms' },
      { label: 'E2E p50', unit: 'ms' },
      { label: 'E2E p95', unit: 'ms' },
      { label: 'wasted per finished completion', unit: 'tokens' },
      { label: 'relegated' },
      ...busyKinds.map((kind) => ({ label: `device: ${kind}`, unit: '%' })),
    ],
    rows: [...rows, ['bound', 100 * bound, ...unknown]],
  };
}

function classTable(title: string, summaries: readonly Summary[]): TableSection {
  const kept = (summary: Summary, name: BenchClass): number => summary.classes[name].kept;
  return {
    kind: 'table',
    title,
    note: 'Of the promises of each class that some order can keep.',
    columns: [
      { label: 'policy' },
      ...benchClasses.flatMap((name) => [
        { label: `${name} kept`, unit: '%' },
        { label: `${name} p95`, unit: 'ms' },
      ]),
    ],
    rows: summaries.map((summary) => [
      summary.contender,
      ...benchClasses.flatMap((name) => [kept(summary, name), summary.classes[name].p95]),
    ]),
  };
}

function ablationTables(title: string, summaries: readonly Summary[]): TableSection[] {
  const whole = summaries.find(({ contender }) => contender === 'punctual');
  const ablated = summaries.filter(({ contender }) => isAblation(contender));
  if (whole === undefined || ablated.length === 0) return [];
  return [
    {
      kind: 'table',
      title: `${title}: each mechanism off in turn`,
      note: 'Points of goodput lost without it; negative where it costs some.',
      columns: [
        { label: 'without' },
        { label: 'goodput', unit: '%' },
        { label: 'lost', unit: 'points' },
        { label: 'TTFT p95 of keepable', unit: 'ms' },
        { label: 'E2E p95', unit: 'ms' },
      ],
      rows: [whole, ...ablated].map(({ contender, goodput, ttft, e2e }) => [
        contender.replace('without_', '').replaceAll('_', ' '),
        measured(goodput),
        whole.goodput.mean - goodput.mean,
        ttft.p95Keepable,
        e2e.p95,
      ]),
    },
  ];
}

export function measured({ mean, low, high }: Interval): Measured {
  return { value: mean, low, high };
}
