/** What the user wants of single models and of the factors: whom it keeps, when models leave by themselves, what counts how much. */
import { describe, expect, it } from 'vitest';
import { type Forecast, LearnedForecast } from '../../../runtime/core/residency/forecast.ts';
import { type ResidencyOptions, residencyDefaults, weightsOf } from '../../../runtime/core/residency/options.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import { gb, model, ready, view, waiting, words } from './world.ts';

/** Foresees the needs that it is given, whatever happens. */
function foreseen(needs: Readonly<Record<string, number>>): Forecast {
  const needOf = (id: string): number => needs[id] ?? 0;
  return {
    use: () => undefined,
    signal: () => undefined,
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

describe('a model that the user keeps', () => {
  const wanted = model('wanted', { waiting: [waiting('t', nowMs)] });

  it('when another is waited for, then it stays, however little it is worth', () => {
    const models = [ready('kept', { isKept: true }), ready('likely'), wanted];
    expect(words(policy({ kept: 0, likely: 0.9 }).decide(view(nowMs, models)))).toEqual(['load wanted -likely']);
  });

  it('when only its memory would be enough, then the other does not fit', () => {
    const large = model('large', { waiting: [waiting('t', nowMs)] }, 6);
    const seen = view(nowMs, [ready('kept', { isKept: true }), large]);
    const one = policy();
    expect(one.isTooLarge(seen, large)).toBe(true);
    expect(words(one.decide(seen))).toEqual([]);
  });

  it('when somebody has waited for long, then another takes no further task for him, and it goes on', () => {
    const waited = model('wanted', { waiting: [waiting('t', nowMs - 60_000)] });
    const kept = ready('kept', { isKept: true, running: 1 });
    const busy = ready('busy', { running: 1 });
    const drained = words(policy().decide(view(nowMs, [kept, busy, waited])));
    expect(drained).toContain('drain busy for wanted');
    const pinned = ready('pinned', { isPinned: true, running: 1 }, 1);
    const alone = words(policy().decide(view(nowMs, [kept, pinned, waited], { budgetBytes: 9 * gb - 1 })));
    expect(alone.filter((each) => each.startsWith('drain'))).toEqual([]);
  });

  it('when other programs take memory, then it leaves after all others and before the completion model', () => {
    const models = [ready('pinned', { isPinned: true }, 1), ready('kept', { isKept: true }), ready('other')];
    const relief = (budgetGb: number) =>
      words(policy({ other: 0.9 }).decide(view(nowMs, models, { budgetBytes: budgetGb * gb })));
    expect(relief(5)).toEqual(['release other']);
    expect(relief(4)).toEqual(['release kept', 'release other']);
    expect(relief(0.5)).toEqual(['release kept', 'release other']);
  });
});

describe('models with a time of their own', () => {
  it('when it is over, then they leave; the others when theirs is, and the completion model last', () => {
    const idle = { lastUsedMs: nowMs - 600_000 };
    const models = [
      ready('soon', { ...idle, releaseAfterMs: 300_000 }, 1),
      ready('never', { ...idle, releaseAfterMs: Number.POSITIVE_INFINITY }, 1),
      ready('plain', idle, 1),
      ready('completion', { ...idle, isPinned: true }, 1),
    ];
    const times = { releaseAfterMs: 900_000, releasePinnedAfterMs: 1_800_000 };
    const at = (ms: number) => words(policy({}, times).decide(view(nowMs + ms, models)));
    expect(at(0)).toEqual(['release soon']);
    expect(at(300_000)).toEqual(['release soon', 'release plain']);
    expect(at(1_200_000)).toEqual(['release soon', 'release plain', 'release completion']);
  });

  it('when the completion model was released by its own time, then it does not come back by itself', () => {
    const completion = (releaseAfterMs: number) =>
      words(
        policy().decide(
          view(nowMs, [model('own', { isPinned: true, lastUsedMs: nowMs - 600_000, releaseAfterMs }, 1)]),
        ),
      );
    expect(completion(300_000)).toEqual([]);
    expect(completion(900_000)).toEqual(['load ahead own']);
  });
});

describe('weights', () => {
  const wanted = model('wanted', { waiting: [waiting('t', nowMs)] });
  const needs = { cold: 0.2, cached: 0.9 };
  const seen = view(nowMs, [ready('cold'), ready('cached', { cachedBytes: 4 * gb }), wanted]);

  it('when demand does not count, then all models are alike in it, and the one that is back sooner leaves', () => {
    const leaves = (options: Partial<ResidencyOptions>) => words(policy(needs, options).decide(seen));
    expect(leaves({})).toEqual(['load wanted -cold']);
    expect(leaves({ needWeight: 0 })).toEqual(['load wanted -cached']);
  });

  it('when they change while the policy lives, then the next decision goes by them', () => {
    const one = policy(needs);
    expect(words(one.decide(seen))).toEqual(['load wanted -cold']);
    one.configure(weightsOf({ loadTime: 1, brokenPromises: 1, work: 0, demand: 0, signals: 1 }));
    expect(words(one.decide(seen))).toEqual(['load wanted -cached']);
  });

  it('when long work counts, then a model of long answers stays', () => {
    const use = (workMs: number) => ({ class: 'translate', targetMs: 60_000, workMs }) as const;
    const leaves = (options: Partial<ResidencyOptions>) => {
      const one = policy({ short: 0.3, long: 0.29 }, options);
      one.use('short', use(1_000), nowMs);
      one.use('long', use(20_000), nowMs);
      return words(one.decide(view(nowMs, [ready('short'), ready('long'), wanted])));
    };
    expect(leaves({})).toEqual(['load wanted -long']);
    expect(leaves({ workWeight: 1 })).toEqual(['load wanted -short']);
  });

  it('when signals do not count, then none of them makes a model likely; by default all is as it was tuned', () => {
    const learn = (options: Partial<ResidencyOptions>) => {
      const forecast = new LearnedForecast({ ...residencyDefaults, ...options });
      const use = { class: 'summarize', targetMs: 10_000, workMs: 1_000 } as const;
      for (let place = 0; place < 8; place += 1) {
        forecast.signal({ kind: 'selectionMade', language: 'java' }, place * 900_000);
        forecast.use('m', use, place * 900_000 + 20_000);
      }
      forecast.signal({ kind: 'selectionMade', language: 'java' }, 7_200_000);
      return forecast.needOf('m', 7_201_000, 60_000);
    };
    expect(learn({ signalWeight: 0 }).signalled).toBe(0);
    expect(learn({ signalWeight: 0.5 }).signalled).toBeLessThan(learn({}).signalled);
    expect(learn({ signalWeight: 10 }).need).toBeLessThan(1);
    const asTuned = weightsOf({ loadTime: 1, brokenPromises: 1, work: 0, demand: 1, signals: 1 });
    expect({ ...residencyDefaults, ...asTuned }).toEqual(residencyDefaults);
  });
});
