/** What the cells of SABER's set-up come to: figures, intervals, and a table for each workload. Pure. */
import type { BenchResult } from '../bench.ts';
import { type Interval, intervalFigures, intervalText, meanInterval, percentRange } from '../interval.ts';
import type { Target } from '../report/report.ts';
import { aimCells, aimColumns, type TextTable } from '../tables.ts';
import { saber } from '../workloads.ts';
import type { Competitor } from './cell.ts';
import type { Workload } from './requests.ts';

export interface Selection {
  readonly workloads: readonly Workload[];
  readonly requestsPerSecond: readonly number[];
  readonly competitors: readonly Competitor[];
  readonly seeds: readonly number[];
}

/** One workload, with known or unknown lengths. */
export interface RowResult {
  /** As in `saber.W1`. */
  readonly name: string;
  readonly workload: Workload;
  readonly areLengthsKnown: boolean;
  /** In %, by seed, rate and competitor, in the order of the selection. */
  readonly goodputs: readonly (readonly (readonly number[])[])[];
}

/** By how many points punctual is to be ahead, with known lengths, over all rates. */
const leadAims: Readonly<Record<Workload, Partial<Record<Competitor, Target>>>> = {
  W1: { saber: { atLeast: 9 }, static: { atLeast: 22 } },
  W2: { saber: { atLeast: 0.8 }, static: { atLeast: 1.8 } },
  W3: { saber: { atLeast: 8 }, static: { atLeast: 15 } },
};

/** The share of what `offline` keeps that punctual is to keep at least: so it may be behind by the rest. */
const offlineShareMin = 0.98;

/** A competitor in a row. */
interface Entry {
  readonly competitor: Competitor;
  readonly goodput: Interval;
  readonly perRate: readonly number[];
  /** Of punctual, in points; pairs of the same seed, so the interval is that of the difference. Undefined for itself, or without it. */
  readonly lead: Interval | undefined;
}

export function resultOf(selection: Selection, rows: readonly RowResult[]): BenchResult {
  const figures: Record<string, number> = {};
  const intervals: Record<string, unknown> = {};
  const perRate: Record<string, readonly number[]> = {};
  const tables: TextTable[] = [];
  for (const row of rows) {
    const entries = entriesOf(row, selection);
    for (const entry of entries) {
      const name = `${row.name}.${entry.competitor}`;
      figures[name] = entry.goodput.mean;
      intervals[name] = intervalFigures(entry.goodput, percentRange);
      perRate[name] = entry.perRate;
      if (entry.lead !== undefined)
        intervals[`${row.name}.punctual - ${entry.competitor}`] = intervalFigures(entry.lead);
    }
    tables.push(tableOf(row, entries, selection));
  }
  const { requestsPerSecond, seeds } = selection;
  return { figures, details: { requests: saber.requests, seeds, requestsPerSecond, intervals, perRate }, tables };
}

function entriesOf({ goodputs }: RowResult, { competitors, requestsPerSecond }: Selection): Entry[] {
  const ours = competitors.indexOf('punctual');
  return competitors.map((competitor, index) => {
    const ahead = goodputs.map((rates) => meanOf(rates.map((cell) => (cell[ours] ?? 0) - (cell[index] ?? 0))));
    return {
      competitor,
      goodput: meanInterval(goodputs.map((rates) => meanOf(rates.map((cell) => cell[index] ?? Number.NaN)))),
      perRate: requestsPerSecond.map((_, rate) => meanOf(goodputs.map((rates) => rates[rate]?.[index] ?? Number.NaN))),
      lead: ours < 0 || ours === index ? undefined : meanInterval(ahead),
    };
  });
}

/** Aims are meant for all rates together, and for known lengths. */
function tableOf(row: RowResult, entries: readonly Entry[], { requestsPerSecond }: Selection): TextTable {
  const hasAims = row.areLengthsKnown && requestsPerSecond.length === saber.requestsPerSecond.length;
  const lengths = row.areLengthsKnown ? 'known lengths' : 'lengths that no policy knows';
  return {
    title: `${row.name}, ${lengths}: mean goodput over ${requestsPerSecond.join(', ')} requests per second`,
    columns: [
      { label: 'policy', isText: true },
      { label: 'goodput % (95 %)' },
      { label: "punctual's lead, points (95 %)" },
      ...(hasAims ? aimColumns : []),
    ],
    rows: entries.map((entry) => [
      entry.competitor,
      intervalText(entry.goodput, 1, percentRange),
      entry.lead === undefined ? '' : intervalText(entry.lead, 1),
      ...(hasAims ? aimCells(entry.lead?.mean ?? Number.NaN, leadAimOf(row.workload, entry)) : []),
    ]),
  };
}

function leadAimOf(workload: Workload, { competitor, goodput, lead }: Entry): Target | undefined {
  if (lead === undefined) return undefined;
  if (competitor === 'offline') return { atLeast: (offlineShareMin - 1) * goodput.mean };
  return leadAims[workload][competitor];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
