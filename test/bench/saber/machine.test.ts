import { describe, expect, it } from 'vitest';
import { predictorOf } from '../../../runtime/bench/saber/lengths.ts';
import { runMachine } from '../../../runtime/bench/saber/machine.ts';
import type { Request } from '../../../runtime/bench/saber/requests.ts';
import { saberSpeed } from '../../../runtime/bench/workloads.ts';
import { fcfs } from '../../../runtime/core/policies/fcfs.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import { staticPolicy } from '../../../runtime/core/policies/static.ts';
import type { Policy } from '../../../runtime/core/policy.ts';

const known = { predict: predictorOf('known'), reviewMs: undefined };
const pausing = { predict: predictorOf('known'), reviewMs: Number.POSITIVE_INFINITY };

/** Requests by arrival in ms, deadline in ms and tokens. */
function requests(...rows: readonly (readonly [number, number, number])[]): Request[] {
  return rows.map(([arrivalMs, deadlineMs, tokens], index) => ({
    id: String(index),
    class: 'generation',
    arrivalMs,
    deadlineMs,
    tokens,
  }));
}

function onTime(policy: Policy, ...rows: readonly (readonly [number, number, number])[]): readonly boolean[] {
  return runMachine(requests(...rows), policy, policy === punctual ? pausing : known).onTime;
}

const ms = (tokens: number, load: number): number => (1_000 * tokens) / saberSpeed(load);

describe("SABER's machine", () => {
  it('when a request runs alone, then it takes its tokens at the speed of one', () => {
    expect(onTime(fcfs, [5, 5.001 + ms(100, 1), 100])).toEqual([true]);
    expect(onTime(fcfs, [5, 4.999 + ms(100, 1), 100])).toEqual([false]);
  });

  it('when a second one joins, then both advance at the speed of two until the first ends', () => {
    const endMs = 500 + ms(100 - 0.5 * saberSpeed(1), 2);
    const secondMs = endMs + ms(100 - ((endMs - 500) / 1_000) * saberSpeed(2), 1);
    expect(onTime(fcfs, [0, endMs + 0.001, 100], [500, secondMs + 0.001, 100])).toEqual([true, true]);
    expect(onTime(fcfs, [0, endMs - 0.001, 100], [500, secondMs - 0.001, 100])).toEqual([false, false]);
  });

  it('when there is one sequence, then the second one waits for the first', () => {
    const endMs = ms(200, 1);
    expect(onTime(staticPolicy(1), [0, 10_000, 100], [10, endMs + 0.001, 100])).toEqual([true, true]);
    expect(onTime(staticPolicy(1), [0, 10_000, 100], [10, endMs - 0.001, 100])).toEqual([true, false]);
  });

  it('when two cannot both be on time, then punctual pauses the longer one for the newcomer', () => {
    // There are as many sequences as requests, and punctual keeps one for completions: the third request brings a third sequence.
    const rows = [
      [0, ms(400, 1) + 1, 400],
      [100, 100 + ms(50, 1) + 1, 50],
      [60_000, 70_000, 1],
    ] as const;
    expect(onTime(punctual, ...rows)).toEqual([false, true, true]);
    expect(onTime(fcfs, ...rows)).toEqual([false, false, true]);
  });

  it('when nothing is late, then nothing was wasted; when all is, then everything', () => {
    expect(runMachine(requests([0, 10_000, 100]), fcfs, known).wastedShare).toBeCloseTo(0, 9);
    expect(runMachine(requests([0, 100, 100]), fcfs, known).wastedShare).toBeCloseTo(1, 9);
  });
});

describe('what policies are told of lengths', () => {
  const [request] = requests([0, 8_000, 500]);
  if (request === undefined) throw new Error('There is one.');

  it('when lengths are known, then it is what is left', () => {
    expect(predictorOf('known')(request, 100)).toBe(400);
  });

  it('when they are not, then at first the mean of the class, and later more than what is left of the mean', () => {
    const predict = predictorOf('unknown');
    expect(predict(request, 0) / 387).toBeCloseTo(1, 1);
    expect(predict(request, 300)).toBeGreaterThan(87);
    expect(predict(request, 1_000_000)).toBeGreaterThan(0);
  });
});
