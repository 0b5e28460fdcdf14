/** Promises from measurements: figures, bounds, and that they stay while little changes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  promiseBounds,
  promiseOfCosts,
  promiseOfSamples,
  quantile,
  roundedUpMs,
  steadyPromise,
} from '../../runtime/diagnose/promise.ts';
import { AutomaticTargets, type Ordinary } from '../../runtime/diagnose/targets.ts';
import { settingsOf } from '../whole-settings.ts';

describe('a promise', () => {
  test.each([
    [97, 100],
    [100, 100],
    [101, 120],
    [151, 180],
    [181, 200],
    [301, 400],
    [999, 1_000],
    [1_001, 1_200],
    [8_100, 10_000],
  ])('when %d ms are to be promised, then people are told %d', (ms, figure) => {
    expect(roundedUpMs(ms)).toBe(figure);
  });

  test('when it is rounded, then never down, and never by half', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 3_600_000, noNaN: true }), (ms) => {
        const rounded = roundedUpMs(ms);
        expect(rounded).toBeGreaterThanOrEqual(ms - 1e-6 * ms);
        expect(rounded).toBeLessThanOrEqual(1.5 * ms);
      }),
    );
  });

  test('when real tasks were timed, then a fifth is added; when costs are known, an ordinary task is doubled', () => {
    expect(promiseOfSamples('completion', 150)).toBe(180);
    expect(promiseOfCosts('completion', 150)).toBe(300);
  });

  test('when a machine is very fast or very slow, then the promise stays within bounds', () => {
    for (const name of ['completion', 'summarize', 'translate', 'generate'] as const) {
      expect(promiseOfCosts(name, 0)).toBe(promiseBounds[name].floorMs);
      expect(promiseOfCosts(name, 1e9)).toBe(promiseBounds[name].ceilingMs);
    }
  });

  test('when what was measured moves a little, then the promise stays; when it moves much, it follows', () => {
    expect(steadyPromise('completion', 150, undefined)).toBe(300);
    expect(steadyPromise('completion', 190, 300)).toBe(300);
    expect(steadyPromise('completion', 210, 300)).toBe(500);
    expect(steadyPromise('completion', 80, 300)).toBe(300);
    expect(steadyPromise('completion', 60, 300)).toBe(120);
  });

  test('when quantiles of a few samples are asked for, then they are samples', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(
      quantile(
        Array.from({ length: 20 }, (_, index) => index + 1),
        0.95,
      ),
    ).toBe(19);
    expect(quantile([7], 0.95)).toBe(7);
  });
});

describe('automatic promises', () => {
  const settings = settingsOf({ automatic: ['completion', 'translate'] });

  function targetsOf(ordinary: Map<string, Ordinary>): AutomaticTargets {
    return new AutomaticTargets((name) => ordinary.get(name));
  }

  test('when nothing was measured, then the usual promises count', () => {
    const targets = targetsOf(new Map());
    expect(targets.over(settings).completion.targetMs).toBe(settings.completion.targetMs);
    expect(targets.latest('completion')).toBeUndefined();
  });

  test('when something was measured, then it counts for what is automatic, and a number counts as it is', () => {
    const ordinary = new Map([
      ['completion', { model: 'm', ms: 150 }],
      ['summarize', { model: 'm', ms: 150 }],
    ]);
    const targets = targetsOf(ordinary);
    const over = targets.over(settings);
    expect([over.completion.targetMs, over.summarize.targetMs, over.translate.targetMs]).toEqual([300, 10_000, 20_000]);
    expect(targets.latest('completion')).toEqual({ targetMs: 300, ordinaryMs: 150 });
    const said = settingsOf({ completion: { targetMs: 42 } });
    expect(targets.over(said)).toBe(said);
  });

  test('when nothing changes, then the settings are the same object, as choices are looked up by it', () => {
    const ordinary = new Map([['completion', { model: 'm', ms: 150 }]]);
    const targets = targetsOf(ordinary);
    const first = targets.over(settings);
    ordinary.set('completion', { model: 'm', ms: 160 });
    expect(targets.over(settings)).toBe(first);
    ordinary.set('completion', { model: 'm', ms: 600 });
    expect(targets.over(settings)).not.toBe(first);
  });

  test('when another model serves, then its promise does not depend on that of the one before', () => {
    const ordinary = new Map([['completion', { model: 'slow', ms: 600 }]]);
    const targets = targetsOf(ordinary);
    expect(targets.over(settings).completion.targetMs).toBe(1_200);
    ordinary.set('completion', { model: 'quick', ms: 350 });
    expect(targets.over(settings).completion.targetMs).toBe(800);
    ordinary.set('completion', { model: 'slow', ms: 610 });
    expect(targets.over(settings).completion.targetMs).toBe(1_200);
  });
});
