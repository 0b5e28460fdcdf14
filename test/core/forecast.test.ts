/** Forecasts against a machine whose costs and lengths are exactly as predicted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Costs } from '../../runtime/core/estimate.ts';
import { rollForward, viewOf as taskView } from '../../runtime/core/forecast.ts';
import type { Policy, Work } from '../../runtime/core/policy.ts';
import { anyCosts, anySequences, anyView, weirdNumber } from './arbitraries.ts';
import { policyOf } from './fixtures.ts';
import { type Ask, anyAsks, longestPassMs, runMachine, viewOf } from './forecast-machine.ts';
import { decoding, keystroke, prefilling, view } from './step-views.ts';

/** Decode passes that a forecast takes for one decision, at most. */
const stride = 16;

function compare(policy: Policy, asks: readonly Ask[], costs: Costs): void {
  const done = runMachine(policy, asks, costs);
  const forecasts = rollForward(policy.planStep, viewOf(asks, costs));
  const toleranceMs = stride * longestPassMs(asks, costs);
  for (const [id, { firstTokenMs, endMs }] of done) {
    const forecast = forecasts.get(id);
    expect(Math.abs((forecast?.firstTokenMs ?? Number.NaN) - firstTokenMs), `${id} begins`).toBeLessThanOrEqual(
      toleranceMs,
    );
    expect(Math.abs((forecast?.endMs ?? Number.NaN) - endMs), `${id} ends`).toBeLessThanOrEqual(toleranceMs);
  }
}

describe('a forecast', () => {
  it.each(['fcfs', 'edf'])('when %s runs as predicted, then it comes true within a stride', (name) => {
    fc.assert(fc.property(anyAsks, anyCosts, (asks, costs) => compare(policyOf(name), asks, costs)));
  });

  // Near a deadline one pass more or less changes whose turn it is, so there a stride may move everything after it.
  it('when punctual runs as predicted and nobody is short of time, then it comes true within a stride', () => {
    const leisurely = anyAsks.map((asks) => asks.map((ask) => ({ ...ask, targetMs: ask.targetMs + 200_000 })));
    fc.assert(fc.property(leisurely, anyCosts, (asks, costs) => compare(policyOf('punctual'), asks, costs)));
  });

  it.each(['fcfs', 'punctual'])(
    'when %s prefills in several chunks, then answers get one pass between two of them',
    (name) => {
      const answering: Ask = { promise: 'e2e', targetMs: 60_000, promptTokens: 1, answerTokens: 100 };
      const asks = [answering, { ...answering, promptTokens: 320, answerTokens: 1 }];
      const costs: Costs = { prefillMs: () => 10, decodeMs: (sequences) => 9 + sequences };
      compare(policyOf(name), asks, costs);
      const end = rollForward(policyOf(name).planStep, viewOf(asks, costs)).get('t1')?.endMs;
      expect(
        Math.abs((end ?? 0) - (runMachine(policyOf(name), asks, costs).get('t1')?.endMs ?? 0)),
      ).toBeLessThanOrEqual(20);
    },
  );

  it('when one task is alone, then it is exact', () => {
    const { planStep } = policyOf('punctual');
    const alone = prefilling('a', { tokensLeft: 100, decodeTokens: 10 });
    // Two chunks, of which the second one gives the first token, then nine decodes of 10 ms.
    expect(rollForward(planStep, view([alone])).get('a')).toEqual({ firstTokenMs: 100, endMs: 190 });
  });

  it('when an answer is longer than the bound of the look ahead, then it is left out and the others are told', () => {
    const { planStep } = policyOf('edf');
    const sequences = [decoding('short', { decodeTokens: 5 }), decoding('endless', { decodeTokens: 1e9 })];
    expect([...rollForward(planStep, view(sequences)).keys()]).toEqual(['short']);
  });

  it('when an answer may be shorter than predicted, then the planner knows so all along, as it does in the engine', () => {
    const seen: (number | undefined)[] = [];
    const planStep: Policy['planStep'] = (each) => {
      seen.push(each.sequences[0]?.leastTokens);
      return policyOf('fcfs').planStep(each);
    };
    const sequences = [decoding('a', { decodeTokens: 40, leastTokens: 20 }), decoding('b', { decodeTokens: 24 })];
    rollForward(planStep, view(sequences));
    expect(seen).toEqual([20, 4, 1]);
  });

  it('when a task is shown to the planner, then with the fewest tokens that it may have left', () => {
    const work: Work = {
      id: 'a',
      class: 'translate',
      promise: 'e2e',
      arrivalMs: 1,
      deadlineMs: 2,
      prefillTokens: 0,
      decodeTokens: 30,
      leastTokens: 10,
      contextTokens: 50,
      maxTokens: 64,
      relegated: true,
    };
    const shown = { decoding: true, tokensLeft: 1, decodeTokens: 30, leastTokens: 10, started: true, relegated: true };
    expect(taskView(work)).toMatchObject(shown);
    expect(taskView({ ...work, prefillTokens: 5 })).toMatchObject({ decoding: false, tokensLeft: 5, started: false });
    expect(taskView({ ...work, prefillTokens: 1 }, true)).toMatchObject({ decoding: false, started: true });
  });

  it('when a first token is out already, then its time is no later than the next pass', () => {
    const { planStep } = policyOf('punctual');
    const forecasts = rollForward(planStep, view([decoding('a', { decodeTokens: 3 }), keystroke('b')]));
    expect(forecasts.get('a')?.firstTokenMs).toBeLessThanOrEqual(forecasts.get('a')?.endMs ?? 0);
  });

  it('when costs, lengths and shares are nonsense, then it ends within its bound', () => {
    const weird = fc.array(weirdNumber, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(anyView, anySequences(4), weird, (shown, sequences, [a = 0, b = 0, c = 0]) => {
        const spoilt = sequences.map((sequence, index) => (index % 2 ? sequence : { ...sequence, decodeTokens: c }));
        const costs = { prefillMs: () => a, decodeMs: () => b };
        let plans = 0;
        const { planStep } = policyOf('punctual');
        const counted: Policy['planStep'] = (each) => {
          plans += 1;
          return planStep(each);
        };
        rollForward(counted, { ...shown, sequences: spoilt, costs }, { passesMax: 50 });
        expect(plans).toBeLessThanOrEqual(50);
      }),
    );
  });
});
