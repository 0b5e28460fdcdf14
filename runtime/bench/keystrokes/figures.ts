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
  /** Of the prompt, the share that was evaluated for a request, 0 where it was answered without a task: mean, and half at most. */
  readonly evaluatedMean: number;
  readonly evaluatedMedian: number;
  /** The same of the tasks alone. */
  readonly taskEvaluatedMean: number;
  /** Of the requests, those for which nothing was evaluated but what was typed since the last one. */
  readonly appendedShare: number;
  /** Those, and the requests inside text that was typed since a prompt was made. */
  readonly noPrefillShare: number;
  readonly tasksPerShown: number;
  /** What it would be if every request were a task. */
  readonly requestsPerShown: number;
}

/** @param tokens how many the model writes a text with. */
export function keystrokeFigures({ asked }: Played, tokens: (text: string) => number): KeystrokeFigures {
  const perTask = asked.flatMap(({ prefills }) => prefills.flatMap((prefill) => evaluatedShare(prefill) ?? []));
  const perRequest = asked.map(({ prefills }) => sum(prefills.map((prefill) => evaluatedShare(prefill) ?? 0)));
  const shown = asked.filter(({ isShown }) => isShown).length;
  const isAppended = ({ prefills, inserted }: Asked): boolean =>
    prefills.every((prefill) => evaluatedTokens(prefill) <= tokens(inserted) + edgeTokens);
  const shareOf = (isGood: (one: Asked) => boolean): number => asked.filter(isGood).length / asked.length;
  return {
    evaluatedMean: sum(perRequest) / asked.length,
    evaluatedMedian: median(perRequest),
    taskEvaluatedMean: sum(perTask) / perTask.length,
    appendedShare: shareOf(isAppended),
    noPrefillShare: shareOf((one) => one.isInside || isAppended(one)),
    tasksPerShown: sum(asked.map(({ prefills }) => prefills.filter(({ isIdle }) => !isIdle).length)) / shown,
    requestsPerShown: asked.length / shown,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

type Counts = Pick<Prefill, 'promptTokens' | 'reusedTokens'>;

function evaluatedTokens({ promptTokens = 0, reusedTokens = 0 }: Counts): number {
  return promptTokens - reusedTokens;
}

/** Undefined for a task that never came to the engine. */
function evaluatedShare(prefill: Counts): number | undefined {
  return prefill.promptTokens === undefined ? undefined : evaluatedTokens(prefill) / prefill.promptTokens;
}

export function figuresByName(of: ReadonlyMap<Order, KeystrokeFigures>): Record<string, number> {
  return Object.fromEntries(
    [...of].flatMap(([order, figures]) => {
      const end = order === 'prefix-first' ? '' : '.suffix_first';
      return [
        [`completion.reevaluated_mean${end}`, figures.evaluatedMean],
        [`completion.reevaluated_median${end}`, figures.evaluatedMedian],
        [`completion.reevaluated_task_mean${end}`, figures.taskEvaluatedMean],
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
