/** What a replay prints: figures by name, everything else as data, and tables for people. Pure. */
import type { BenchResult } from '../bench.ts';
import { type IntervalFigures, intervalFigures, intervalText, percentRange } from '../interval.ts';
import { numberText, quantityText } from '../report/numbers.ts';
import { aimCells, aimColumns, type TextTable } from '../tables.ts';
import { prefixOf, type Ratio, ratiosOf, type Summary } from './figures.ts';
import type { CellResult, Selection } from './results.ts';
import { targets } from './targets.ts';

export function resultOf({ seeds, window }: Selection, results: readonly CellResult[]): BenchResult {
  const figures: Record<string, number> = {};
  const cells: Record<string, unknown> = {};
  const tables: TextTable[] = [];
  for (const { cell, played, summaries, bound } of results) {
    const name = `${prefixOf(cell)}.${cell.level}`;
    for (const { contender, goodput } of summaries) figures[`${name}.${contender}`] = goodput.mean;
    figures[`${name}.bound`] = 100 * bound;
    const fitted = summaries.find(({ contender }) => contender === 'fitted');
    if (fitted !== undefined) figures[`${name}.fitted_prompt_percent`] = fitted.prompt;
    const ratios = ratiosOf(cell, played);
    for (const { figure, interval } of ratios) figures[figure] = interval.mean;
    cells[name] = {
      load: cell.load,
      ratios: Object.fromEntries(ratios.map((ratio) => [ratio.figure, ratioFigures(ratio)])),
      contenders: Object.fromEntries(summaries.map((summary) => [summary.contender, summaryFigures(summary)])),
    };
    tables.push(policyTable(`${name}, ${cell.load} editing sessions at a time`, summaries, bound));
    if (ratios.length > 0) tables.push(ratioTable(ratios));
  }
  return { figures, details: { window, seeds, cells }, tables };
}

function ratioFigures({ interval, other }: Ratio): IntervalFigures & { readonly other: number } {
  return { ...intervalFigures(interval), other };
}

function summaryFigures({ goodput, all, contender: _, ...rest }: Summary): Record<string, unknown> {
  return { goodput: intervalFigures(goodput, percentRange), all: intervalFigures(all, percentRange), ...rest };
}

function policyTable(title: string, summaries: readonly Summary[], bound: number): TextTable {
  const ms = (value: number): string => quantityText(value, 'ms');
  return {
    title,
    columns: [
      { label: 'policy', isText: true },
      { label: 'kept % (95 %)' },
      { label: 'completions' },
      { label: 'summaries' },
      { label: 'translations' },
      { label: 'TTFT p95' },
      { label: 'E2E p95' },
      { label: 'wasted' },
    ],
    rows: [
      ...summaries.map(({ contender, goodput, classes, ttft, e2e, wastedPerFinishedCompletion: wasted }) => [
        contender,
        intervalText(goodput, 1, percentRange),
        ...[classes.completion, classes.summarize, classes.translate].map(({ kept }) => percentText(kept)),
        ms(ttft.p95),
        ms(e2e.p95),
        numberText(wasted),
      ]),
      ['bound', (100 * bound).toFixed(1), '', '', '', '', '', ''],
    ],
    note: 'Kept: of the promises that some order can keep, also by class. Wasted: tokens per finished completion. Nobody keeps more than the bound.',
  };
}

function percentText(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : '–';
}

function ratioTable(ratios: readonly Ratio[]): TextTable {
  return {
    columns: [
      { label: 'punctual over the comparator', isText: true },
      { label: 'ratio (95 %)' },
      { label: 'to the other' },
      ...aimColumns,
    ],
    rows: ratios.map(({ figure, interval, other }) => [
      figure,
      intervalText(interval, 3),
      Number.isFinite(other) ? other.toFixed(3) : '–',
      ...aimCells(interval.mean, targets[figure]),
    ]),
    note: 'The comparator is the better one of the best fixed numbers of sequences without and with parking (static, static_parked).',
  };
}
