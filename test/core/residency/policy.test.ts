import { describe, expect, it } from 'vitest';
import type { Forecast } from '../../../runtime/core/residency/forecast.ts';
import type { ResidencyOptions } from '../../../runtime/core/residency/options.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import { gb, model, ready, view, waiting, words } from './world.ts';

/** Foresees the needs that it is given, whatever happens: probability of a use at once, by model. */
function foreseen(needs: Readonly<Record<string, number>>): Forecast {
  const needOf = (id: string): number => needs[id] ?? 0;
  return {
    use: () => {},
    signal: () => {},
    needOf: (id) => ({ need: needOf(id), signalled: 0 }),
    within: (id) => needOf(id),
  };
}

const nowMs = 3_600_000;
const quiet: Partial<ResidencyOptions> = { readsAhead: false, loadsAhead: false, substitution: 'never' };

function policy(
  needs: Readonly<Record<string, number>> = {},
  options: Partial<ResidencyOptions> = {},
): ResidencyPolicy {
  return new ResidencyPolicy({ ...quiet, ...options }, foreseen(needs));
}

describe('a model that is waited for', () => {
  const wanted = model('wanted', { waiting: [waiting('t', nowMs)] });

  it('when there is room, then it loads', () => {
    expect(words(policy().decide(view(nowMs, [wanted, ready('other', {}, 3)])))).toEqual(['load wanted']);
  });

  it('when there is none, then the one that is worth least leaves', () => {
    const models = [ready('likely'), ready('unlikely'), wanted];
    expect(words(policy({ likely: 0.8, unlikely: 0.1 }).decide(view(nowMs, models)))).toEqual([
      'load wanted -unlikely',
    ]);
  });

  it('when needs are alike, then the one that is back sooner leaves', () => {
    const models = [ready('cold'), ready('cached', { cachedBytes: 4 * gb }), wanted];
    expect(words(policy({ cold: 0.2, cached: 0.2 }).decide(view(nowMs, models)))).toEqual(['load wanted -cached']);
  });

  it('when one large model is worth less than two small ones, then the large one leaves', () => {
    const models = [ready('large'), ready('small', {}, 2), ready('other', {}, 2), wanted];
    const needs = { large: 0.3, small: 0.4, other: 0.4 };
    expect(words(policy(needs).decide(view(nowMs, models)))).toEqual(['load wanted -large']);
  });

  it('when fewer sequences of another are enough, then nobody leaves', () => {
    const shrinking = ready('other', { bytesFull: 5 * gb, bytesSmall: 4 * gb });
    const decisions = policy({ other: 0.5 }).decide(view(nowMs, [shrinking, wanted]));
    expect(words(decisions)).toEqual(['load wanted <other']);
    const whole = policy({ other: 0.2 }, { downsizes: false }).decide(view(nowMs, [shrinking, wanted]));
    expect(words(whole)).toEqual(['load wanted -other']);
  });

  it('when others are pinned, in use, waited for, or have only just come, then they stay and it waits', () => {
    for (const other of [
      ready('other', { isPinned: true }, 5),
      ready('other', { running: 1 }, 5),
      ready('other', { waiting: [waiting('u', nowMs)] }, 5),
      ready('other', { readySinceMs: nowMs - 1_000 }, 5),
    ]) {
      const kinds = policy().decide(view(nowMs, [other, wanted], { budgetBytes: 9 * gb - 1 }));
      expect(kinds.filter(({ kind }) => kind === 'load')).toEqual([]);
    }
  });

  it('when it could not fit if all others left, then nobody is disturbed for it', () => {
    const models = [ready('other', { running: 1 }), model('wanted', { waiting: [waiting('t', 0)] }, 9)];
    expect(words(policy().decide(view(nowMs, models)))).toEqual([]);
  });

  it('when another loads or leaves, then it is let finish', () => {
    for (const state of ['loading', 'leaving'] as const)
      expect(words(policy().decide(view(nowMs, [model('other', { state }), wanted])))).toEqual([]);
  });

  it('when two are waited for, then the one that can still be on time goes first, and the pinned one before all', () => {
    const late = model('late', { waiting: [waiting('l', nowMs - 20_000)] }, 2);
    const onTime = model('on time', { loadMsCold: 3_000, waiting: [waiting('o', nowMs)] }, 2);
    const pinned = model('pinned', { isPinned: true, waiting: [waiting('p', nowMs)] }, 2);
    expect(words(policy().decide(view(nowMs, [late, onTime])))).toEqual(['load on time']);
    expect(words(policy().decide(view(nowMs, [late, onTime, pinned])))).toEqual(['load pinned']);
  });

  it('when queued work is to count, then the one with more of it goes first', () => {
    const one = model('one', { waiting: [waiting('t', nowMs - 2_000)] }, 3);
    const two = model('two', { waiting: [waiting('u', nowMs - 1_000), waiting('v', nowMs - 900)] }, 3);
    const first = (options: Partial<ResidencyOptions>) => words(policy({}, options).decide(view(nowMs, [one, two])))[0];
    expect([first({}), first({ queueWeight: 2 })]).toEqual(['load one', 'load two']);
  });

  it('when one has waited very long, then it goes before those that could be on time', () => {
    const starved = model('starved', { waiting: [waiting('s', nowMs - 31_000)] }, 2);
    const onTime = model('on time', { loadMsCold: 3_000, waiting: [waiting('o', nowMs)] }, 2);
    expect(words(policy().decide(view(nowMs, [onTime, starved])))).toEqual(['load starved']);
  });
});

