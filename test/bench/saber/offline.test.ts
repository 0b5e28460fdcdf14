import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundKept, rateAt, workDone } from '../../../runtime/bench/saber/bound.ts';
import { predictorOf } from '../../../runtime/bench/saber/lengths.ts';
import { runMachine } from '../../../runtime/bench/saber/machine.ts';
import { keptBy, offlineKept } from '../../../runtime/bench/saber/offline.ts';
import type { Request } from '../../../runtime/bench/saber/requests.ts';
import { requestsOf } from '../../../runtime/bench/saber/requests.ts';
import { saberSpeed } from '../../../runtime/bench/workloads.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';

/** In order of arrival, with deadlines that `servers` servers can keep or not. */
const someRequests = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: 1_500 }),
      tokens: fc.integer({ min: 1, max: 300 }),
      targetMs: fc.integer({ min: 200, max: 6_000 }),
    }),
    { maxLength: 9 },
  )
  .map((rows): Request[] => {
    let arrivalMs = 0;
    return rows.map(({ gapMs, tokens, targetMs }, index) => {
      arrivalMs += gapMs;
      return { id: String(index), class: 'summary', arrivalMs, deadlineMs: arrivalMs + targetMs, tokens };
    });
  });

/** The most intervals of which never more than `servers` overlap, by trying all subsets. */
function mostBySearch(requests: readonly Request[], servers: number): number {
  const spans = requests
    .map(({ arrivalMs, deadlineMs, tokens }) => ({
      arrivalMs,
      deadlineMs,
      endMs: arrivalMs + tokens * (1_000 / saberSpeed(servers)),
    }))
    .filter(({ endMs, deadlineMs }) => endMs <= deadlineMs);
  let most = 0;
  for (let subset = 0; subset < 2 ** spans.length; subset += 1) {
    const taken = spans.filter((_, index) => (subset >> index) & 1);
    const fits = taken.every(
      ({ arrivalMs }) =>
        taken.filter((other) => other.arrivalMs <= arrivalMs && arrivalMs < other.endMs).length <= servers,
    );
    if (fits) most = Math.max(most, taken.length);
  }
  return most;
}

describe('the offline schedule', () => {
  it('when all subsets are tried, then none that fits the servers is larger', () => {
    fc.assert(
      fc.property(someRequests, fc.integer({ min: 1, max: 3 }), (requests, servers) => {
        expect(keptBy(requests, servers)).toBe(mostBySearch(requests, servers));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the bound', () => {
  it('when a request needs 48 tokens per second, then the machine is one of 2,444 tokens per second', () => {
    // The share of its tokens that counts as its size, and the rate, shrink alike.
    expect(rateAt(32.6) / (1 - 32.6 / 48)).toBeCloseTo(2_444, -1);
  });

  it('when work does not fit, then as much is done as there is time for before the deadlines', () => {
    const job = (arrivalMs: number, deadlineMs: number, size: number) => ({ arrivalMs, deadlineMs, size });
    expect(workDone([job(0, 1_000, 10)], 100)).toBeCloseTo(10, 9);
    expect(workDone([job(0, 1_000, 500)], 100)).toBeCloseTo(100, 9);
    // The later arrival is due first, so that both are done.
    expect(workDone([job(0, 2_000, 100), job(500, 1_500, 100)], 100)).toBeCloseTo(200, 9);
    expect(workDone([job(0, 1_000, 100), job(0, 1_000, 50), job(3_000, 4_000, 1)], 100)).toBeCloseTo(101, 9);
  });

  it('when a schedule is made with or without knowing the future, then it keeps no more than the bound', () => {
    const predict = predictorOf('known');
    fc.assert(
      fc.property(someRequests, fc.integer({ min: 1, max: 40 }), (requests, price) => {
        const bound = boundKept(requests, price) + 1e-6;
        expect(offlineKept(requests)).toBeLessThanOrEqual(bound);
        const { onTime } = runMachine(requests, punctual, { predict, reviewMs: Number.POSITIVE_INFINITY });
        expect(onTime.filter(Boolean).length).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 60 },
    );
  });

  it('when the load of a cell is heavy, then ours lies between offline and the bound', () => {
    const requests = requestsOf({ workload: 'W1', requestsPerSecond: 10, seed: 901, lengths: 'known' }).slice(0, 300);
    const options = { predict: predictorOf('known'), reviewMs: Number.POSITIVE_INFINITY };
    const ours = runMachine(requests, punctual, options).onTime.filter(Boolean).length;
    expect(ours).toBeGreaterThanOrEqual(0.98 * offlineKept(requests));
    expect(ours).toBeLessThanOrEqual(boundKept(requests));
  });
});
