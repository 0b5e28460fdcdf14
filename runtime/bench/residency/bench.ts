/**
 * Residency: four to seven models in 8 or 16 GB, an ordinary and a heavy day of eight hours at the editor. Every policy on the same
 * days; the figures of ours against the best baseline, against LRU with the same reader ahead, and against the one that knows the day.
 */
import type { Bench, BenchResult } from '../bench.ts';
import { checkWritable } from '../files.ts';
import { type IntervalFigures, intervalFigures } from '../interval.ts';
import { ablationNames } from './ablation.ts';
import { type ContenderName, policyNames, ruleNames } from './contenders.ts';
import {
  bestRule,
  type Cell,
  cells,
  comparator,
  figuresOf,
  isReached,
  meanOf,
  nameOf,
  type Played,
} from './figures.ts';
import { play } from './play.ts';
import { type Selection, selectionOf } from './selection.ts';
import { seeds } from './workloads.ts';

export const residencyBench: Bench = {
  name: 'residency',
  summary: 'several models in one small memory, simulated days at an editor, all policies side by side',
  takes: { full: '10 minutes', quick: '1 minute' },
  options: [
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${seeds.reporting.length}` },
    { name: 'window', value: 'reporting|tuning', help: 'which seeds (default: reporting)' },
    { name: 'policy', value: 'punctual,lru_pinned', help: `only these, of ${policyNames.join(', ')}` },
    { name: 'ablation', value: 'all', help: `also ours with one mechanism off: all, ${ablationNames.join(', ')}` },
    { name: 'html', value: 'FILE', help: 'also write a page with tables and plots, in a folder that exists' },
  ],
  async run(options) {
    const selection = selectionOf(options);
    if (options.values?.['html'] !== undefined) checkWritable('html', options.values['html']);
    const played = play(selection, options.log);
    const html = options.values?.['html'];
    if (html !== undefined) {
      const { writeResidencyReport } = await import('./html.ts');
      await writeResidencyReport(html, selection, played);
    }
    return resultOf(selection, played);
  },
};

/** Pure. */
export function resultOf({ window, seeds: drawn, contenders }: Selection, played: readonly Played[]): BenchResult {
  const figures: Record<string, number> = {};
  const intervals: Record<string, IntervalFigures> = {};
  const reached: Record<string, boolean> = {};
  // Ours as it ships has the names of the issue; what it comes to when nothing stands in is told beside it.
  for (const [ours, prefix] of [
    ['punctual', 'residency'],
    ['punctual_as_chosen', 'residency.as_chosen'],
  ] as const) {
    for (const { name, interval } of figuresOf(ours, played)) {
      const figure = `${prefix}.${name}`;
      figures[figure] = interval.mean;
      intervals[figure] = intervalFigures(interval);
      const isAimReached = isReached(name, interval.mean);
      if (isAimReached !== undefined) reached[figure] = isAimReached;
    }
  }
  const table = Object.fromEntries(
    cells.map((cell) => [nameOf(cell), Object.fromEntries(contenders.map((name) => [name, row(played, cell, name)]))]),
  );
  return {
    figures,
    details: { window, seeds: drawn, comparator, best: bestRule(played, ruleNames), intervals, reached, table },
  };
}

/** A line for a person, of one contender in one cell. */
function row(played: readonly Played[], cell: Cell, name: ContenderName): string {
  const own = played.filter((run) => run.contender === name && run.device === cell.device && run.day === cell.day);
  const mean = (of: (score: Played['score']) => number): number => meanOf(own.map(({ score }) => of(score)));
  const shares = (['completion', 'summarize', 'translate', 'chat'] as const).map(
    (kind) => `${kind} ${mean(({ classes }) => classes[kind]).toFixed(1)}`,
  );
  return [
    `goodput ${mean(({ goodput }) => goodput).toFixed(1)} % (${shares.join(', ')}), of all ${mean(({ goodputAll }) => goodputAll).toFixed(2)} %`,
    `loading ${mean(({ loadSeconds }) => loadSeconds).toFixed(0)} s in ${mean(({ loads }) => loads).toFixed(0)}`,
    `${mean(({ loadsAhead }) => loadsAhead).toFixed(1)} ahead, ${mean(({ loadsWasted }) => loadsWasted).toFixed(1)} wasted (${mean(({ wastedSeconds }) => wastedSeconds).toFixed(0)} s)`,
    `${mean(({ evictions }) => evictions).toFixed(0)} evictions, ${mean(({ resizes }) => resizes).toFixed(0)} resizes`,
    `other TTFT p95 ${(mean(({ otherTtftP95 }) => otherTtftP95) / 1_000).toFixed(1)} s`,
    `completion p95 ${mean(({ completionTtftP95 }) => completionTtftP95).toFixed(0)} ms, p99 ${mean(({ completionTtftP99 }) => completionTtftP99).toFixed(0)} ms`,
    `read ahead ${mean(({ readAheadGb }) => readAheadGb).toFixed(0)} GB`,
    `${mean(({ substitutedPercent }) => substitutedPercent).toFixed(1)} % by stand-ins`,
  ].join('; ');
}