describe('waiting instead of swapping', () => {
  const slack = { deadlineMs: nowMs + 60_000 };
  const busy = ready('busy');

  it('when the group of the one that would leave is likely to go on, then the swap waits, for no longer than is allowed', () => {
    const wanted = model('wanted', { waiting: [waiting('t', nowMs, slack)] }, 5);
    expect(words(policy({ busy: 0.6 }).decide(view(nowMs, [busy, wanted])))).toEqual([
      `wait wanted until ${nowMs + 6_000}`,
    ]);
    expect(words(policy({ busy: 0.6 }).decide(view(nowMs + 6_000, [busy, wanted])))).toEqual(['load wanted -busy']);
  });

  it('when the promise would break by it, then the group is broken', () => {
    const wanted = model('wanted', { waiting: [waiting('t', nowMs)] }, 5);
    expect(words(policy({ busy: 0.6 }).decide(view(nowMs, [busy, wanted])))).toEqual(['load wanted -busy']);
  });

  it('when somebody has waited long behind a model in use, then that one takes no further task', () => {
    const wanted = model('wanted', { waiting: [waiting('t', nowMs - 31_000)] }, 5);
    const used = ready('used', { running: 1, waiting: [waiting('u', nowMs)] });
    expect(words(policy().decide(view(nowMs, [used, wanted])))).toEqual([
      `wait wanted until ${nowMs + 1_000}`,
      'drain used for wanted',
    ]);
    const drained = ready('used', { isDraining: true, waiting: [waiting('u', nowMs)] });
    expect(words(policy().decide(view(nowMs, [drained, wanted])))).toEqual(['load wanted -used']);
    expect(words(policy().decide(view(nowMs, [drained])))).toEqual(['resume used']);
  });
});

describe('what nobody asked for', () => {
  it('when a model is likely to be used and what would leave is not, then it loads ahead, its file cached', () => {
    const likely = model('likely', { cachedBytes: 4 * gb });
    const ahead = (needs: Readonly<Record<string, number>>): string[] =>
      words(policy(needs, { loadsAhead: true }).decide(view(nowMs, [ready('other', {}, 5), likely])));
    expect(ahead({ likely: 0.9, other: 0.01 })).toEqual(['load ahead likely -other']);
    expect(ahead({ likely: 0.9, other: 0.8 })).toEqual([]);
    expect(ahead({ likely: 0.2, other: 0.01 })).toEqual([]);
  });

  it('when the pinned model is missing, then it comes in, unless it was released because nobody used it', () => {
    const pinned = model('pinned', { isPinned: true, lastUsedMs: nowMs - 1_000_000 });
    expect(words(policy().decide(view(nowMs, [pinned])))).toEqual(['load ahead pinned']);
    expect(words(policy({}, { releasePinnedAfterMs: 900_000 }).decide(view(nowMs, [pinned])))).toEqual([]);
  });

  it('when a model was not used for long, then it is released, the pinned one later', () => {
    const idle = policy({}, { releaseAfterMs: 300_000, releasePinnedAfterMs: 900_000 });
    const models = [
      ready('fresh', { lastUsedMs: nowMs - 100_000 }, 1),
      ready('old', { lastUsedMs: nowMs - 400_000 }, 1),
      ready('pinned', { isPinned: true, lastUsedMs: nowMs - 400_000 }, 1),
    ];
    expect(words(idle.decide(view(nowMs, models)))).toEqual(['release old']);
    expect(words(idle.decide(view(nowMs + 600_000, models)))).toEqual([
      'release fresh',
      'release old',
      'release pinned',
    ]);
  });

  it('when other programs took memory, then the least worthy leave before anything else happens', () => {
    const models = [
      ready('worthy', {}, 3),
      ready('other', {}, 3),
      model('wanted', { waiting: [waiting('t', nowMs)] }, 1),
    ];
    const decisions = policy({ worthy: 0.5, other: 0.1 }).decide(view(nowMs, models, { budgetBytes: 5 * gb }));
    expect(words(decisions)).toEqual(['release other']);
  });

  it('when a smaller one has room again, then it gets its sequences back, but not while somebody waits for a load', () => {
    const small = ready('small', { isSmall: true, bytesSmall: 3 * gb });
    expect(words(policy().decide(view(nowMs, [small])))).toEqual(['grow small']);
    const wanted = model('wanted', { waiting: [waiting('t', nowMs)] });
    expect(words(policy().decide(view(nowMs, [small, wanted])))).toEqual(['load wanted']);
  });
});

