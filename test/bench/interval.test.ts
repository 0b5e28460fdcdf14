import { describe, expect, it } from 'vitest';
import {
  intervalFigures,
  intervalText,
  meanInterval,
  percentRange,
  ratioInterval,
  studentQuantile,
} from '../../runtime/bench/interval.ts';

describe('intervals over seeds', () => {
  it("when degrees of freedom are few or many, then the quantile is that of Student's tables", () => {
    const table: readonly [number, number][] = [
      [1, 12.7062],
      [9, 2.2622],
      [13, 2.1604],
      [15, 2.1314],
      [30, 2.0423],
      [120, 1.9799],
    ];
    for (const [degrees, quantile] of table) expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(0.0005);
  });

  it('when four values are known, then the interval is the one computed by hand', () => {
    // Mean 5, deviations -3 -1 1 3, variance 20/3, standard error sqrt(5/3), t(3) = 3.1824.
    const { mean, low, high, count } = meanInterval([2, 4, 6, 8]);
    expect([mean, count]).toEqual([5, 4]);
    expect(low).toBeCloseTo(5 - 3.1824 * Math.sqrt(5 / 3), 9);
    expect(high).toBeCloseTo(5 + 3.1824 * Math.sqrt(5 / 3), 9);
  });

  it('when there is one value, then nothing is known of its spread', () => {
    expect(meanInterval([3])).toEqual({
      mean: 3,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
      count: 1,
    });
  });

  it('when there is one seed, then it is said so, and as data the bounds are null', () => {
    expect(intervalText(meanInterval([93.24]), 1, percentRange)).toBe('93.2 (one seed)');
    expect(intervalFigures(meanInterval([93.24]))).toEqual({ mean: 93.24, low: null, high: null });
    expect(intervalText(meanInterval([]), 1)).toBe('–');
  });

  it('when an interval leaves what a share can be, then it is drawn to it', () => {
    const interval = meanInterval([98, 100]);
    expect(intervalFigures(interval, percentRange)).toMatchObject({ mean: 99, high: 100 });
    expect(intervalText(interval, 1, percentRange)).toBe('99.0 (86.3 to 100.0)');
    expect(intervalFigures(interval).high).toBeGreaterThan(100);
  });

  it('when two figures rise and fall together from seed to seed, then their ratio is known exactly', () => {
    const { mean, low, high } = ratioInterval([2, 4, 12], [1, 2, 6]);
    expect(mean).toBeCloseTo(2, 12);
    expect(high - low).toBeCloseTo(0, 9);
    expect(ratioInterval([2, 5, 11], [1, 2, 6]).high).toBeGreaterThan(2);
  });

  it('when the lists are not pairs, then it refuses', () => {
    expect(() => ratioInterval([1, 2], [1])).toThrow('pairs of the same seed');
  });
});
