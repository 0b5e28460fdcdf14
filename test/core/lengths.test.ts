/** Predicted lengths of answers: from a prior, through what was seen, to what is left of an answer under way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lognormal, newRandom } from '../../runtime/bench/random.ts';
import {
  answerLength,
  emptyLengthModel,
  type LengthModel,
  type LengthQuantiles,
  type LengthSample,
  learnLength,
  remainingTokens,
} from '../../runtime/core/lengths.ts';
import { taskClasses } from '../../runtime/core/task.ts';

const free = { maxTokens: 100_000 };

function completion(tokens: number, ended = true, inputTokens = 500): LengthSample {
  return { class: 'completion', inputTokens, tokens, ended };
}

function learned(samples: readonly LengthSample[], model: LengthModel = emptyLengthModel): LengthModel {
  return samples.reduce(learnLength, model);
}

const valuesOf = ({ p10, p25, p50, p75, p90 }: LengthQuantiles): number[] => [p10, p25, p50, p75, p90];
const isSorted = (values: readonly number[]): boolean =>
  values.every((value, index) => value >= (values[index - 1] ?? 0));

const anyNumber = fc.oneof(
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 1e300),
  fc.integer({ min: 1, max: 10_000 }),
);
const anySample = fc.record<LengthSample>({
  class: fc.constantFrom(...taskClasses),
  language: fc.constantFrom('python', 'java', '__proto__', 'constructor', ''),
  inputTokens: anyNumber,
  tokens: anyNumber,
  ended: fc.boolean(),
});

describe('the length of an answer, before it begins', () => {
  it('when nothing was seen, then it is the prior: tokens for a completion, the size of the input for a translation', () => {
    const of = (name: 'completion' | 'translate', inputTokens: number) =>
      answerLength(emptyLengthModel, { class: name, inputTokens, ...free });
    expect(of('completion', 10)).toEqual(of('completion', 10_000));
    expect(of('completion', 10).p50).toBe(13);
    expect(of('translate', 300).p50).toBe(300);
    expect(of('translate', 300).p90).toBeCloseTo(687, 6);
  });

  it('when the limit is low, then it caps the prediction, and it never is one', () => {
    const query = { class: 'summarize', inputTokens: 100 } as const;
    expect(valuesOf(answerLength(emptyLengthModel, { ...query, maxTokens: 50 }))).toEqual([24, 42, 50, 50, 50]);
    expect(answerLength(emptyLengthModel, { ...query, maxTokens: 4_096 }).p50).toBe(62);
    expect(answerLength(emptyLengthModel, { ...query, maxTokens: Number.NaN }).p90).toBe(1);
  });

  it('when lognormal answers were seen, then the quantiles are near the true ones', () => {
    const random = newRandom(4);
    const samples = Array.from({ length: 64 }, () => completion(Math.ceil(lognormal(random, 40, 0.7))));
    const { p50, p90 } = answerLength(learned(samples), { class: 'completion', inputTokens: 500, ...free });
    expect(Math.abs(p50 / 40 - 1)).toBeLessThan(0.25);
    expect(Math.abs(p90 / (40 * Math.exp(1.2816 * Math.sqrt(Math.log(1.49)))) - 1)).toBeLessThan(0.35);
  });

  it('when habits change, then the old ones are forgotten after 72 answers', () => {
    const before = learned(Array.from({ length: 500 }, () => completion(200)));
    const after = learned(
      Array.from({ length: 72 }, () => completion(10)),
      before,
    );
    expect(answerLength(after, { class: 'completion', inputTokens: 500, ...free }).p90).toBeLessThan(16);
  });

  it('when translations have a ratio of their own for each pair, then each pair is predicted by its own', () => {
    const pair = (language: string, ratio: number) =>
      Array.from({ length: 30 }, (_, index): LengthSample => {
        const inputTokens = 100 + index;
        return { class: 'translate', language, inputTokens, tokens: Math.round(ratio * inputTokens), ended: true };
      });
    const model = learned([...pair('python>java', 2.1), ...pair('java>python', 0.5)]);
    const p50 = (language: string, inputTokens: number) =>
      answerLength(model, { class: 'translate', language, inputTokens, ...free }).p50;
    expect(Math.abs(p50('python>java', 200) / 420 - 1)).toBeLessThan(0.25);
    expect(Math.abs(p50('java>python', 200) / 100 - 1)).toBeLessThan(0.25);
    const unknown = p50('go>rust', 200);
    expect(unknown).toBeGreaterThan(p50('java>python', 200));
    expect(unknown).toBeLessThan(p50('python>java', 200));
  });

  it('when the size was never seen, then the class is what counts', () => {
    const model = learned(Array.from({ length: 40 }, () => completion(100, true, 10)));
    const p50 = (inputTokens: number) => answerLength(model, { class: 'completion', inputTokens, ...free }).p50;
    expect(p50(10)).toBeGreaterThan(p50(100_000));
    expect(p50(100_000)).toBeGreaterThan(60);
  });
});

describe('an answer that was cancelled', () => {
  it('when it had many tokens, then longer answers are expected; when it had few, hardly anything changes', () => {
    const seen = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].flatMap((tokens) => [tokens, tokens, tokens]);
    const ended = seen.map((tokens) => completion(tokens));
    const p75 = (cancelledAt: number) => {
      const cut = Array.from({ length: 10 }, () => completion(cancelledAt, false));
      return answerLength(learned([...ended, ...cut]), { class: 'completion', inputTokens: 500, ...free }).p75;
    };
    const none = answerLength(learned(ended), { class: 'completion', inputTokens: 500, ...free }).p75;
    expect(p75(60)).toBeGreaterThan(none);
    expect(Math.abs(p75(1) / none - 1)).toBeLessThan(0.1);
  });

  it('when all were cancelled, or had no token, then the prior stays', () => {
    const model = learned([completion(5, false), completion(90, false), completion(0), completion(Number.NaN)]);
    expect(answerLength(model, { class: 'completion', inputTokens: 500, ...free }).p50).toBe(13);
    expect(learnLength(model, completion(0, false))).toBe(model);
  });
});

describe('what is left of an answer', () => {
  const quantiles: LengthQuantiles = { p10: 7, p25: 9, p50: 13, p75: 23, p90: 54 };
  const tight: LengthQuantiles = { p10: 100, p25: 100, p50: 100, p75: 100, p90: 100 };

  it('when nothing came yet, then it is the median', () => {
    expect(remainingTokens(quantiles, 0)).toBeCloseTo(13, 9);
    expect(remainingTokens(quantiles, Number.NaN)).toBeCloseTo(13, 9);
  });

  it('when half of the answers would be over, then it is what the longer half has', () => {
    // Half of those that are longer than 13 are longer than 23.
    expect(remainingTokens(quantiles, 13)).toBeCloseTo(10, 9);
  });

  it('when it is longer than nine in ten, then its rest grows with it', () => {
    expect(remainingTokens(quantiles, 400)).toBeGreaterThan(remainingTokens(quantiles, 100));
  });

  it('when all answers are equally long, then the rest is known, and a longer one ends soon', () => {
    expect(remainingTokens(tight, 30)).toBeCloseTo(70, 0);
    expect(remainingTokens(tight, 100)).toBeLessThan(6);
  });

  it('when it goes on, then the rest is 1 at least, within the limit, and the whole never shrinks', () => {
    const anyQuantiles = fc
      .array(fc.integer({ min: 1, max: 5_000 }), { minLength: 5, maxLength: 5 })
      .map((values) => values.sort((a, b) => a - b))
      .map(([p10 = 1, p25 = 1, p50 = 1, p75 = 1, p90 = 1]): LengthQuantiles => ({ p10, p25, p50, p75, p90 }));
    fc.assert(
      fc.property(anyQuantiles, fc.nat(20_000), fc.nat(500), (any, generated, more) => {
        const rest = remainingTokens(any, generated);
        expect(rest).toBeGreaterThanOrEqual(1);
        expect(rest).toBeLessThan(Number.POSITIVE_INFINITY);
        const later = generated + more + remainingTokens(any, generated + more);
        expect(later).toBeGreaterThanOrEqual((generated + rest) * (1 - 1e-9));
        expect(remainingTokens(any, generated, 600)).toBeLessThanOrEqual(Math.max(1, 600 - generated));
      }),
    );
  });
});

describe('the memory of lengths', () => {
  it('when anything at all is learned, then predictions are sane, and the state survives JSON', () => {
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 100 }), anySample, (samples, query) => {
        const model = learned(samples);
        const back = JSON.parse(JSON.stringify(model)) as LengthModel;
        expect(back).toEqual(model);
        const inputTokens = Number.isFinite(query.inputTokens) ? query.inputTokens : 0;
        const values = valuesOf(answerLength(back, { ...query, inputTokens, maxTokens: 5_000 }));
        expect(isSorted(values) && values.every((value) => value >= 1 && value <= 5_000), String(values)).toBe(true);
      }),
    );
  });

  it('when languages never end, then its size does', () => {
    const samples = Array.from({ length: 600 }, (_, index) => ({ ...completion(20), language: `l${index % 200}` }));
    const model = learned(samples);
    expect(Object.keys(model.buckets).length).toBeLessThanOrEqual(128);
    const perBucket = Object.values(model.buckets).map(({ recent }) => recent.length);
    expect(Math.max(...perBucket)).toBe(64);
    // What is used all the time never leaves.
    expect(Object.keys(model.buckets)).toContain('completion');
  });
});
