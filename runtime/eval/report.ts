/** From the results of a completion eval to its figures and tables. Pure. */
import type { TextTable } from '../bench/tables.ts';
import type { CompletionCase } from './cases.ts';
import { badShapes } from './checkers/index.ts';
import { type Figures, figuresOf, type Pair, pointsInterval, type Score } from './score.ts';

export interface CaseResult {
  readonly case: CompletionCase;
  readonly answers: { readonly raw: string; readonly punctual: string };
  readonly pair: Pair;
}

/** HumanEval is in most models' training data: it shows that the pipeline works, never that an answer is good. */
function judged(results: readonly CaseResult[]): CaseResult[] {
  return results.filter((result) => result.case.split !== 'humaneval');
}

function given(results: readonly CaseResult[]): CaseResult[] {
  return results.filter((result) => result.case.split === 'humaneval');
}

const pairsOf = (results: readonly CaseResult[]): Pair[] => results.map(({ pair }) => pair);

/** By the names that the project's issues and docs use; only what there are cases for. */
export function figuresByName(results: readonly CaseResult[], seed: number): Record<string, number> {
  const pairs = pairsOf(judged(results));
  const others = figuresOf(pairsOf(given(results)));
  const one = figuresOf(pairs);
  const { low } = pointsInterval(pairs, seed);
  return {
    ...(one.count > 0 && {
      'eval.exact_points': pointsOf(one),
      'eval.exact_points_low': low,
      'eval.similarity_ratio': one.similarity / one.similarityRaw,
      'eval.bad_shape_share': one.badShare,
      'eval.bad_shape_ratio': one.badShare / one.badShareRaw,
      'eval.shown_share': one.shownShare,
    }),
    ...(others.count > 0 && {
      'humaneval.exact': others.exact,
      'humaneval.exact_raw': others.exactRaw,
      'humaneval.similarity': others.similarity,
      'humaneval.similarity_raw': others.similarityRaw,
    }),
  };
}

function pointsOf({ exact, exactRaw }: Figures): number {
  return 100 * (exact - exactRaw);
}

interface Group {
  readonly name: string;
  readonly results: readonly CaseResult[];
}

/** Languages, kinds and shapes, each apart; groups without cases are left out. */
function groupsOf(results: readonly CaseResult[]): Group[] {
  const by = (nameOf: (one: CompletionCase) => string): Group[] => {
    const names = [...new Set(results.map((result) => nameOf(result.case)))];
    return names.map((name) => ({ name, results: results.filter((result) => nameOf(result.case) === name) }));
  };
  return [
    { name: 'all', results },
    ...by(({ kind }) => `${kind} line`.replace('multi line', 'multi-line')),
    ...by(({ language }) => language),
    ...by(({ language, kind }) => `${language}, ${kind}`),
    ...by(({ shape }) => `shape ${shape}`),
  ];
}

export function detailsOf(results: readonly CaseResult[], seed: number): Record<string, unknown> {
  const own = judged(results);
  return {
    interval: pointsInterval(pairsOf(own), seed),
    groups: groupsOf(own).map(({ name, results: part }) => ({ name, ...figuresOf(pairsOf(part)) })),
    badShapes: badCounts(own),
    humaneval: groupsOf(given(results)).map(({ name, results: part }) => ({ name, ...figuresOf(pairsOf(part)) })),
  };
}

function badCounts(results: readonly CaseResult[]): { shape: string; raw: number; punctual: number }[] {
  const count = (arm: keyof Pair, has: (score: Score) => boolean): number =>
    results.filter(({ pair }) => has(pair[arm])).length;
  return badShapes.map((shape) => ({
    shape,
    raw: count('raw', ({ bad }) => bad.includes(shape)),
    punctual: count('punctual', ({ bad }) => bad.includes(shape)),
  }));
}

export function tablesOf(results: readonly CaseResult[], seed: number, msPerCase: number): TextTable[] {
  const own = judged(results);
  const others = given(results);
  return [
    ...(own.length === 0 ? [] : [groupTable('Cases', own), badTable(own, seed)]),
    ...(others.length === 0 ? [] : [{ ...groupTable('HumanEval infilling, reported and not judged', others) }]),
    {
      columns: [{ label: 'cases', isText: true }, { label: 'count' }, { label: 'ms a case' }],
      rows: [['all, both arms', String(results.length), msPerCase.toFixed(0)]],
    },
  ];
}

function groupTable(title: string, results: readonly CaseResult[]): TextTable {
  const labels = ['cases', 'exact raw %', 'exact %', 'similarity raw', 'similarity', 'bad raw %', 'bad %', 'shown %'];
  return {
    title,
    columns: [{ label: '', isText: true }, ...labels.map((label) => ({ label }))],
    rows: groupsOf(results).map(({ name, results: part }) => {
      const one = figuresOf(pairsOf(part));
      return [
        name,
        String(one.count),
        percent(one.exactRaw),
        percent(one.exact),
        decimal(one.similarityRaw),
        decimal(one.similarity),
        percent(one.badShareRaw),
        percent(one.badShare),
        percent(one.shownShare),
      ];
    }),
    note: 'bad: of the answers shown; shown: of the cases in which raw says something. An answer that is not shown counts as empty.',
  };
}

function badTable(results: readonly CaseResult[], seed: number): TextTable {
  const { low, high } = pointsInterval(pairsOf(results), seed);
  return {
    title: 'Bad shapes, answers',
    columns: [{ label: 'shape', isText: true }, { label: 'raw' }, { label: 'punctual' }],
    rows: badCounts(results).map(({ shape, raw, punctual }) => [shape, String(raw), String(punctual)]),
    note: `Exact match above raw: ${pointsOf(figuresOf(pairsOf(results))).toFixed(1)} points, 95 % ${low.toFixed(1)} to ${high.toFixed(1)} (paired bootstrap).`,
  };
}

function percent(share: number): string {
  return Number.isFinite(share) ? (100 * share).toFixed(1) : '–';
}

function decimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}
