/** The figures of the replay on the real engine. Pure. */
import { aims } from '../../aims.ts';
import type { BenchResult } from '../../bench.ts';
import type { RunScore } from '../../replay/score.ts';
import { quantityText } from '../../report/numbers.ts';
import { figureTable, type TextTable } from '../../tables.ts';

/** One load played on one target. */
export interface Row {
  readonly target: string;
  readonly seed: number;
  readonly score: RunScore;
}

export interface ReplayContext {
  readonly policy: string;
  readonly against?: string;
  readonly sessions: number;
  readonly stretch: number;
  readonly seconds: number;
}

/** A target over all seeds. Times are means over the seeds, in ms of the load. */
export interface TargetScore {
  readonly target: string;
  readonly kept: number;
  readonly keptShare: number;
  readonly ttftP95Ms: number;
  readonly e2eP95Ms: number;
}

/**
 * Ratios of our policy to the comparator, the static target that kept most promises over all seeds; and to the server at a URL apart.
 * @throws when no static target was played.
 */
export function summarizeReplay(rows: readonly Row[], context: ReplayContext): BenchResult {
  const names = [...new Set(rows.map(({ target }) => target))];
  const scores = names.map((name) =>
    scoreOf(
      name,
      rows.filter(({ target }) => target === name),
    ),
  );
  const ours = scores.find(({ target }) => target === context.policy);
  const [best] = scores.filter(({ target }) => target.startsWith('static:')).sort((a, b) => b.kept - a.kept);
  if (ours === undefined || best === undefined) throw new Error('Both our policy and a static one must be played.');
  const server = scores.find(({ target }) => target === context.against);
  const figures = {
    'engine.goodput_ratio': ours.kept / best.kept,
    'engine.ttft_p95_ratio': ours.ttftP95Ms / best.ttftP95Ms,
    ...(server !== undefined && {
      'engine.against_goodput_ratio': ours.kept / server.kept,
      'engine.against_ttft_p95_ratio': ours.ttftP95Ms / server.ttftP95Ms,
    }),
  };
  return {
    figures,
    tables: [targetTable(scores, context, best.target), figureTable(figures, aims)],
    details: {
      ...context,
      comparator: best.target,
      targets: scores,
      seeds: [...new Set(rows.map(({ seed }) => seed))],
    },
  };
}

function targetTable(scores: readonly TargetScore[], { sessions, stretch }: ReplayContext, best: string): TextTable {
  return {
    title: `${sessions.toFixed(2)} editing sessions at a time, times stretched by ${stretch.toFixed(2)} and told unstretched`,
    columns: [{ label: 'target', isText: true }, { label: 'kept' }, { label: 'TTFT p95' }, { label: 'E2E p95' }],
    rows: scores.map(({ target, keptShare, ttftP95Ms, e2eP95Ms }) => [
      target,
      `${(100 * keptShare).toFixed(1)} %`,
      quantityText(ttftP95Ms, 'ms'),
      quantityText(e2eP95Ms, 'ms'),
    ]),
    note: `The ratios are to ${best}, the static one that kept most.`,
  };
}

function scoreOf(target: string, rows: readonly Row[]): TargetScore {
  const sum = (value: (score: RunScore) => number): number =>
    rows.reduce((total, { score }) => total + value(score), 0);
  const kept = sum((score) => score.keepable.kept);
  return {
    target,
    kept,
    keptShare: kept / sum((score) => score.keepable.promises),
    ttftP95Ms: sum((score) => score.ttft.p95) / rows.length,
    e2eP95Ms: sum((score) => score.e2e.p95) / rows.length,
  };
}
