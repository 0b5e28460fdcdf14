/** Predictions at submission against what came, and what they may cost. */
import { describe, expect, it } from 'vitest';
import { budgetMs, debtMsMax, Predictions } from '../../runtime/loop/predictions.ts';
import { House } from '../loop-world.ts';

describe('predictions', () => {
  it('when tasks end, then the status says how far their times were off', async () => {
    const house = new House();
    house.loop.prepare('m');
    house.clock.run();
    expect(house.of('completion').e2eError).toBeUndefined();
    for (let count = 0; count < 12; count += 1) {
      house.submit({ supersedeKey: 'one document' });
      house.clock.run();
    }
    await Promise.resolve();
    const { ttftError, e2eError } = house.of('completion');
    expect([ttftError?.samples, e2eError?.samples]).toEqual([12, 12]);
    // The same task of one document again and again: reuse, lengths and costs are soon learned.
    expect(ttftError?.p50).toBeLessThan(0.3);
    expect(e2eError?.p50).toBeLessThan(0.3);
    expect(house.of('translate').ttftError).toBeUndefined();
  });

  it('when the model is not there yet, then nothing is predicted', async () => {
    const house = new House();
    const asked = house.submit();
    house.clock.run();
    await asked.handle.done;
    expect(house.of('completion').ttftError).toBeUndefined();
  });

  it('when they are dear, then so many are left out that a submission costs what it may on average', () => {
    let nowMs = 0;
    const predictions = new Predictions(() => nowMs);
    const submissions = 10_000;
    for (let count = 0; count < submissions; count += 1) {
      predictions.afford(() => {
        nowMs += 2.5;
        return undefined;
      });
    }
    expect(nowMs / submissions).toBeLessThan(budgetMs * 1.01);
    expect(nowMs / submissions).toBeGreaterThan(budgetMs * 0.9);
  });

  it('when the machine slept during one, then tasks are predicted again soon', () => {
    let nowMs = 0;
    const predictions = new Predictions(() => nowMs);
    predictions.afford(() => {
      nowMs += 3_600_000;
      return {};
    });
    let leftOut = 0;
    while (predictions.afford(() => ({})) === undefined) leftOut += 1;
    expect(leftOut).toBeLessThanOrEqual(debtMsMax / budgetMs);
  });

  it('when they are cheap, then every task is predicted', () => {
    let nowMs = 0;
    let predicted = 0;
    const predictions = new Predictions(() => nowMs);
    for (let count = 0; count < 1_000; count += 1) {
      predictions.afford(() => {
        nowMs += budgetMs / 2;
        predicted += 1;
        return {};
      });
    }
    expect(predicted).toBe(1_000);
  });
});
