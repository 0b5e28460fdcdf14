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
import type { AblationName } from './ablation.ts';
import { type ContenderName, isAblation, setupOf } from './contenders.ts';
import { dayOf } from './day.ts';
import {
  ablationFigures,
  aims,
  type Cell,
  cells,
  comparator,
  figuresOf,
  nameOf,
  type Played,
  valuesOf,
} from './figures.ts';
import { measures } from './measures.ts';
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
    ...(ablated.length === 0 ? [] : [ablationTable(ablated, played)]),
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

function ablationTable(names: readonly AblationName[], played: readonly Played[]): TableSection {
  const told = names.map((name) => ({ name, figures: ablationFigures(name, played) }));
  return {
    kind: 'table',
    title: 'ablation: what each mechanism is worth',
    note: 'Over punctual as it ships: above 1 is worse in the ratios, below 0 in the points.',
    columns: [{ label: 'policy' }, ...(told[0]?.figures ?? []).map(({ name }) => ({ label: name }))],
    rows: told.map(({ name, figures }) => [name, ...figures.map(({ interval }) => measured(interval))]),
  };
}

function cellTable(
  title: string,
  cell: Cell,
  names: readonly ContenderName[],
  played: readonly Played[],
): TableSection {
  return {
    kind: 'table',
    title,
    columns: [{ label: 'policy' }, ...measures.map(({ label, unit }) => ({ label, ...(unit && { unit }) }))],
    rows: names.map((name) => [
      name,
      ...measures.map(({ measure }) => measured(meanInterval(valuesOf(played, cell, name, measure)))),
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
