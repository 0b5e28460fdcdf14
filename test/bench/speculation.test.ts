import { describe, expect, it } from 'vitest';
import { medianInterval } from '../../runtime/bench/engine/statistics.ts';
import { type Measured, promptOf, summarizeSpeculation } from '../../runtime/bench/speculation.ts';

function measured(...speedups: readonly number[]): Measured {
  const counts = { passes: 0, drafted: 0, accepted: 0 };
  return { plainMs: 1, guessedMs: 1, speedup: medianInterval(speedups), firstSpeedup: 1, ...counts };
}

const words = [11, 12, 13, 14, 15];

describe('the speculation bench', () => {
  it('when a prompt holds pieces of the answer, then a foreign token stands after each of them and at the end', () => {
    const isWord = (token: number): boolean => words.includes(token);
    expect(promptOf(words, 2).map(isWord)).toEqual([true, true, false, true, true, false, true, false]);
    expect(promptOf(words, 2).filter(isWord)).toEqual(words);
    expect(promptOf(words, Number.POSITIVE_INFINITY).map(isWord)).toEqual([true, true, true, true, true, false]);
    const unrelated = promptOf(words, 0);
    expect(unrelated.some(isWord)).toBe(false);
    expect(new Set(unrelated).size).toBe(words.length + 1);
  });

  it('when pairs are measured, then gains and costs are ratios of medians, and passes are related to one token', () => {
    const cases = new Map([
      ['copy', measured(2, 4, 3)],
      ['pieces16', measured(2)],
      ['misleading', measured(0.8)],
      ['unrelated', measured(1)],
    ]);
    const passes = new Map([
      [1, 20],
      [8, 50],
    ]);
    const { figures, details } = summarizeSpeculation(cases, passes);
    expect(figures).toEqual({
      'speculation.copy_speedup': 3,
      'speculation.pieces16_speedup': 2,
      'speculation.misleading_cost': 1.25,
      'speculation.unrelated_cost': 1,
    });
    expect(details['passOverOne']).toEqual({ 1: 1, 8: 2.5 });
    expect(() => summarizeSpeculation(new Map(), passes)).toThrow('was not measured');
  });
});
