/** The residency bench as one HTML page: figures with their aims, every policy in every cell, distributions, the ablation. */
import { meanInterval } from '../interval.ts';
import type {
  DistributionSection,
  Measured,
  Report,
  Role,
  Section,
  TableSection,
  TextSection,
} from '../report/report.ts';
import { commitOf, thisMachine, writeReport } from '../report/write.ts';
import { type ContenderName, isAblation, setupOf } from './contenders.ts';
import { dayOf } from './day.ts';
import {
  aims,
  type Cell,
  cells,
  comparator,
  figuresOf,
  type Measure,
  nameOf,
  type Played,
  valuesOf,
} from './figures.ts';
import type { Selection } from './selection.ts';
import { simulate } from './simulate.ts';

export async function writeResidencyReport(
  file: string,
  selection: Selection,
  played: readonly Played[],
): Promise<void> {
  const report: Report = {
    title: 'Several models in one small memory',
    summary:
      'Four to seven models in 8 or 16 GB, simulated days of eight hours at an editor: which models are resident, and what their coming and going costs.',
    run: {
      command: ['bench', ...process.argv.slice(2)].join(' '),
      seeds: selection.seeds,
      commit: await commitOf(),
      machine: thisMachine(),
      facts: { Window: selection.window, Comparator: comparator },
    },
    sections: sectionsOf(selection, played),
  };
  await writeReport(file, report);
}

function sectionsOf(selection: Selection, played: readonly Played[]): Section[] {
  const policies = selection.contenders.filter((name) => !isAblation(name));
  const ablated = selection.contenders.filter((name) => isAblation(name));
  return [
    figureTable('punctual', played),
    figureTable('punctual_as_chosen', played),
    ...cells.map((cell) => cellTable(`${nameOf(cell)}: policies`, cell, policies, played)),
    ...(ablated.length === 0
      ? []
      : cells.map((cell) => cellTable(`${nameOf(cell)}: ablation`, cell, ['punctual', ...ablated], played))),
    ...cells.map((cell) => distribution(cell, selection)),
    decisions(selection),
  ];
}

function figureTable(ours: 'punctual' | 'punctual_as_chosen', played: readonly Played[]): TableSection {
  const stands =
    ours === 'punctual' ? 'models of a class stand in for each other' : 'every task has the model chosen for it';
  return {
    kind: 'table',
    title: `${ours}: figures`,
    note: `Against ${comparator}, the best baseline on the tuning window; ${stands}. Geometric means of the four cells, 95 % intervals over seeds.`,
    columns: [{ label: 'figure' }, { label: 'value' }],
    rows: figuresOf(ours, played).map(({ name, interval }) => {
      const target = aims[name];
      return [name, { ...measured(interval), ...(target && { target }) }];
    }),
  };
}

const columns: readonly { readonly label: string; readonly unit?: string; readonly measure: Measure }[] = [
  { label: 'goodput, mean of classes', unit: '%', measure: ({ goodput }) => goodput },
  { label: 'goodput of all', unit: '%', measure: ({ goodputAll }) => goodputAll },
  { label: 'loading', unit: 's', measure: ({ loadSeconds }) => loadSeconds },
  { label: 'loads', measure: ({ loads }) => loads },
  { label: 'ahead', measure: ({ loadsAhead }) => loadsAhead },
  { label: 'wasted', measure: ({ loadsWasted }) => loadsWasted },
  { label: 'wasted', unit: 's', measure: ({ wastedSeconds }) => wastedSeconds },
  { label: 'evictions', measure: ({ evictions }) => evictions },
  { label: 'other TTFT p95', unit: 'ms', measure: ({ otherTtftP95 }) => otherTtftP95 },
  { label: 'completion p99', unit: 'ms', measure: ({ completionTtftP99 }) => completionTtftP99 },
  { label: 'read ahead', unit: 'GB', measure: ({ readAheadGb }) => readAheadGb },
  { label: 'by stand-ins', unit: '%', measure: ({ substitutedPercent }) => substitutedPercent },
];

function cellTable(
  title: string,
  cell: Cell,
  names: readonly ContenderName[],
  played: readonly Played[],
): TableSection {
  return {
    kind: 'table',
    title,
    columns: [{ label: 'policy' }, ...columns.map(({ label, unit }) => ({ label, ...(unit && { unit }) }))],
    rows: names.map((name) => [
      name,
      ...columns.map(({ measure }) => measured(meanInterval(valuesOf(played, cell, name, measure)))),
    ]),
  };
}

function measured({
  mean,
  low,
  high,
}: {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}): Measured {
  return { value: mean, ...(Number.isFinite(low) && { low, high }) };
}

function distribution(cell: Cell, { seeds, contenders }: Selection): DistributionSection {
  const shown: readonly ContenderName[] = [comparator, 'lru_reading', 'punctual', 'punctual_as_chosen', 'clairvoyant'];
  const { device, day } = cell;
  return {
    kind: 'distribution',
    title: `${nameOf(cell)}: TTFT of all but completions`,
    note: `${Math.min(seeds.length, seedsDrawn)} seeds.`,
    value: { label: 'time to the first token', unit: 'ms' },
    series: shown
      .filter((name) => contenders.includes(name))
      .map((name) => ({
        name,
        ...roleOf(name),
        values: seeds.slice(0, seedsDrawn).flatMap((seed) => {
          const drawn = dayOf(device, day, seed);
          const { rows } = simulate({ device, day: drawn, setup: setupOf(name, drawn) });
          return rows.filter(({ task }) => task.class !== 'completion').map(({ ttftMs }) => ttftMs);
        }),
      })),
  };
}

/** Seeds behind a distribution, one for each fleet, and sentences of the log that are shown. */
const seedsDrawn = 3;
const sentencesShown = 40;

function roleOf(name: ContenderName): { readonly role?: Role } {
  if (name === 'clairvoyant') return { role: 'bound' };
  return name === 'punctual' || name === 'punctual_as_chosen' ? {} : { role: 'baseline' };
}

function decisions({ seeds: [seed = 0] }: Selection): TextSection {
  const day = dayOf('16gb', 'ordinary', seed);
  const run = simulate({ device: '16gb', day, setup: setupOf('punctual', day), keepsDecisions: true });
  const told = run.decisions.filter(({ decision }) => decision.kind !== 'wait').slice(0, sentencesShown);
  return {
    kind: 'text',
    title: '16gb ordinary: the first decisions',
    paragraphs: told.map(({ atMs, decision }) => `${(atMs / 60_000).toFixed(1)} min: ${decision.why}`),
  };
}
