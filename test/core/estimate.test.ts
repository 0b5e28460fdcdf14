/** The cost model: what it predicts before, while and after it learns, and what must not lead it astray. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRandom, normal } from '../../runtime/bench/random.ts';
import { calibrationPlan } from '../../runtime/core/calibration.ts';
import {
  type CostModel,
  type Costs,
  costsOf,
  genericCosts,
  learn,
  newCostModel,
  prefillTotalMs,
} from '../../runtime/core/estimate.ts';
import type { PassReport } from '../../runtime/core/pass-report.ts';
import { halfBillionModel, costsOf as tableCosts } from '../../runtime/engine/simulated-model.ts';

/** The 0.5 B model with 4-bit weights: two sequences cost more than two passes, and eight less than six. */
const truth = tableCosts(halfBillionModel.costs);

function decoded(sequences: number, wallMs: number, contextTokens = 0): PassReport {
  return { model: 'm', kind: 'decode', tokens: sequences, sequences, contextTokens, wallMs };
}

function prefilled(tokens: number, wallMs: number, contextTokens = 0): PassReport {
  return { model: 'm', kind: 'prefill', tokens, sequences: 1, contextTokens, wallMs };
}

function learned(model: CostModel, samples: readonly PassReport[]): CostModel {
  return samples.reduce(learn, model);
}

/** A device with 5 % noise of which 2 % of the passes take 20 times as long. */
function noisyDevice(seed: number) {
  const random = newRandom(seed);
  const disturbed = (ms: number): number => ms * Math.exp(0.05 * normal(random)) * (random() < 0.02 ? 20 : 1);
  const integer = (most: number): number => 1 + Math.floor(random() * most);
  return {
    decode(slowdown = 1): PassReport {
      const [sequences, contextTokens] = [integer(8), integer(2_000)];
      return decoded(sequences, disturbed(slowdown * truth.decodeMs(sequences, contextTokens)), contextTokens);
    },
    prefill(): PassReport {
      const tokens = random() < 0.5 ? 64 : integer(64);
      const contextTokens = integer(2_000);
      return prefilled(tokens, disturbed(truth.prefillMs(tokens, contextTokens)), contextTokens);
    },
  };
}

function decodeErrors(model: CostModel, slowdown = 1): number[] {
  const costs = costsOf(model);
  return [1, 2, 3, 4, 5, 6, 7, 8].flatMap((sequences) =>
    [0, 1_000, 2_000].map((contextTokens) => {
      const actual = slowdown * truth.decodeMs(sequences, contextTokens);
      return Math.abs(costs.decodeMs(sequences, contextTokens) - actual) / actual;
    }),
  );
}

const anyNumber = fc.oneof(
  fc.constantFrom(Number.NaN, 0, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 1e-300),
  fc.double({ min: 0.001, max: 1e5, noNaN: true }),
  fc.integer({ min: 1, max: 3_000 }),
);
const anySample = fc.record<PassReport>({
  model: fc.constant('m'),
  kind: fc.constantFrom('prefill', 'decode'),
  tokens: anyNumber,
  sequences: anyNumber,
  contextTokens: anyNumber,
  wallMs: anyNumber,
});
const saneSample = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 3_000 }), fc.nat(100_000), fc.double({ min: 0.001, max: 1e6 }))
  .filter(([, , , wallMs]) => wallMs > 0)
  .map(([isDecode, count, context, wallMs]) => (isDecode ? decoded : prefilled)(count, wallMs, context));

