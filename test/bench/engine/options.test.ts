/** What the command line of the engine's bench means, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../../runtime/bench/bench.ts';
import { engineBench, engineOptions } from '../../../runtime/bench/engine/index.ts';

describe('the options of the engine bench', () => {
  it('when nothing is said, then the policy of the house is measured and the part chooses the rest', () => {
    expect(engineOptions({})).toEqual({
      policy: 'punctual',
      baseline: 'fcfs',
      sequences: [4, 8],
      against: undefined,
      load: undefined,
      seconds: undefined,
      stretch: undefined,
    });
  });

  it('when all is said, then it is taken as said', () => {
    const kept = { policy: 'static:4', model: 'm.gguf', against: 'http://127.0.0.1:8080' };
    expect(engineOptions({ ...kept, static: '2,6', load: '1.5' })).toMatchObject({
      ...kept,
      sequences: [2, 6],
      load: 1.5,
    });
  });

  it('when a value cannot be meant, then it is bad usage', () => {
    for (const values of [
      { policy: 'best' },
      { baseline: 'static:0' },
      { static: '4,,8' },
      { static: '17' },
      { load: '-1' },
      { seconds: 'long' },
      { stretch: '0' },
    ])
      expect(() => engineOptions(values), JSON.stringify(values)).toThrow(BadUsage);
  });

  it('when there is no such part, then the parts are named', async () => {
    const run = engineBench.run({ quick: true, log: () => undefined, values: { part: 'toString' } });
    await expect(run).rejects.toThrow('throughput, batch, cancel, replay, estimate');
  });
});
