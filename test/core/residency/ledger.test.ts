/** Which loads ahead were used, and what the others cost. */
import { describe, expect, it } from 'vitest';
import type { Forecast } from '../../../runtime/core/residency/forecast.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import { model, ready, view, waiting, words } from './world.ts';

const use = { class: 'summarize', targetMs: 10_000, workMs: 1_000 } as const;
const likely: Forecast = {
  use: () => undefined,
  signal: () => undefined,
  needOf: (id) => ({ need: id === 'm' ? 0.9 : 0.1, signalled: 0 }),
  within: (id) => (id === 'm' ? 0.9 : 0),
};
const startMs = 3_600_000;

/** `m` begins to load, as it is likely to be used. */
function loading(): ResidencyPolicy {
  const policy = new ResidencyPolicy({ readsAhead: false }, likely);
  expect(words(policy.decide(view(startMs, [model('m')])))).toEqual(['load ahead m']);
  policy.decide(view(startMs + 1_000, [model('m', { state: 'loading', readySinceMs: startMs })]));
  return policy;
}

describe('loads ahead', () => {
  it('when the model is used, also while it loads, then it was a hit', () => {
    const policy = loading();
    policy.use('m', use, startMs + 2_000);
    policy.use('m', use, startMs + 3_000);
    expect(policy.ahead).toEqual({ begun: 1, used: 1, wasted: 0, wastedMs: 0 });
  });

  it('when it leaves unused, then its load was wasted, and the time of that is told', () => {
    const policy = loading();
    policy.use('other', use, startMs);
    policy.decide(view(startMs + 9_000, [ready('m', { readySinceMs: startMs + 4_000 })]));
    expect(policy.ahead, 'there is still time').toMatchObject({ used: 0, wasted: 0 });
    policy.decide(view(startMs + 10_000, [model('m', { waiting: [waiting('t', startMs + 10_000)] })]));
    policy.use('m', use, startMs + 11_000);
    expect(policy.ahead).toEqual({ begun: 1, used: 0, wasted: 1, wastedMs: 4_000 });
  });

  it('when it only gets smaller, then it has not left; when its load fails, then it was in vain', () => {
    const policy = loading();
    policy.decide(view(startMs + 9_000, [model('m', { state: 'leaving', readySinceMs: startMs + 4_000 })]));
    expect(policy.ahead.wasted).toBe(0);
    const failed = loading();
    failed.decide(view(startMs + 2_500, [model('m', { state: 'failed' })]));
    expect(failed.ahead).toEqual({ begun: 1, used: 0, wasted: 1, wastedMs: 1_000 });
  });

  it('when somebody waits for it, or another must leave first, then nothing was loaded ahead until then', () => {
    const policy = new ResidencyPolicy({ readsAhead: false }, likely);
    policy.decide(view(startMs, [model('m', { waiting: [waiting('t', startMs)] })]));
    expect(words(policy.decide(view(startMs + 20_000, [model('m'), ready('a', {}, 5)])))).toEqual(['load ahead m -a']);
    expect(policy.ahead.begun).toBe(0);
    const gone = view(startMs + 21_000, [model('m'), model('a', {}, 5)]);
    expect(words(policy.decide(gone)), 'at once, as others left for it').toEqual(['load ahead m']);
    expect(policy.ahead.begun).toBe(1);
  });
});
