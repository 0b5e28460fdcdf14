/** What keystrokes cost: from requests and their prompts to figures. Pure. */
import { completionSourceSchema } from '../../protocol.ts';
import { median, quantile } from '../bench.ts';
import type { TextTable } from '../tables.ts';
import type { Order } from './models.ts';
import type { Asked } from './session.ts';
import type { Prefill } from './watched-tasks.ts';

/** Beyond what was typed: the last token of a prompt is always evaluated, and the word at the cursor may be cut off it. */
const edgeTokens = 3;

export interface Played {
  readonly order: Order;
  readonly asked: readonly Asked[];
  /** Prompt tokens evaluated while nobody waited. */
  readonly idleTokens: number;
}

export interface KeystrokeFigures {
  /** Of the tasks' prompts, the share that was evaluated: mean, and half of them at most. */
  readonly evaluatedMean: number;
  readonly evaluatedMedian: number;
  /** Of the requests, those for which nothing was evaluated but text that was typed since the prompt was made. */
  readonly noPrefillShare: number;
  /** Of the requests, those for which nothing was evaluated but what was typed since the last one. */
  readonly appendedShare: number;
  readonly tasksPerShown: number;
  /** What it would be if every request were a task. */
  readonly requestsPerShown: number;
}

/** @param tokens how many the model writes a text with. */
export function keystrokeFigures({ asked }: Played, tokens: (text: string) => number): KeystrokeFigures {
  const tasks = asked.flatMap(({ prefills, inserted }) => prefills.map((prefill) => ({ prefill, inserted })));
  const shares = tasks.flatMap(({ prefill }) => evaluatedShare(prefill) ?? []);
  const shown = asked.filter(({ isShown }) => isShown).length;
  const shareOf = (isCheap: (prefill: Prefill, inserted: string) => boolean): number =>
    asked.filter(({ prefills, inserted }) => prefills.every((prefill) => isCheap(prefill, inserted))).length /
    asked.length;
  return {
    evaluatedMean: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    evaluatedMedian: median(shares),
    noPrefillShare: shareOf(({ prompt: { typed = '' }, ...prefill }) => isWithin(prefill, tokens(typed) + 1)),
    appendedShare: shareOf((prefill, inserted) => isWithin(prefill, tokens(inserted) + edgeTokens)),
    tasksPerShown: tasks.length / shown,
    requestsPerShown: asked.length / shown,
  };
}

type Counts = Pick<Prefill, 'promptTokens' | 'reusedTokens'>;

function evaluatedTokens({ promptTokens = 0, reusedTokens = 0 }: Counts): number {
  return promptTokens - reusedTokens;
}

/** Undefined for a task that never came to the engine. */
function evaluatedShare(prefill: Counts): number | undefined {
  return prefill.promptTokens === undefined ? undefined : evaluatedTokens(prefill) / prefill.promptTokens;
}

function isWithin(prefill: Counts, tokensMax: number): boolean {
  return evaluatedTokens(prefill) <= tokensMax;
}

export function figuresByName(of: ReadonlyMap<Order, KeystrokeFigures>): Record<string, number> {
  return Object.fromEntries(
    [...of].flatMap(([order, figures]) => {
      const end = order === 'prefix-first' ? '' : '.suffix_first';
      return [
        [`completion.reevaluated_mean${end}`, figures.evaluatedMean],
        [`completion.reevaluated_median${end}`, figures.evaluatedMedian],
        [`completion.no_prefill_share${end}`, figures.noPrefillShare],
        [`completion.appended_share${end}`, figures.appendedShare],
        [`completion.tasks_per_shown${end}`, figures.tasksPerShown],
        [`completion.requests_per_shown${end}`, figures.requestsPerShown],
      ] as const;
    }),
  );
}

export function sourceTable(played: readonly Played[]): TextTable {
  const sources = completionSourceSchema.options;
  return {
    title: 'Requests of the editor, and who answered',
    columns: [
      { label: 'model reads', isText: true },
      { label: 'requests' },
      ...sources.map((label) => ({ label })),
      { label: 'taken back' },
      { label: 'shown' },
      { label: 'tasks' },
      { label: 'evaluated, 90 %' },
      { label: 'idle tokens' },
    ],
    rows: played.map(({ order, asked, idleTokens }) => {
      const prefills = asked.flatMap((one) => one.prefills);
      const shares = prefills.flatMap((prefill) => evaluatedShare(prefill) ?? []);
      return [
        order,
        String(asked.length),
        ...sources.map((source) => String(asked.filter(({ from }) => from === source).length)),
        String(asked.filter(({ from }) => from === undefined).length),
        String(asked.filter(({ isShown }) => isShown).length),
        String(prefills.length),
        `${(100 * quantile(shares, 0.9)).toFixed(1)} %`,
        String(idleTokens),
      ];
    }),
    note: 'Evaluated: of the prompt of a task, the share that was not in the cache; nine of ten less. Idle: prompt tokens evaluated while nobody waited.',
  };
}
