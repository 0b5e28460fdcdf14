/** How wrong predictions were, as it is kept and shown; and which passes a calibration runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationPlan } from '../../runtime/core/calibration.ts';
import { addError, emptyErrorLog, errorQuantiles, errorsMax } from '../../runtime/core/error-log.ts';
import { learn, newCostModel } from '../../runtime/core/estimate.ts';
import type { Settled } from '../../runtime/core/metrics.ts';
import { PredictionErrors, passErrors } from '../../runtime/core/prediction.ts';
import { translation } from './fixtures.ts';

describe('the errors of predictions', () => {
  it('when there are none, then there are no quantiles', () => {
    expect(errorQuantiles(emptyErrorLog)).toBeUndefined();
  });

  it('when predictions were off by 10 % to 100 %, then median and p90 say so', () => {
    const log = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20].reduce(
      (errors, predicted) => addError(errors, predicted, 10),
      emptyErrorLog,
    );
    const quantiles = errorQuantiles(log);
    expect(quantiles?.p50).toBeCloseTo(0.5, 9);
    expect(quantiles?.p90).toBeCloseTo(0.9, 9);
    expect(quantiles?.samples).toBe(10);
  });

  it('when many come, then the old ones are forgotten', () => {
    let log = emptyErrorLog;
    for (let count = 0; count < 3 * errorsMax; count += 1) log = addError(log, count < errorsMax ? 50 : 10, 10);
    expect(errorQuantiles(log)).toEqual({ p50: 0, p90: 0, samples: errorsMax });
  });

  it('when a pair cannot be compared, then it is left out', () => {
    for (const [predicted, actual] of [
      [Number.NaN, 1],
      [1, 0],
      [1, Number.NaN],
      [Number.POSITIVE_INFINITY, 1],
      [-1, 1],
    ] as const)
      expect(addError(emptyErrorLog, predicted, actual)).toBe(emptyErrorLog);
  });
});

describe('predictions of tasks against what came', () => {
  const settled: Settled = {
    task: translation('t'),
    outcome: { kind: 'finished', reason: 'stop' },
    ttftMs: 100,
    e2eMs: 1_000,
    atMs: 0,
  };

  it('when a task finished, then both of its times are compared, in its class alone', () => {
    const errors = new PredictionErrors();
    errors.add({ ttftMs: 120, e2eMs: 900 }, settled);
    expect(errors.ofClass('translate')).toEqual({
      ttftError: { p50: 0.2, p90: 0.2, samples: 1 },
      e2eError: { p50: 0.1, p90: 0.1, samples: 1 },
    });
    expect(errors.ofClass('completion')).toEqual({});
  });

  it('when a task was cancelled after its first token, then only the first token is compared', () => {
    const errors = new PredictionErrors();
    errors.add({ ttftMs: 50, e2eMs: 900 }, { ...settled, outcome: { kind: 'cancelled', by: 'client' } });
    expect(errors.ofClass('translate')).toEqual({ ttftError: { p50: 0.5, p90: 0.5, samples: 1 } });
  });

  it('when nothing was predicted, or no token came, then nothing is compared', () => {
    const errors = new PredictionErrors();
    const { ttftMs: _, ...silent } = settled;
    errors.add({}, settled);
    errors.add({ ttftMs: 50 }, silent);
    expect(errors.ofClass('translate')).toEqual({});
  });

  it('when passes were learned, then the errors of each kind are told', () => {
    const pass = { model: 'm', kind: 'decode', tokens: 1, sequences: 1, contextTokens: 0, wallMs: 30 } as const;
    const model = learn(learn(newCostModel(), pass), pass);
    expect(passErrors(newCostModel())).toEqual({});
    expect(passErrors(model)).toEqual({ decodeError: { p50: 0, p90: expect.closeTo(0.5, 9), samples: 2 } });
  });
});

describe('the plan of a calibration', () => {
  it('when a model has 4 sequences and chunks of 64, then the shapes are these, three times each', () => {
    const shapes = calibrationPlan(4, 64).map(({ kind, tokens }) => `${kind} ${tokens}`);
    const round = ['decode 1', 'prefill 64', 'decode 2', 'decode 3', 'decode 4', 'prefill 16', 'prefill 4'];
    expect(shapes).toEqual([...round, ...round, ...round]);
  });

  it('when bounds are odd, then no pass exceeds them and the largest is there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 2_048 }), (sequences, chunk) => {
        const plan = calibrationPlan(sequences, chunk);
        const most = (kind: string): number => Math.max(...plan.map((pass) => (pass.kind === kind ? pass.tokens : 0)));
        expect([most('decode'), most('prefill')]).toEqual([sequences, chunk]);
      }),
    );
  });
});
