/** What is believed to be in the page cache: cases by hand, and what holds whatever happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheCapacityBytes, PageCache } from '../../runtime/host/page-cache.ts';

const models = ['a', 'b', 'c', 'd'] as const;

type Step =
  | readonly ['limit', number]
  | readonly ['read' | 'drop' | 'correct', (typeof models)[number], number]
  | readonly ['forget', (typeof models)[number]];

function perform(cache: PageCache, step: Step): void {
  switch (step[0]) {
    case 'limit':
      return cache.limit(step[1]);
    case 'forget':
      return cache.forget(step[1]);
    case 'read':
    case 'drop':
    case 'correct':
      return cache[step[0]](step[1], step[2]);
    default:
      step[0] satisfies never;
  }
}

function cachedAfter(...steps: readonly Step[]): Readonly<Record<string, number>> {
  const cache = new PageCache();
  for (const step of steps) perform(cache, step);
  return Object.fromEntries(
    models.flatMap((model) => (cache.cachedBytes(model) > 0 ? [[model, cache.cachedBytes(model)]] : [])),
  );
}

describe('the estimate of the page cache', () => {
  it.each<[string, readonly Step[], Readonly<Record<string, number>>]>([
    ['nobody looked at the host', [['read', 'a', 5]], {}],
    [
      'there is room',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 4],
      ],
      { a: 5, b: 4 },
    ],
    [
      'a third file needs room',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 4],
        ['read', 'c', 3],
      ],
      { a: 3, b: 4, c: 3 },
    ],
    [
      'the oldest was read again',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 4],
        ['read', 'a', 5],
        ['read', 'c', 3],
      ],
      { a: 5, b: 2, c: 3 },
    ],
    [
      'a file is larger than the cache',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 40],
      ],
      { b: 10 },
    ],
    [
      'progress is told',
      [
        ['limit', 10],
        ['read', 'a', 2],
        ['read', 'a', 4],
        ['read', 'a', 6],
      ],
      { a: 6 },
    ],
    [
      'a beginning is read again',
      [
        ['limit', 10],
        ['read', 'a', 6],
        ['read', 'a', 2],
      ],
      { a: 6 },
    ],
    [
      'other programs take memory',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 5],
        ['limit', 3],
      ],
      { b: 3 },
    ],
    [
      'they give it back',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 5],
        ['limit', 3],
        ['limit', 10],
      ],
      { b: 3 },
    ],
    [
      'the end of one is dropped',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['drop', 'a', 2],
      ],
      { a: 3 },
    ],
    [
      'more is dropped than there is',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['drop', 'a', 7],
        ['drop', 'b', 1],
      ],
      {},
    ],
    [
      'a file is deleted',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['forget', 'a'],
      ],
      {},
    ],
    [
      'the system knows of less',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['correct', 'a', 1],
      ],
      { a: 1 },
    ],
    [
      'the system knows of none',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['correct', 'a', 0],
      ],
      {},
    ],
    [
      'the system knows of one more, then that goes first',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['correct', 'b', 5],
        ['read', 'c', 4],
      ],
      { a: 5, b: 1, c: 4 },
    ],
    [
      'a correction keeps the order',
      [
        ['limit', 10],
        ['read', 'a', 5],
        ['read', 'b', 5],
        ['correct', 'a', 4],
        ['read', 'c', 3],
      ],
      { a: 2, b: 5, c: 3 },
    ],
  ])('when %s, then what is left is right', (_, steps, expected) => {
    expect(cachedAfter(...steps)).toEqual(expected);
  });

  const bytes = fc.integer({ min: 0, max: 20 });
  const model = fc.constantFrom(...models);
  const limits = fc.tuple(fc.constant('limit' as const), bytes);
  const reads = fc.tuple(fc.constant('read' as const), model, bytes);
  const drops = fc.tuple(fc.constant('drop' as const), model, bytes);
  const forgets = fc.tuple(fc.constant('forget' as const), model);
  const corrections = fc.tuple(fc.constant('correct' as const), model, bytes);
  const steps = fc.array(fc.oneof(limits, reads, drops, forgets), { maxLength: 60 });

  const sum = (cache: PageCache): number => models.reduce((total, one) => total + cache.cachedBytes(one), 0);

  it('when anything happens, then the parts make up the sum, within the bound but for what the system says', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(limits, reads, drops, forgets, corrections), { maxLength: 60 }), (all) => {
        const cache = new PageCache();
        let corrected = 0;
        for (const step of all) {
          if (step[0] === 'correct') corrected += step[2];
          perform(cache, step);
          expect(cache.usedBytes).toBe(sum(cache));
          for (const one of models) expect(cache.cachedBytes(one)).toBeGreaterThanOrEqual(0);
          if (step[0] === 'limit' || step[0] === 'read')
            expect(cache.usedBytes).toBeLessThanOrEqual(cache.capacityBytes);
          else expect(cache.usedBytes).toBeLessThanOrEqual(cache.capacityBytes + corrected);
        }
      }),
    );
  });

  it('when a model is read, then it holds what was read as far as it fits, and nobody else gains', () => {
    fc.assert(
      fc.property(steps, model, bytes, (all, read, amount) => {
        const cache = new PageCache();
        for (const step of all) perform(cache, step);
        const before = new Map(models.map((one) => [one, cache.cachedBytes(one)]));
        cache.read(read, amount);
        expect(cache.cachedBytes(read)).toBe(Math.min(cache.capacityBytes, Math.max(amount, before.get(read) ?? 0)));
        for (const one of models)
          if (one !== read) expect(cache.cachedBytes(one)).toBeLessThanOrEqual(before.get(one) ?? 0);
      }),
    );
  });

  it('when the bound rises, then nothing comes back', () => {
    fc.assert(
      fc.property(steps, bytes, (all, more) => {
        const cache = new PageCache();
        for (const step of all) perform(cache, step);
        const before = models.map((one) => cache.cachedBytes(one));
        cache.limit(cache.capacityBytes + more);
        expect(models.map((one) => cache.cachedBytes(one))).toEqual(before);
      }),
    );
  });

  it('when there are very many models, then the oldest are forgotten', () => {
    const cache = new PageCache();
    cache.limit(1e9);
    for (let index = 0; index < 200; index += 1) cache.read(`model-${index}`, 1);
    expect(cache.usedBytes).toBe(64);
    expect(cache.cachedBytes('model-135')).toBe(0);
    expect(cache.cachedBytes('model-136')).toBe(1);
  });
});

describe('what a host can cache', () => {
  const gibibyte = 2 ** 30;
  it.each<[string, number, number | undefined, number, number]>([
    ['much is available', 32, 20, 0, 16],
    ['the machine is small', 4, 3, 0, 2],
    ['models may take a part of it', 32, 20, 10, 6],
    ['little is available', 32, 3, 0, 0],
    ['nobody says what is available', 32, undefined, 0, 0],
  ])('when %s, then a margin stays', (_, total, available, reserved, expected) => {
    const reading = {
      totalBytes: total * gibibyte,
      availableBytes: available === undefined ? undefined : available * gibibyte,
      stalls: undefined,
    };
    expect(cacheCapacityBytes(reading, reserved * gibibyte)).toBe(expected * gibibyte);
  });
});
