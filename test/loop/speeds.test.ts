import { describe, expect, it } from 'vitest';
import { type CostModel, learn, newCostModel } from '../../runtime/core/estimate.ts';
import { ordinaryMs, speedOf } from '../../runtime/loop/speeds.ts';

/** After so many passes of each kind, each as fast as told. */
function measured(passes: number, prefillMs: number, decodeMs: number): CostModel {
  let model = newCostModel();
  for (let pass = 0; pass < passes; pass++) {
    const common = { model: 'm', sequences: 1, contextTokens: 0 };
    model = learn(model, { ...common, kind: 'prefill', tokens: 64, wallMs: prefillMs });
    model = learn(model, { ...common, kind: 'decode', tokens: 1, wallMs: decodeMs });
  }
  return model;
}

describe('how soon a promise is kept', () => {
  it('when little was measured, then nothing is said', () => {
    expect(ordinaryMs(newCostModel(), 'completion')).toBeUndefined();
    expect(ordinaryMs(measured(7, 100, 20), 'completion')).toBeUndefined();
  });

  it('when passes were measured, then a completion takes about a chunk and a token, an answer its tokens', () => {
    const model = measured(40, 100, 20);
    const ms = (name: 'completion' | 'summarize' | 'translate'): number => ordinaryMs(model, name) ?? Number.NaN;
    expect(ms('completion')).toBeGreaterThan(100);
    expect(ms('completion')).toBeLessThan(200);
    expect(ms('summarize')).toBeGreaterThan(150 * 20);
    expect(ms('translate')).toBeGreaterThan(400 * 20);
  });

  it('when a model is slower, then everything takes longer', () => {
    const [fast, slow] = [measured(40, 50, 10), measured(40, 500, 100)];
    for (const name of ['completion', 'summarize', 'translate'] as const)
      expect(ordinaryMs(slow, name) ?? 0).toBeGreaterThan(5 * (ordinaryMs(fast, name) ?? 0));
  });
});

describe('how fast a model is', () => {
  it('when little was measured, then nothing is said', () => {
    expect(speedOf(measured(7, 100, 20))).toBeUndefined();
  });

  it('when passes were measured, then tokens per second follow from them, less a little for the context', () => {
    const { prefillTokensPerSecond = 0, decodeTokensPerSecond = 0 } = speedOf(measured(40, 100, 20)) ?? {};
    expect(prefillTokensPerSecond).toBeGreaterThan(500);
    expect(prefillTokensPerSecond).toBeLessThanOrEqual(640);
    expect(decodeTokensPerSecond).toBeGreaterThan(40);
    expect(decodeTokensPerSecond).toBeLessThanOrEqual(50);
  });
});
