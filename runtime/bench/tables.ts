/** What a bench prints for people: tables, and the figures with their aims as one. Pure. */
import { type TextColumn, textTable } from '../cli/text-table.ts';
import { type Figure, intervalText } from './interval.ts';
import { isReached, numberText, targetText } from './report/numbers.ts';
import type { Target } from './report/report.ts';

export interface TextTable {
  readonly title?: string;
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly string[])[];
  /** How to read it. */
  readonly note?: string;
}

/** The last two columns of a table with aims. */
export const aimColumns: readonly TextColumn[] = [
  { label: 'aim', isText: true },
  { label: '', isText: true },
];

/** Cells of {@link aimColumns}. */
export function aimCells(value: number, aim: Target | undefined): readonly [string, string] {
  if (aim === undefined) return ['', ''];
  return [targetText(aim), Number.isFinite(value) ? (isReached(value, aim) ? 'reached' : 'missed') : 'unmeasured'];
}

/** @param aims by the names of the figures; columns of aims are left out when none of the figures has one. */
export function figureTable(
  figures: Readonly<Record<string, number>>,
  aims: Readonly<Record<string, Target | undefined>>,
): TextTable {
  const names = Object.keys(figures);
  const hasAims = names.some((name) => aims[name] !== undefined);
  return {
    columns: [{ label: 'figure', isText: true }, { label: 'value' }, ...(hasAims ? aimColumns : [])],
    rows: Object.entries(figures).map(([name, value]) => [
      name,
      numberText(value),
      ...(hasAims ? aimCells(value, aims[name]) : []),
    ]),
  };
}

/** @param note how to read it. @param decimals of the values. */
export function intervalTable(
  figures: readonly Figure[],
  aims: Readonly<Record<string, Target | undefined>>,
  note: string,
  decimals = 3,
): TextTable {
  return {
    columns: [{ label: 'figure', isText: true }, { label: 'value (95 %)' }, ...aimColumns],
    rows: figures.map(({ name, interval }) => [
      name,
      intervalText(interval, decimals),
      ...aimCells(interval.mean, aims[name]),
    ]),
    note,
  };
}

export function tablesText(tables: readonly TextTable[]): string {
  return tables
    .map(({ title, columns, rows, note }) =>
      [...(title === undefined ? [] : [title]), textTable(columns, rows), ...(note === undefined ? [] : [note])].join(
        '\n',
      ),
    )
    .join('\n\n');
}
