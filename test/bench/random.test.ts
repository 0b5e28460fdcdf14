import { describe, expect, it } from 'vitest';
import { lognormal, lognormalOfMeanOne, newRandom, pick, poissonTimesMs } from '../../runtime/bench/random.ts';

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('random numbers of a bench', () => {
  it('when the seed and the stream are the same, then so are the numbers; else they differ', () => {
    const first = draws(5, newRandom(7, 'a'));
    expect(draws(5, newRandom(7, 'a'))).toEqual(first);
    expect(draws(5, newRandom(7, 'b'))).not.toEqual(first);
    expect(draws(5, newRandom(8, 'a'))).not.toEqual(first);
  });

  it('when many are drawn, then they lie in [0, 1) and fill it evenly', () => {
    const values = draws(20_000, newRandom(1));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const inside = values.filter((value) => Math.floor(value * 10) === tenth).length;
      expect(inside).toBeGreaterThan(1_850);
      expect(inside).toBeLessThan(2_150);
    }
  });

  it('when lengths are lognormal, then median, mean and variation are those asked for', () => {
    const random = newRandom(2);
    const lengths = draws(40_000, () => lognormal(random, 500, 0.7)).sort((a, b) => a - b);
    expect(lengths[20_000]).toBeGreaterThan(490);
    expect(lengths[20_000]).toBeLessThan(510);
    expect(mean(lengths) / 500).toBeCloseTo(Math.sqrt(1 + 0.7 ** 2), 1);
    const factors = draws(40_000, () => lognormalOfMeanOne(random, 0.7));
    expect(mean(factors)).toBeCloseTo(1, 1);
    const center = mean(factors);
    expect(Math.sqrt(mean(factors.map((factor) => (factor - center) ** 2)))).toBeCloseTo(0.7, 1);
  });

  it('when arrivals are a Poisson process, then their number and their gaps are those of the rate', () => {
    const times = poissonTimesMs(newRandom(3), 2, 10_000_000);
    expect(times.length / 20_000).toBeCloseTo(1, 1);
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(gaps.filter((gap) => gap > 500).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
    expect(poissonTimesMs(newRandom(3), 0, 10_000)).toEqual([]);
  });

  it('when there is nothing to pick from, then it says so', () => {
    expect(() => pick(newRandom(1), [])).toThrow('the list is empty');
  });
});
