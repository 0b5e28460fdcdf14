/** What is expected to arrive, from what has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRandom, poissonTimesMs } from '../../runtime/bench/random.ts';
import { type DemandModel, demandOf, learnArrival, learnWork, newDemandModel } from '../../runtime/core/demand.ts';

function arrivals(timesMs: readonly number[], model: DemandModel = newDemandModel()): DemandModel {
  return timesMs.reduce((state, atMs) => learnArrival(state, 'completion', atMs), model);
}

const rate = (model: DemandModel, nowMs: number): number => demandOf(model, nowMs).ratePerSecond('completion');

describe('the rate of arrivals', () => {
  it('when nothing has arrived, then nothing is expected', () => {
    expect(rate(newDemandModel(), 5_000)).toBe(0);
  });

  it('when tasks arrive at random, then the forecast is right on the average from the first half-life on', () => {
    for (const perSecond of [0.2, 2]) {
      for (const untilMs of [20_000, 200_000]) {
        const rates = Array.from({ length: 60 }, (_, seed) =>
          rate(arrivals(poissonTimesMs(newRandom(seed), perSecond, untilMs)), untilMs),
        );
        const mean = rates.reduce((sum, value) => sum + value, 0) / rates.length;
        expect(Math.abs(mean / perSecond - 1), `${perSecond}/s until ${untilMs}`).toBeLessThan(0.2);
      }
    }
  });

  it('when a single task has arrived, then it is no flood', () => {
    expect(rate(arrivals([0]), 0)).toBeLessThan(0.1);
  });

  it('when nothing arrives any more, then the forecast halves every 20 s', () => {
    const steady = arrivals(Array.from({ length: 400 }, (_, index) => index * 500));
    expect(rate(steady, 199_500)).toBeCloseTo(2, 0);
    expect(rate(steady, 219_500) / rate(steady, 199_500)).toBeCloseTo(0.5, 1);
    expect(rate(steady, 1_199_500)).toBeLessThan(1e-10);
  });

  it('when one class arrives, then the others are not expected', () => {
    expect(demandOf(arrivals([0, 1_000]), 1_000).ratePerSecond('translate')).toBe(0);
  });

  it('when the clock jumps back by an hour, then the rate follows what arrives by the new time', () => {
    const before = arrivals(Array.from({ length: 100 }, (_, index) => 3_600_000 + index * 500));
    expect(rate(before, 49_500)).toBeLessThan(0.01);
    const after = arrivals(
      Array.from({ length: 100 }, (_, index) => 49_500 + index * 2_000),
      before,
    );
    expect(rate(after, 249_500)).toBeCloseTo(0.5, 1);
    expect(rate(after, 549_500)).toBeLessThan(0.001);
  });

  it('when the clock jumps or is no number, then rates stay finite and not negative', () => {
    const anyTime = fc.oneof(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e12, 1e12), fc.integer());
    fc.assert(
      fc.property(fc.array(anyTime, { maxLength: 30 }), anyTime, (times, nowMs) => {
        const model = arrivals(times);
        expect(JSON.parse(JSON.stringify(model))).toEqual(model);
        expect(rate(model, nowMs)).toBeGreaterThanOrEqual(0);
        expect(rate(model, nowMs)).toBeLessThanOrEqual(times.length);
      }),
    );
  });
});

describe('the work of a task', () => {
  it('when many tasks are over, then their mean is expected, and the last ones count most', () => {
    let model = newDemandModel();
    for (let index = 0; index < 300; index += 1) {
      model = learnWork(model, 'translate', { prefillTokens: 100 + (index % 2) * 100, decodeTokens: 30 });
    }
    const demand = demandOf(model, 0);
    expect(Math.abs(demand.prefillTokens('translate') - 150)).toBeLessThan(5);
    expect(Math.abs(demand.decodeTokens('translate') - 30)).toBeLessThan(5);
    expect(demand.decodeTokens('completion')).toBe(16);
  });

  it('when a sample makes no sense, then it teaches nothing', () => {
    const model = newDemandModel();
    for (const odd of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(learnWork(model, 'translate', { prefillTokens: odd, decodeTokens: 1 })).toBe(model);
      expect(learnWork(model, 'translate', { prefillTokens: 1, decodeTokens: odd })).toBe(model);
    }
  });
});
