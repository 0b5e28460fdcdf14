import { describe, expect, test } from 'vitest';
import { withForecasts } from '../../runtime/diagnose/forecast.ts';
import type { ListedModel, ModelsListResult } from '../../runtime/protocol.ts';

const base: ListedModel = {
  ...{ name: 'a', title: 'A', origin: 'catalog', installed: true, bytes: 1e9, isEstimate: false },
  ...{ serves: ['completion'], notes: [] },
};
const speed = { prefillTokensPerSecond: 400, decodeTokensPerSecond: 30 };

function forecasts(...models: ListedModel[]) {
  const memory = { budgetBytes: 1, freeBytes: 1, totalBytes: 1, message: '' };
  const list: ModelsListResult = { folder: '', models, roles: [], leftovers: [], memory };
  return withForecasts(list).models.map(({ forecast }) => forecast);
}

describe('how fast a model is here', () => {
  test('when it was measured, then that, and the promise follows', () => {
    expect(forecasts({ ...base, speed })).toEqual([{ speed, isMeasured: true, promiseMs: 400 }]);
  });

  test('when another one was measured, then it goes with the size, from the nearest', () => {
    const [, , double] = forecasts(
      { ...base, speed },
      { ...base, bytes: 100e9, speed: { prefillTokensPerSecond: 1, decodeTokensPerSecond: 1 } },
      { ...base, bytes: 2e9 },
    );
    const half = { prefillTokensPerSecond: 200, decodeTokensPerSecond: 15 };
    expect(double).toEqual({ speed: half, isMeasured: false, promiseMs: 800 });
  });

  test('when only the demonstration model was measured, then nothing is predicted', () => {
    expect(forecasts({ ...base, bytes: 5e6, speed }, { ...base, bytes: 2e9 })[1]).toBeUndefined();
  });

  test('when it does not complete, then no first token is promised', () => {
    expect(forecasts({ ...base, serves: ['translate'], speed })[0]).toEqual({ speed, isMeasured: true });
  });
});