function expectSane(costs: Costs): void {
  for (const count of [1, 1.5, 2, 3, 7, 16, 17, 40, 64, 100, 2_048, 5_000]) {
    for (const context of [0, 100, 30_000]) {
      for (const ms of [costs.prefillMs(count, context), costs.decodeMs(count, context)]) {
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    }
  }
}

describe('a cost model that has seen nothing', () => {
  it('when it is asked, then it answers with the generic costs', () => {
    const costs = costsOf(newCostModel());
    expect(costs.decodeMs(4, 1_000)).toBeCloseTo(genericCosts.decodeMs(4, 1_000), 6);
    expect(costs.prefillMs(48, 1_000)).toBeCloseTo(genericCosts.prefillMs(48, 1_000), 6);
    expectSane(costs);
  });

  it('when the prior makes no sense, then the generic one stands in', () => {
    const broken: Costs = { prefillMs: () => Number.NaN, decodeMs: () => -1 };
    expect(newCostModel(broken)).toEqual(newCostModel());
  });

  it('when the question makes no sense, then the answer is still a time', () => {
    const costs = costsOf(newCostModel());
    for (const odd of [Number.NaN, -5, 0]) {
      expect(costs.decodeMs(odd, odd)).toBe(costs.decodeMs(1, 0));
      expect(costs.prefillMs(odd, odd)).toBe(costs.prefillMs(1, 0));
    }
  });

  it('when the first pass takes ten times as long as thought, then everything is thought to take ten times as long', () => {
    const model = learn(newCostModel(), decoded(1, 10 * genericCosts.decodeMs(1, 0)));
    expect(costsOf(model).decodeMs(8, 0)).toBeCloseTo(10 * genericCosts.decodeMs(8, 0), 6);
    expect(costsOf(model).prefillMs(64, 0)).toBeCloseTo(10 * genericCosts.prefillMs(64, 0), 6);
  });
});

describe('a cost model that learns', () => {
  it('when passes are noisy and some take 20 times as long, then 400 decodes give the steps of the table', () => {
    const errors = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((seed) => {
      const device = noisyDevice(seed);
      return decodeErrors(
        learned(
          newCostModel(),
          Array.from({ length: 400 }, () => device.decode()),
        ),
      );
    });
    const [p50, p95] = [0.5, 0.95].map((share) => errors.toSorted((a, b) => a - b)[Math.floor(share * errors.length)]);
    expect(p50).toBeLessThan(0.03);
    expect(p95).toBeLessThan(0.06);
    expect(Math.max(...errors)).toBeLessThan(0.15);
  });

  it('when it has learned a table that is not monotone, then two sequences cost more than two passes and eight less than six', () => {
    const device = noisyDevice(7);
    const costs = costsOf(
      learned(
        newCostModel(),
        Array.from({ length: 400 }, () => device.decode()),
      ),
    );
    expect(costs.decodeMs(2, 0)).toBeGreaterThan(2.4 * costs.decodeMs(1, 0));
    expect(costs.decodeMs(8, 0)).toBeLessThan(0.9 * costs.decodeMs(6, 0));
  });

  it('when chunks of all lengths come, then those between the points are predicted too', () => {
    const device = noisyDevice(3);
    const costs = costsOf(
      learned(
        newCostModel(),
        Array.from({ length: 400 }, () => device.prefill()),
      ),
    );
    for (const tokens of [8, 16, 24, 40, 48, 64]) {
      for (const context of [0, 1_500]) {
        const actual = truth.prefillMs(tokens, context);
        expect(Math.abs(costs.prefillMs(tokens, context) / actual - 1), `${tokens} after ${context}`).toBeLessThan(
          0.12,
        );
      }
    }
  });

  it('when a calibration has run, then every shape of it is known', () => {
    const plan = calibrationPlan(8, 64);
    const model = learned(
      newCostModel(),
      plan.map(({ kind, tokens, sequences }) =>
        kind === 'decode'
          ? decoded(sequences, truth.decodeMs(sequences, 0))
          : prefilled(tokens, truth.prefillMs(tokens, 0)),
      ),
    );
    for (const sequences of [1, 2, 3, 4, 6, 8]) {
      expect(costsOf(model).decodeMs(sequences, 0)).toBeCloseTo(truth.decodeMs(sequences, 0), 3);
    }
    for (const tokens of [4, 16, 64]) {
      expect(costsOf(model).prefillMs(tokens, 0)).toBeCloseTo(truth.prefillMs(tokens, 0), 3);
    }
    // Seven lies between the measured six and eight.
    expect(Math.abs(costsOf(model).decodeMs(7, 0) / truth.decodeMs(7, 0) - 1)).toBeLessThan(0.2);
  });

  it('when one pass takes 10 s, then no prediction moves by more than 4 %', () => {
    const device = noisyDevice(5);
    const before = learned(
      newCostModel(),
      Array.from({ length: 400 }, () => device.decode()),
    );
    const after = learn(before, decoded(1, 10_000));
    for (const sequences of [1, 2, 8]) {
      const moved = costsOf(after).decodeMs(sequences, 500) / costsOf(before).decodeMs(sequences, 500);
      expect(moved).toBeGreaterThan(0.99);
      expect(moved).toBeLessThan(1.04);
    }
  });

  it('when the very first pass is the disturbed one, then the second corrects it', () => {
    const model = learned(newCostModel(), [decoded(1, 5_000), decoded(1, 15.5)]);
    expect(costsOf(model).decodeMs(1, 0)).toBeCloseTo(15.5, 6);
  });

  it('when the machine becomes twice as slow, then 60 passes are enough to know, and what was not run meanwhile knows it too', () => {
    const device = noisyDevice(11);
    const before = learned(
      newCostModel(),
      Array.from({ length: 400 }, () => device.decode()),
    );
    const after = learned(
      before,
      Array.from({ length: 60 }, () => device.decode(2)),
    );
    const errors = decodeErrors(after, 2).toSorted((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.08);
    const alone = learned(
      before,
      Array.from({ length: 60 }, () => decoded(1, 2 * truth.decodeMs(1, 500), 500)),
    );
    expect(costsOf(alone).decodeMs(8, 500) / costsOf(before).decodeMs(8, 500)).toBeGreaterThan(1.6);
    expect(costsOf(alone).prefillMs(64, 0) / costsOf(before).prefillMs(64, 0)).toBeGreaterThan(1.6);
  });

  it('when a report cannot be true, then the state stays the same one', () => {
    const model = learn(newCostModel(), decoded(1, 15.5));
    for (const odd of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      expect(learn(model, decoded(1, odd))).toBe(model);
      expect(learn(model, decoded(odd, 15))).toBe(model);
      expect(learn(model, prefilled(odd, 15))).toBe(model);
      if (odd !== 0) expect(learn(model, decoded(1, 15, odd))).toBe(model);
    }
    expect(learn(model, { ...decoded(2, 30), tokens: 9 }), 'a verified draft').toBe(model);
  });

  it('when anything at all is reported, then predictions stay finite and positive, and the state survives JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anySample, saneSample), { maxLength: 120 }), (samples) => {
        const model = learned(newCostModel(), samples);
        expect(JSON.parse(JSON.stringify(model))).toEqual(model);
        expectSane(costsOf(model));
      }),
      { numRuns: 60 },
    );
  });

  it('when it learns, then the state before is as it was', () => {
    const model = learned(
      newCostModel(),
      Array.from({ length: 10 }, () => decoded(1, 15)),
    );
    const copy = structuredClone(model);
    learn(model, decoded(1, 30));
    expect(model).toEqual(copy);
  });

  it('when the cost model learns, then it remembers how wrong it was before it learned', () => {
    const model = learned(newCostModel(), [decoded(1, 30), decoded(1, 30), decoded(1, 30)]);
    expect(model.decode.errors[0]).toBeCloseTo(Math.abs(genericCosts.decodeMs(1, 0) - 30) / 30, 9);
    expect(model.decode.errors.slice(1)).toEqual([0, 0]);
    expect(model.prefill.errors).toEqual([]);
  });
});

describe('the time of a whole prompt', () => {
  const chunkByChunk = (costs: Costs, tokens: number, context: number, chunk: number): number => {
    let [sum, done] = [0, 0];
    for (; done < tokens; done += chunk) sum += costs.prefillMs(Math.min(chunk, tokens - done), context + done);
    return sum;
  };

  it('when it is asked for, then it is the sum over the chunks', () => {
    const device = noisyDevice(2);
    const costs = costsOf(
      learned(
        newCostModel(),
        Array.from({ length: 50 }, () => device.prefill()),
      ),
    );
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(3_000), fc.integer({ min: 1, max: 512 }), (tokens, context, chunk) => {
        const sum = chunkByChunk(costs, tokens, context, chunk);
        expect(Math.abs(prefillTotalMs(costs, tokens, context, chunk) - sum)).toBeLessThanOrEqual(1e-6 * (1 + sum));
      }),
    );
  });

  it('when there is nothing to prefill, then it takes no time', () => {
    expect([0, -3, Number.NaN].map((tokens) => prefillTotalMs(genericCosts, tokens, 10, 64))).toEqual([0, 0, 0]);
  });
});
