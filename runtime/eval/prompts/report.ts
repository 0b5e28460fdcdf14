/** From judged answers to figures and tables. Pure. */
import type { TextTable } from '../../bench/tables.ts';
import { meanInterval, meanOf } from '../interval.ts';
import type { CaseJudged } from './evaluate.ts';
import { type PromptTask, scoreOf } from './subjects.ts';

export interface PromptFigures {
  readonly task: PromptTask;
  readonly cases: number;
  /** Means over the cases, 0 to 1, with their 95 % intervals. */
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly criteria: readonly CriterionFigures[];
  /** Only where two prompts were asked. */
  readonly changed?: ChangeFigures;
}

export interface CriterionFigures {
  readonly name: string;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  /** Of the changed prompt. */
  readonly changed?: number;
}

/** `difference` is changed less shipped, case by case; its interval says whether it may be chance. */
export interface ChangeFigures {
  readonly score: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

export function promptFigures(judged: readonly CaseJudged[], seed: number): PromptFigures[] {
  const tasks = [...new Set(judged.map(({ task }) => task))];
  return tasks.map((task) => {
    const own = judged.filter((one) => one.task === task);
    const scores = own.map(({ shipped }) => scoreOf(shipped.scores));
    const pairs = own.flatMap(({ shipped, changed }) =>
      changed === undefined ? [] : [{ before: scoreOf(shipped.scores), after: scoreOf(changed.scores) }],
    );
    const differences = pairs.map(({ before, after }) => after - before);
    return {
      ...{ task, cases: own.length, score: meanOf(scores), ...meanInterval(scores, seed) },
      criteria: Object.keys(own[0]?.shipped.scores ?? {}).map((name) => criterionFigures(name, own, seed)),
      ...(pairs.length > 0 && {
        changed: {
          score: meanOf(pairs.map(({ after }) => after)),
          difference: meanOf(differences),
          ...meanInterval(differences, seed),
        },
      }),
    };
  });
}

function criterionFigures(name: string, own: readonly CaseJudged[], seed: number): CriterionFigures {
  const values = own.map(({ shipped }) => shipped.scores[name] ?? 0);
  const after = own.flatMap(({ changed }) => (changed === undefined ? [] : [changed.scores[name] ?? 0]));
  const score = meanOf(values);
  return { name, score, ...meanInterval(values, seed), ...(after.length > 0 && { changed: meanOf(after) }) };
}

/** By name: `prompts.translate`, and `prompts.translate_points_low` where two prompts were asked. */
export function figuresByName(prompts: readonly PromptFigures[]): Record<string, number> {
  const entries = prompts.flatMap(({ task, score, changed }): [string, number][] => {
    const name = `prompts.${task.replaceAll('-', '_')}`;
    if (changed === undefined) return [[name, score]];
    return [
      [name, score],
      [`${name}_points`, 100 * changed.difference],
      [`${name}_points_low`, 100 * changed.low],
    ];
  });
  return Object.fromEntries(entries);
}

export function tablesOf(prompts: readonly PromptFigures[]): TextTable[] {
  const hasChange = prompts.some(({ changed }) => changed !== undefined);
  const named = { label: 'prompt', isText: true };
  const summary: TextTable = {
    title: 'Prompts',
    columns: [
      ...[named, { label: 'cases' }, { label: 'score' }, { label: '95 %' }],
      ...(hasChange ? [{ label: 'changed' }, { label: 'points' }, { label: '95 %' }] : []),
    ],
    rows: prompts.map(({ task, cases, score, low, high, changed }) => [
      ...[task, String(cases), decimal(score), `${decimal(low)}–${decimal(high)}`],
      ...(changed
        ? [decimal(changed.score), points(changed.difference), `${points(changed.low)} to ${points(changed.high)}`]
        : []),
    ]),
    ...(hasChange && {
      note: 'Points: changed less shipped, case by case. Nothing is shown while 0 lies in the interval.',
    }),
  };
  const criteria: TextTable = {
    title: 'Criteria',
    columns: [
      ...[named, { label: 'criterion', isText: true }, { label: 'score' }, { label: '95 %' }],
      ...(hasChange ? [{ label: 'changed' }] : []),
    ],
    rows: prompts.flatMap((prompt) =>
      prompt.criteria.map(({ name, score, low, high, changed }, index) => [
        ...[index === 0 ? prompt.task : '', name, decimal(score), `${decimal(low)}–${decimal(high)}`],
        ...(hasChange ? [changed === undefined ? '' : decimal(changed)] : []),
      ]),
    ),
    note: 'Each is 0 to 1 for an answer, and an answer that is not there has 0 of all. None knows whether an answer is right.',
  };
  return [summary, criteria];
}

function decimal(value: number): string {
  return value.toFixed(2);
}

function points(difference: number): string {
  const text = (100 * difference).toFixed(1);
  return difference > 0 ? `+${text}` : text;
}
