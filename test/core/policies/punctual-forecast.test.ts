/** Which promises `punctual` gives up: only those that a forecast has shown to be broken. */
import { describe, expect, it } from 'vitest';
import type { Costs } from '../../../runtime/core/estimate.ts';
import { keepsAll } from '../../../runtime/core/policies/punctual-forecast.ts';
import type { Room, Work } from '../../../runtime/core/policy.ts';
import { info, newScheduler, plainKnowledge, translation, words } from '../fixtures.ts';

/** Two together are slower than one after the other. */
const costs: Costs = {
  prefillMs: (tokens) => tokens,
  decodeMs: (sequences) => (sequences === 1 ? 10 : 15 * sequences),
};

const room: Room = {
  sequences: 4,
  limits: { chunkTokens: 64, decodeSequences: 4, passMsMax: Number.POSITIVE_INFINITY },
  costs,
  demand: plainKnowledge().demand,
};

function works(count: number, deadlineMs: number): Work[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `w${index}`,
    class: 'translate',
    promise: 'e2e',
    arrivalMs: 0,
    deadlineMs,
    prefillTokens: 0,
    decodeTokens: 2_000,
    contextTokens: 0,
    maxTokens: 2_000,
    relegated: false,
  }));
}

describe('the forecast of commitments', () => {
  it('when there is time for all, then all are kept, however far ahead the last of them ends', () => {
    expect(keepsAll(works(4, 3_600_000), room, 0)).toBe(true);
  });

  it('when there is no time for all, then not all are kept', () => {
    expect(keepsAll(works(4, 30_000), room, 0)).toBe(false);
  });
});

describe('a device with more promises than can be kept', () => {
  const overload = Array.from({ length: 5 }, (_, index) =>
    translation(`t${index}`, { limits: { maxTokens: 1_000, stop: [] } }),
  );
  /** Each answer takes 10 s of a device with two sequences, within 20 s: the first three of them and a half. */
  const givenUp = ['relegate t0', 'relegate t1'];
  const loaded = (scheduler = newScheduler('punctual')) => {
    scheduler.on({ kind: 'wanted', model: 'm' }, 0);
    scheduler.on({ kind: 'loaded', model: 'm', info }, 0);
    return scheduler;
  };
  const relegated = (scheduler: ReturnType<typeof loaded>): string[] =>
    overload
      .flatMap((task) => words(scheduler.on({ kind: 'submit', task }, 0)))
      .filter((word) => word.startsWith('relegate'));

  it('when predictions have not failed, then some promises are given up for the others', () => {
    expect(relegated(loaded())).toEqual(givenUp);
  });

  it('when somebody took a task back, or the engine died, then this says nothing of predictions', () => {
    const scheduler = loaded();
    const taken = (id: string) =>
      ({ kind: 'submit', task: translation(id, { limits: { maxTokens: 900, stop: [] } }) }) as const;
    expect(words(scheduler.on(taken('a'), 0))).toEqual(['start a']);
    scheduler.on({ kind: 'cancel', id: 'a' }, 0);
    scheduler.on({ kind: 'ended', id: 'a', outcome: { kind: 'cancelled', by: 'client' } }, 0);
    scheduler.on(taken('b'), 0);
    scheduler.on({ kind: 'engineLost', reason: 'killed' }, 0);
    scheduler.on({ kind: 'cancel', id: 'b' }, 0);
    expect(relegated(loaded(scheduler))).toEqual(givenUp);
  });
});
