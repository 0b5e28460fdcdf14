import { describe, expect, it } from 'vitest';
import type { CompletionCase } from '../../runtime/eval/cases.ts';
import { figuresByName, tablesOf } from '../../runtime/eval/report.ts';
import {
  cutToKind,
  figuresOf,
  isExact,
  type Pair,
  pointsInterval,
  type Score,
  scoreOf,
  similarity,
} from '../../runtime/eval/score.ts';

const one: CompletionCase = {
  id: 'p/a.ts:10',
  split: 'report',
  package: 'p',
  path: 'a.ts',
  language: 'typescript',
  kind: 'single',
  shape: 'assign',
  before: 'const a = ',
  after: '\nconst b = 2;\n',
  expected: 'f(1);',
};

const score = (answer: string): Score => scoreOf(one, answer);
const pair = (raw: string, punctual: string): Pair => ({ raw: score(raw), punctual: score(punctual) });

describe('an exact match', () => {
  it.each([
    ['f(1);', 'f(1);', true],
    ['white space at the end', 'f(1); \t', false],
    ['f(1);', 'f(1);  ', true],
    ['f(1);  ', 'f(1);', true],
    ['a\n  b', 'a  \n  b\n', true],
    ['a\n  b', 'a\n b', false],
    ['f(1);', ' f(1);', false],
    ['f(1);', 'f(1);\ng();', false],
    ['\n  a', '\n  a', true],
    ['\n  a', '  a', false],
  ])('when %j is answered by %j, then it is %s', (expected, answer, is) => {
    expect(isExact(expected, answer)).toBe(is);
  });
});

describe('the similarity', () => {
  it.each([
    ['abcd', 'abcd', 1],
    ['abcd', 'abcd  ', 1],
    ['abcd', '', 0],
    ['abcd', '   ', 0],
    ['abcd', 'abxd', 0.75],
    ['abcd', 'abcdefgh', 0.5],
    ['abcd', 'wxyz', 0],
    ['', '', 1],
  ])('when %j is answered by %j, then it is %d', (expected, answer, value) => {
    expect(similarity(expected, answer)).toBeCloseTo(value, 10);
  });
});

describe('a score', () => {
  it('when nothing is shown, then it counts as empty and has no shape', () => {
    expect(score('')).toEqual({ isShown: false, isExact: false, similarity: 0, bad: [] });
    expect(score(' \n ')).toMatchObject({ isShown: false, bad: [] });
  });

  it('when the answer is good but for its brackets, then that is named', () => {
    expect(score('f(1));')).toMatchObject({ isShown: true, isExact: false, bad: ['unbalanced'] });
  });

  it('when a plain call writes more than the line, then only its line counts, in single-line cases', () => {
    expect(cutToKind('f(1);\ng();', 'single')).toBe('f(1);');
    expect(cutToKind('f(1);\ng();', 'multi')).toBe('f(1);\ng();');
    expect(cutToKind('\ng();', 'single')).toBe('');
  });
});

describe('the figures of an eval', () => {
  const pairs = [pair('f(1);', 'f(1);'), pair('f(1));', 'f(1);'), pair('g(2));', ''), pair('', 'f(2);')];

  it('when both arms are compared, then shares are of what each shows', () => {
    const figures = figuresOf(pairs);
    expect(figures).toMatchObject({ count: 4, exactRaw: 0.25, exact: 0.5, badShare: 0 });
    expect(figures.badShareRaw).toBeCloseTo(2 / 3, 10);
    expect(figures.shownShare).toBeCloseTo(2 / 3, 10);
    expect(figures.similarity).toBeCloseTo((1 + 1 + 0 + 0.8) / 4, 10);
  });

  it('when they are named, then they have the names of the issue, and HumanEval its own', () => {
    const results = pairs.map((both) => ({ case: one, answers: { raw: '', punctual: '' }, pair: both }));
    const given = results.map((result) => ({ ...result, case: { ...one, split: 'humaneval' as const } }));
    const figures = figuresByName([...results, ...given], 1);
    expect(Object.keys(figures)).toEqual([
      'eval.exact_points',
      'eval.exact_points_low',
      'eval.similarity_ratio',
      'eval.bad_shape_share',
      'eval.bad_shape_ratio',
      'eval.shown_share',
      'humaneval.exact',
      'humaneval.exact_raw',
      'humaneval.similarity',
      'humaneval.similarity_raw',
    ]);
    expect(figures['eval.exact_points']).toBeCloseTo(25, 10);
    expect(Object.keys(figuresByName(given, 1)).every((name) => name.startsWith('humaneval.'))).toBe(true);
    const [cases] = tablesOf(results, 1, 5);
    expect(cases?.rows.map(([name]) => name)).toEqual([
      'all',
      'single line',
      'typescript',
      'typescript, single',
      'shape assign',
    ]);
  });

  it('when one arm is right in one more case of ten, then the interval holds the difference, and the seed repeats it', () => {
    const many = Array.from({ length: 400 }, (_, index) => pair('x', index % 10 === 0 ? 'f(1);' : 'x'));
    const { low, high } = pointsInterval(many, 7);
    // The normal approximation: 10 ± 1.96 * 100 * sqrt(0.1 * 0.9 / 400) = 10 ± 2.94.
    expect(low).toBeCloseTo(7.06, 0);
    expect(high).toBeCloseTo(12.94, 0);
    expect(pointsInterval(many, 7)).toEqual({ low, high });
  });

  it('when both arms are right in the same cases, then the pairs leave nothing to chance', () => {
    const same = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? pair('f(1);', 'f(1);') : pair('x', 'x')));
    expect(pointsInterval(same, 1)).toEqual({ low: 0, high: 0 });
  });
});
