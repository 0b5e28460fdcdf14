import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Costs } from '../../runtime/core/estimate.ts';
import type { Demand, Room, Work } from '../../runtime/core/policy.ts';
import { expectedWorks, givenUp, keepsAllTogether, PredictionTrust } from '../../runtime/core/reserve.ts';
import { work } from './fixtures.ts';

/** A chunk takes 1 ms a token, a pass 10 ms and 1 ms more for each further sequence. */
const costs: Costs = { prefillMs: (tokens) => tokens, decodeMs: (sequences) => 9 + sequences };

const demand: Demand = {
  ratePerSecond: (taskClass) => (taskClass === 'completion' ? 2 : 0),
  prefillTokens: () => 5,
  decodeTokens: () => 10,
};

const room: Room = {
  sequences: 8,
  limits: { chunkTokens: 64, decodeSequences: 8, passMsMax: 1_000 },
  costs,
  demand,
};

const ids = (works: readonly Work[]): string[] => works.map(({ id }) => id);

describe('the promises that are given up', () => {
  it('when all can be kept, then none', () => {
    expect(givenUp([work('a'), work('b')], () => true)).toEqual([]);
  });

  it('when one too many runs, then the one with the most work left, even if it came first', () => {
    const works = [work('old', { decodeTokens: 90 }), work('long', { decodeTokens: 91 }), work('new')];
    expect(ids(givenUp(works.slice(0, 2), (left) => left.length <= 1))).toEqual(['long']);
    expect(ids(givenUp(works, (left) => left.length <= 2))).toEqual(['new']);
  });

  it('when two have the same work left, then the later arrival, on which less was spent', () => {
    const works = [work('second', { arrivalMs: 2 }), work('first', { arrivalMs: 1 })];
    expect(ids(givenUp(works, (left) => left.length <= 1))).toEqual(['second']);
  });

  it('when the largest would not suffice, then a smaller one that does alone', () => {
    const works = [
      work('large', { decodeTokens: 300 }),
      work('tight', { decodeTokens: 50 }),
      work('small', { decodeTokens: 5 }),
    ];
    expect(ids(givenUp(works, (left) => !left.some(({ id }) => id === 'tight')))).toEqual(['tight']);
  });

  it('when no forecast is ever good, then all, and it ends', () => {
    expect(givenUp([work('a'), work('b'), work('c')], () => false)).toHaveLength(3);
  });

  it('when promises are given up, then those of the others are kept', () => {
    const arbitrary = fc.record({
      decodeTokens: fc.integer({ min: 1, max: 500 }),
      deadlineMs: fc.integer({ min: 1, max: 9_000 }),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 12 }), (fields) => {
        const works = fields.map((field, index) => work(String(index), field));
        const losers = new Set(givenUp(works, (left) => keepsAllTogether(left, room, 0)));
        expect(
          keepsAllTogether(
            works.filter((one) => !losers.has(one)),
            room,
            0,
          ),
        ).toBe(true);
      }),
    );
  });
});

describe('the forecast of tasks that advance together', () => {
  it('when the short one ends, then the long one goes on alone', () => {
    // 100 passes of both at 11 ms, then 50 of one at 10 ms.
    const both = (deadlineMs: number): Work[] => [work('short'), work('long', { decodeTokens: 150, deadlineMs })];
    expect(keepsAllTogether(both(1_600), room, 0)).toBe(true);
    expect(keepsAllTogether(both(1_599), room, 0)).toBe(false);
    expect(keepsAllTogether(both(1_600), room, 1)).toBe(false);
  });

  it('when a prompt is to be evaluated, then everybody waits for it', () => {
    const works = [work('decodes', { deadlineMs: 1_200 }), work('prompt', { prefillTokens: 100, decodeTokens: 100 })];
    expect(keepsAllTogether(works, room, 0)).toBe(true);
    expect(keepsAllTogether(works, room, 1)).toBe(false);
  });

  it('when only a first token was promised, then the prompt has to be in time, and no more', () => {
    const completion = { promise: 'ttft', prefillTokens: 100, decodeTokens: 1_000 } as const;
    expect(keepsAllTogether([work('a', { ...completion, deadlineMs: 100 })], room, 0)).toBe(true);
    expect(keepsAllTogether([work('a', { ...completion, deadlineMs: 99 })], room, 0)).toBe(false);
  });
});

describe('the work that is expected', () => {
  const promises = new Map([['completion', work('seen', { promise: 'ttft', deadlineMs: 250 })] as const]);

  it('when a small class comes often, then one more of it', () => {
    const [one, ...others] = expectedWorks([work('large')], demand, promises, 7_000);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      class: 'completion',
      promise: 'ttft',
      deadlineMs: 7_250,
      prefillTokens: 5,
      decodeTokens: 10,
    });
  });

  it('when it comes seldom, was never seen, or all that runs is as small, then nothing', () => {
    const seldom: Demand = { ...demand, ratePerSecond: () => 0.1 };
    expect(expectedWorks([work('large')], seldom, promises, 0)).toEqual([]);
    expect(expectedWorks([work('large')], demand, new Map(), 0)).toEqual([]);
    expect(expectedWorks([work('small', { decodeTokens: 20 })], demand, promises, 0)).toEqual([]);
  });
});

describe('trust in predicted lengths', () => {
  const lived = (trust: PredictionTrust, id: string, restAtEnd: number, more: Partial<Work> = {}): void => {
    const ending = work(id, { decodeTokens: 100, ...more });
    trust.watch(ending);
    trust.observe([ending]);
    ending.decodeTokens = restAtEnd;
    trust.observe([]);
  };

  it('when nothing was seen, then they are trusted, until the first task ends otherwise', () => {
    const trust = new PredictionTrust();
    expect(trust.isGood).toBe(true);
    lived(trust, 'wrong', 80);
    expect(trust.isGood).toBe(false);
  });

  it('when completions end early or a task only pauses, then this says nothing of predictions', () => {
    const trust = new PredictionTrust();
    for (let index = 0; index < 10; index += 1) lived(trust, String(index), 0);
    for (let index = 0; index < 50; index += 1) {
      lived(trust, `completion ${index}`, 90, { class: 'completion', promise: 'ttft' });
      const paused = work(`paused ${index}`);
      trust.watch(paused);
      trust.forget(paused);
      trust.observe([]);
    }
    expect(trust.isGood).toBe(true);
  });

  it('when tasks end where they were predicted to, then predictions are good', () => {
    const trust = new PredictionTrust();
    for (let index = 0; index < 50; index += 1) lived(trust, String(index), 0);
    expect(trust.isGood).toBe(true);
  });

  it('when tasks end while much is still predicted, then they are not, until they are right again', () => {
    const trust = new PredictionTrust();
    for (let index = 0; index < 20; index += 1) lived(trust, String(index), 80);
    expect(trust.isGood).toBe(false);
    for (let index = 0; index < 20; index += 1) lived(trust, String(index), 0);
    expect(trust.isGood).toBe(true);
  });

  it('when a task is given up, then this says nothing of predictions', () => {
    const trust = new PredictionTrust();
    for (let index = 0; index < 10; index += 1) lived(trust, String(index), 0);
    for (let index = 0; index < 50; index += 1) {
      const given = work(`given up ${index}`);
      trust.watch(given);
      given.relegated = true;
      trust.observe([]);
    }
    expect(trust.isGood).toBe(true);
  });
});
