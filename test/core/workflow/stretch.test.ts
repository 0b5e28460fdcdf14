import { describe, expect, it } from 'vitest';
import { Stretch } from '../../../runtime/core/workflow/stretch.ts';

function learned(spent: readonly (readonly [predictedMs: number, actualMs: number])[]): number {
  const stretch = new Stretch();
  for (const [predictedMs, actualMs] of spent) stretch.observe({ predictedMs, actualMs });
  return stretch.value;
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

describe('how many times longer workflows take than alone', () => {
  it('when nothing was seen, then they take as long as alone', () => {
    expect(learned([])).toBe(1);
  });

  it('when they take twice as long for a while, then that is expected', () => {
    expect(learned(times(60, [100, 200] as const))).toBeCloseTo(2, 1);
    expect(learned([...times(60, [100, 200] as const), ...times(60, [100, 100] as const)])).toBeCloseTo(1, 1);
  });

  it('when one was given up and took forever, then it moves the others a little', () => {
    expect(learned([[100, 1e9]])).toBeLessThan(1.2);
  });

  it.each([
    [0, 100],
    [100, 0],
    [Number.NaN, 100],
    [100, -5],
  ])('when %d ms were predicted and %d taken, then it says nothing', (predictedMs, actualMs) => {
    expect(learned([[predictedMs, actualMs]])).toBe(1);
  });
});
