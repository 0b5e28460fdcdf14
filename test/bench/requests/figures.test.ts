import { describe, expect, it } from 'vitest';
import { figuresOf, requestsAtShown, summedClients } from '../../../runtime/bench/requests/figures.ts';

const tally = (requests: number, shown: number) => ({
  edits: 9,
  asked: 9,
  answered: 9,
  requests,
  shown,
  durationMs: 1_000,
});

describe('requests at equal suggestions shown', () => {
  it('when a setting shows more and the next fewer, then it is between them', () => {
    expect(requestsAtShown([tally(40, 30), tally(20, 20)], 25)).toBe(30);
  });

  it('when all settings show more, then it is the fewest requests', () => {
    expect(requestsAtShown([tally(40, 30), tally(20, 20)], 10)).toBe(20);
  });

  it('when no setting shows as many, then nothing is said', () => {
    expect(requestsAtShown([tally(40, 30), tally(20, 20)], 31)).toBeNaN();
  });

  it('when the sessions of a seed are summed, then each count is', () => {
    expect(summedClients([tally(1, 2), tally(3, 4)])).toEqual({
      edits: 18,
      asked: 18,
      answered: 18,
      requests: 4,
      shown: 6,
      durationMs: 2_000,
    });
  });

  it('when seeds are compared, then each client is to its own comparator', () => {
    const seed = {
      seed: 1,
      plain: tally(100, 25),
      reusing: tally(60, 30),
      shipped: tally(50, 28),
      swept: [tally(40, 30), tally(20, 20)],
    };
    const means = Object.fromEntries(figuresOf('cpu', [seed, seed]).map(({ name, interval }) => [name, interval.mean]));
    expect(means).toEqual({
      'completion.product_requests_ratio.cpu': 0.3,
      'completion.product_reusing_ratio.cpu': 40 / 60,
      'completion.product_shipped_requests.cpu': 0.5,
      'completion.product_shipped_shown.cpu': 28 / 25,
      'completion.reusing_requests.cpu': 0.6,
      'completion.reusing_shown.cpu': 30 / 25,
    });
  });
});