describe('the reader ahead', () => {
  const reading = { readsAhead: true };

  it('when cache is free, then the file that is needed most is read, and no other for a while', () => {
    const models = [ready('here'), model('likely'), model('unlikely')];
    const reader = policy({ likely: 0.5, unlikely: 0.1 }, reading);
    expect(words(reader.decide(view(nowMs, models)))).toEqual(['read likely']);
    expect(words(reader.decide(view(nowMs + 20_000, models)))).toEqual([]);
    expect(words(reader.decide(view(nowMs + 30_000, models)))).toEqual(['read likely']);
  });

  it('when the cache is full, then files of resident models go first, and no file for one that is hardly likelier', () => {
    const full = { cacheBytes: 8 * gb };
    const here = ready('here', { cachedBytes: 4 * gb });
    const cached = model('cached', { cachedBytes: 4 * gb });
    const likely = model('likely');
    expect(
      words(policy({ likely: 0.5, cached: 0.4, here: 0.5 }, reading).decide(view(nowMs, [here, cached, likely], full))),
    ).toEqual(['read likely -here']);
    const other = model('here', { cachedBytes: 4 * gb });
    expect(
      words(
        policy({ likely: 0.5, cached: 0.45, here: 0.45 }, reading).decide(view(nowMs, [other, cached, likely], full)),
      ),
    ).toEqual([]);
  });

  it('when the cache is shared with the models, then only what is free is used', () => {
    const shared = { cacheBytes: 8 * gb, isCacheShared: true };
    const here = ready('here', { cachedBytes: 6 * gb }, 6);
    expect(words(policy({ likely: 0.5 }, reading).decide(view(nowMs, [here, model('likely')], shared)))).toEqual([]);
    expect(words(policy({ likely: 0.5 }, reading).decide(view(nowMs, [here, model('likely', {}, 2)], shared)))).toEqual(
      ['read likely'],
    );
  });

  it('when something loads from disk, then the reader stops, and begins nothing', () => {
    const models = [model('coming', { state: 'loading' }), model('likely')];
    const reader = policy({ likely: 0.5 }, reading);
    expect(words(reader.decide(view(nowMs, models, { reading: 'likely' })))).toEqual(['stopReading likely']);
    expect(words(reader.decide(view(nowMs, models)))).toEqual([]);
  });

  it('when somebody waits for room, then the file of that model is read at once, and before any other', () => {
    const used = ready('used', { running: 1 });
    const wanted = model('wanted', { waiting: [waiting('t', nowMs)] }, 5);
    const reader = policy({ likely: 0.5 }, reading);
    expect(words(reader.decide(view(nowMs, [used, model('likely')])))).toEqual(['read likely']);
    const later = words(reader.decide(view(nowMs + 1_000, [used, wanted, model('likely')], { reading: 'likely' })));
    expect(later).toContain('stopReading likely');
    expect(words(reader.decide(view(nowMs + 1_001, [used, wanted, model('likely')])))).toContain('read wanted');
  });

  it('when an hour of reading is used up, then no more is read than the bucket has', () => {
    const bounded = policy({ likely: 0.5 }, { ...reading, readBytesPerHour: 6 * gb, readGapMs: 0 });
    const models = [model('likely')];
    expect(words(bounded.decide(view(nowMs, models)))).toEqual(['read likely']);
    expect(words(bounded.decide(view(nowMs + 10_000, models)))).toEqual([]);
    expect(words(bounded.decide(view(nowMs + 1_800_000, models)))).toEqual(['read likely']);
  });
});
