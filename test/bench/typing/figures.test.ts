import { describe, expect, it } from 'vitest';
import { costAtEqualShown, resultOf, selectionOf } from '../../../runtime/bench/typing/bench.ts';
import { figuresOf, type Played, requestsAtEqualShown, whereShown } from '../../../runtime/bench/typing/figures.ts';
import type { Tally } from '../../../runtime/bench/typing/play.ts';
import { requestCosts, seeds } from '../../../runtime/bench/typing/workload.ts';

const tally = (requests: number, shown: number): Tally => ({ edits: 1_000, requests, shown, durationMs: 60_000 });

/** With `75 ms`: 800 requests, 200 shown. Each step of the sweep halves the way to nothing. */
function played(seed: number, more: Partial<Played> = {}): Played {
  const swept = requestCosts.map((_, place) => tally(1_000 - 80 * place, 250 - 20 * place));
  return { seed, fixed: { '75 ms': tally(800, 200) }, shipped: tally(500, 190), swept, ...more };
}

describe('requests at equal suggestions shown', () => {
  it('when the number lies between two settings, then it is interpolated between them', () => {
    // 200 lies half-way between 210 (840 requests) and 190 (760).
    expect(requestsAtEqualShown(played(1))).toBe(800);
    expect(costAtEqualShown([played(1), played(2)])).toBeCloseTo((0.1 + 0.15) / 2);
  });

  it('when a setting shows just as many, then it counts', () => {
    expect(whereShown([tally(9, 3), tally(8, 2), tally(7, 1)], 2)).toEqual({ index: 0, share: 1 });
  });

  it('when none shows as many, or none as few, then nothing is claimed', () => {
    expect(requestsAtEqualShown(played(1, { fixed: { '75 ms': tally(800, 999) } }))).toBeNaN();
    expect(requestsAtEqualShown(played(1, { fixed: { '75 ms': tally(800, 1) } }))).toBeNaN();
  });

  it('when seeds are summed up, then figures are ratios to the comparator with an interval', () => {
    const figures = figuresOf({ machine: 'cpu', timing: 'study' }, [played(1), played(2)]);
    expect(figures.map(({ name, interval }) => [name, interval.mean])).toEqual([
      ['completion.requests_ratio.cpu.study', 1],
      ['completion.shipped_requests_ratio.cpu.study', 0.625],
      ['completion.shipped_shown_ratio.cpu.study', 0.95],
    ]);
  });

  it('when a result is printed, then every rule has a row', () => {
    const runs = [played(1), played(2)];
    const cell = { machine: 'cpu', timing: 'study' } as const;
    const selection = selectionOf({ quick: true });
    const { tables } = resultOf(selection, [{ cell, played: runs, figures: figuresOf(cell, runs) }]);
    expect(tables?.[0]?.rows).toHaveLength(3 + 1 + requestCosts.length);
  });

  it('when windows are chosen, then no seed is in both', () => {
    const both = new Set<number>([...seeds.tuning, ...seeds.reporting]);
    expect(both.size).toBe(seeds.tuning.length + seeds.reporting.length);
    expect(selectionOf({ quick: false, values: { window: 'tuning' } }).seeds).toEqual(seeds.tuning);
    expect(() => selectionOf({ quick: false, values: { timing: 'never' } })).toThrow(/study, even/);
  });
});
