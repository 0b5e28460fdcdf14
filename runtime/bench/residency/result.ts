/** What the bench prints: figures by name, everything else as data, and tables for people. Pure. */
import type { BenchResult } from '../bench.ts';
import { type Figure, type IntervalFigures, intervalFigures, intervalText, meanInterval } from '../interval.ts';
import { quantityText } from '../report/numbers.ts';
import { intervalTable, type TextTable } from '../tables.ts';
import { type ContenderName, isAblation, ruleNames } from './contenders.ts';
import {
  ablationFigures,
  aims,
  bestRule,
  type Cell,
  cells,
  comparator,
  figuresOf,
  isReached,
  meanOf,
  nameOf,
  type Played,
  valuesOf,
} from './figures.ts';
import { measures } from './measures.ts';
import type { Selection } from './selection.ts';

/** Ours as it ships has the names of the issue; what it comes to when nothing stands in is told beside it. */
const ours = [
  ['punctual', 'residency'],
  ['punctual_as_chosen', 'residency.as_chosen'],
] as const;

interface Told extends Figure {
  /** With its prefix. */
  readonly figure: string;
}

export function resultOf({ window, seeds, contenders }: Selection, played: readonly Played[]): BenchResult {
  const told = ours.flatMap(([contender, prefix]) =>
    figuresOf(contender, played).map((one): Told => ({ ...one, figure: `${prefix}.${one.name}` })),
  );
  const ablated = contenders.filter(isAblation).map((name) => ({ name, figures: ablationFigures(name, played) }));
  const reached = told.map(({ figure, name, interval }) => [figure, isReached(name, interval.mean)] as const);
  return {
    figures: Object.fromEntries(told.map(({ figure, interval }) => [figure, interval.mean])),
    details: {
      window,
      seeds,
      comparator,
      best: bestRule(played, ruleNames),
      intervals: Object.fromEntries(told.map(({ figure, interval }) => [figure, intervalFigures(interval)])),
      reached: Object.fromEntries(reached.filter(([, is]) => is !== undefined)),
      ablation: Object.fromEntries(ablated.map(({ name, figures }) => [name, intervalsOf(figures)])),
      cells: Object.fromEntries(cells.map((cell) => [nameOf(cell), cellFigures(cell, contenders, played)])),
    },
    tables: [
      ...cells.map((cell) => cellTable(cell, contenders, played)),
      ...(ablated.some(({ figures }) => figures.length > 0) ? [ablationTable(ablated)] : []),
      figureTable(told),
    ],
  };
}

function intervalsOf(figures: readonly Figure[]): Readonly<Record<string, IntervalFigures>> {
  return Object.fromEntries(figures.map(({ name, interval }) => [name, intervalFigures(interval)]));
}

/** Means over the seeds with their intervals, by contender and measure. */
function cellFigures(
  cell: Cell,
  contenders: readonly ContenderName[],
  played: readonly Played[],
): Readonly<Record<string, Readonly<Record<string, IntervalFigures>>>> {
  const of = (name: ContenderName): Record<string, IntervalFigures> =>
    Object.fromEntries(
      measures.map(({ name: measured, measure }) => [
        measured,
        intervalFigures(meanInterval(valuesOf(played, cell, name, measure))),
      ]),
    );
  return Object.fromEntries(contenders.map((name) => [name, of(name)]));
}

function cellTable(cell: Cell, contenders: readonly ContenderName[], played: readonly Played[]): TextTable {
  return {
    title: nameOf(cell),
    columns: [{ label: 'policy', isText: true }, ...measures.map(({ label }) => ({ label }))],
    rows: contenders.map((name) => [
      name,
      ...measures.map(({ unit, measure }) => quantityText(meanOf(valuesOf(played, cell, name, measure)), unit)),
    ]),
  };
}

interface Ablated {
  readonly name: ContenderName;
  readonly figures: readonly Figure[];
}

function ablationTable(ablated: readonly Ablated[]): TextTable {
  const columns = ablated[0]?.figures.map(({ name }) => ({ label: name })) ?? [];
  return {
    title: 'Ablation',
    columns: [{ label: 'policy', isText: true }, ...columns],
    rows: ablated.map(({ name, figures }) => [name, ...figures.map(({ interval }) => intervalText(interval, 2))]),
    note: 'Over punctual as it ships, 95 % intervals: above 1 is worse in the ratios, below 0 in the points.',
  };
}

function figureTable(told: readonly Told[]): TextTable {
  const figures = told.map(({ figure, interval }) => ({ name: figure, interval }));
  const note = `Against ${comparator}, the baseline with the best goodput on the tuning window, unless the name says otherwise. as_chosen: nothing stands in.`;
  return intervalTable(figures, Object.fromEntries(told.map(({ figure, name }) => [figure, aims[name]])), note);
}
