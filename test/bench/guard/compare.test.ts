import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { accepted, type BaselineLine, baselineSchema, compare, passes } from '../../../runtime/bench/guard/compare.ts';

const goodput: BaselineLine = { figure: 'goodput', value: 60, tolerance: 0, direction: 'higher' };
const growth: BaselineLine = {
  figure: 'growth',
  value: 1.2,
  tolerance: 0.3,
  direction: 'lower',
  because: 'it is a ratio of times',
};
const baseline = [goodput, growth];

function kinds(figures: Record<string, number>): string[] {
  return compare(baseline, figures).map(({ figure, kind }) => `${figure} ${kind}`);
}

describe('the guard', () => {
  it('when nothing changed, then everything passes', () => {
    const verdicts = compare(baseline, { goodput: 60, growth: 1.2 });
    expect(verdicts.map(({ kind }) => kind)).toEqual(['same', 'same']);
    expect(passes(verdicts)).toBe(true);
  });

  it('when a figure became worse, then it fails and names the figure, the old and the new value', () => {
    const verdicts = compare(baseline, { goodput: 59.9, growth: 1.6 });
    expect(passes(verdicts)).toBe(false);
    expect(verdicts.map(({ sentence }) => sentence)).toEqual([
      'goodput is worse: it was 60 and is 59.9 (higher is better).',
      'growth is worse: it was 1.2 and is 1.6, more than the tolerance of 0.3 (lower is better).',
    ]);
  });

  it('when a figure became better, then it passes and is told', () => {
    const verdicts = compare(baseline, { goodput: 61, growth: 0.8 });
    expect(passes(verdicts)).toBe(true);
    expect(verdicts[0]?.sentence).toBe('goodput is better: it was 60 and is 61 (higher is better).');
    expect(verdicts[1]?.kind).toBe('better');
  });

  it('when a figure moves within its tolerance, then it is the same', () => {
    expect(kinds({ goodput: 60, growth: 1.45 })).toEqual(['goodput same', 'growth same']);
    expect(kinds({ goodput: 60.000_01, growth: 1 })).toEqual(['goodput same', 'growth same']);
  });

  it('when a figure of the baseline was not measured, then it fails', () => {
    expect(kinds({ goodput: 60 })).toEqual(['goodput same', 'growth missing']);
    expect(kinds({ goodput: Number.NaN, growth: 1.2 })).toEqual(['goodput missing', 'growth same']);
    expect(passes(compare(baseline, { goodput: 60 }))).toBe(false);
  });

  it('when a figure is not in the baseline, then it fails and says what to add', () => {
    const verdicts = compare(baseline, { goodput: 60, growth: 1.2, other: 3 });
    expect(passes(verdicts)).toBe(false);
    expect(verdicts.at(-1)?.sentence).toMatch(/^other = 3 is not in the baseline: add a line/);
  });

  it('when better values are accepted, then the worse ones stay; when all are, then none does', () => {
    const figures = { goodput: 61.000_04, growth: 1.9, other: 3 };
    expect(accepted(baseline, figures, 'better')).toEqual([{ ...goodput, value: 61 }, growth]);
    expect(accepted(baseline, figures, 'all')).toEqual([
      { ...goodput, value: 61 },
      { ...growth, value: 1.9 },
    ]);
    expect(accepted(baseline, { goodput: Number.NaN }, 'all')).toEqual(baseline);
  });

  it('when a baseline has a figure twice, a tolerance without a reason or a word too many, then it is refused', () => {
    const { because: _, ...unexplained } = growth;
    for (const wrong of [[goodput, goodput], [unexplained], [{ ...goodput, note: 'x' }], [{ ...goodput, value: null }]])
      expect(baselineSchema.safeParse(wrong).success).toBe(false);
    expect(baselineSchema.safeParse(baseline).success).toBe(true);
  });

  it('when the committed baseline is read, then it guards the simulators and the scheduler', () => {
    const file = path.resolve(import.meta.dirname, '../../../runtime/bench/guard/baseline.json');
    const figures = baselineSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).map(({ figure }) => figure);
    for (const start of ['guard.saber.W1', 'guard.replay.cpu', 'guard.replay.gpu', 'guard.scheduler'])
      expect(figures.some((figure) => figure.startsWith(start))).toBe(true);
  });
});
