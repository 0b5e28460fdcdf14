/** Who of those that are waited for loads first, and when one would be there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LearnedForecast } from '../../../runtime/core/residency/forecast.ts';
import { residencyDefaults } from '../../../runtime/core/residency/options.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import type { ModelView } from '../../../runtime/core/residency/types.ts';
import { comesInMs, wantedModels } from '../../../runtime/core/residency/wanted.ts';
import { Worth } from '../../../runtime/core/residency/worth.ts';
import { model, ready, view, waiting } from './world.ts';

const nowMs = 3_600_000;
const options = residencyDefaults;
const forecast = new LearnedForecast(options);
const means = { options, forecast, worth: new Worth(options, forecast) };
/** 1.3 s, 4.3 s: from the page cache. */
const cached = (gigabytes: number): Partial<ModelView> => ({ cachedBytes: gigabytes * 1e9 });

function comes(models: readonly ModelView[], id: string): number {
  const found = models.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return comesInMs(means, view(nowMs, models), found);
}

describe('when a model would be there', () => {
  const wanted = model('wanted', { ...cached(4), waiting: [waiting('w', nowMs)] });

  it('when nothing is in its way, then after its load, or what is left of it', () => {
    expect(comes([wanted], 'wanted')).toBe(4_300);
    expect(comes([{ ...wanted, state: 'loading', readySinceMs: nowMs - 3_000 }], 'wanted')).toBe(1_300);
  });

  it('when another loads, then after that', () => {
    const other = model('other', { ...cached(1), state: 'loading', readySinceMs: nowMs - 300 }, 1);
    expect(comes([other, wanted], 'wanted')).toBe(1_000 + 4_300);
  });

  it('when others go first, then after their loads; one for which there is no room holds up nobody', () => {
    const pressed = model(
      'pressed',
      { ...cached(2), waiting: [waiting('p', nowMs, { deadlineMs: nowMs + 4_000 })] },
      2,
    );
    expect(comes([wanted, pressed], 'wanted')).toBe(2_300 + 4_300);
    expect(comes([wanted, pressed], 'pressed')).toBe(2_300);
    const large = model('large', { ...cached(8), waiting: [waiting('l', nowMs, { deadlineMs: nowMs + 10_000 })] }, 8);
    const busy = ready('busy', { running: 1, readySinceMs: 0 }, 2);
    expect(comes([wanted, large, busy], 'wanted')).toBe(4_300);
  });

  it('when what must leave is in use, then after its queue, or after what runs once it takes no further task', () => {
    const queue = (ms: number) => [waiting('q', nowMs, { workMs: ms })];
    const busy = (ms: number) => ready('busy', { running: 1, readySinceMs: 0, waiting: queue(ms) }, 6);
    expect(comes([wanted, busy(7_000)], 'wanted')).toBe(7_000 + 4_300);
    expect(comes([wanted, busy(500_000)], 'wanted')).toBe(options.drainAfterMs + 4_300);
    const since = { ...wanted, waiting: [waiting('w', nowMs - 20_000)] };
    expect(comes([since, busy(500_000)], 'wanted')).toBe(options.drainAfterMs - 20_000 + 4_300);
    const young = ready('young', { readySinceMs: nowMs - 500 }, 6);
    expect(comes([wanted, young], 'wanted')).toBe(options.residenceMsMin - 500 + 4_300);
  });

  it('when somebody is asked, then what runs before is in the wait that is named', () => {
    const asked = {
      ...wanted,
      waiting: [waiting('w', nowMs, { deadlineMs: nowMs + 9_000, substitution: 'ask' as const })],
    };
    const busy = ready(
      'busy',
      { running: 1, readySinceMs: 0, classes: [], waiting: [waiting('q', nowMs, { workMs: 7_000 })] },
      6,
    );
    const other = ready('other', {}, 1);
    const decisions = new ResidencyPolicy({ readsAhead: false }).decide(view(nowMs, [asked, busy, other]));
    expect(decisions).toContainEqual(
      expect.objectContaining({ kind: 'substitute', asks: true, waitMs: 7_000 + 4_300 }),
    );
  });
});

describe('the order of loads', () => {
  it('when the most urgent promise cannot be kept any more, then the next one that can says how long there is', () => {
    const late = waiting('late', nowMs - 9_000, { deadlineMs: nowMs + 1_000 });
    const soon = waiting('soon', nowMs, { deadlineMs: nowMs + 8_000 });
    const models = [
      model('other', { ...cached(4), waiting: [waiting('o', nowMs, { deadlineMs: nowMs + 9_000 })] }),
      model('both', { ...cached(4), waiting: [late, soon] }),
    ];
    expect(wantedModels(means, view(nowMs, models)).map((want) => want.model.id)).toEqual(['both', 'other']);
  });

  it('when tasks are shown in another order, then everything is decided the same', () => {
    const anyTask = fc.record({ ms: fc.nat(60_000), slackMs: fc.integer({ min: -5_000, max: 30_000 }) });
    const any = fc.array(fc.array(anyTask, { maxLength: 5 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(any, fc.boolean(), (drawn, isReady) => {
        const models = drawn.map((tasks, place) => {
          const waits = tasks.map(({ ms, slackMs }, index) =>
            waiting(`${place}${index}`, nowMs - ms, { deadlineMs: nowMs + slackMs, substitution: 'never' }),
          );
          return model(`m${place}`, { ...cached(place), waiting: waits }, 1 + 2 * place);
        });
        const all = [ready('there', { running: isReady ? 1 : 0 }, 5), ...models];
        const turned = all.map((each) => ({ ...each, waiting: [...each.waiting].reverse() }));
        const decided = (each: readonly ModelView[]) => new ResidencyPolicy().decide(view(nowMs, each));
        expect(decided(turned)).toEqual(decided(all));
      }),
    );
  });
});
