/** The dense part of the soak, with a few seeds: whatever dies, everyone hears the end of what he asked for, once. */
import { describe, expect, it } from 'vitest';
import { soakSimulated } from '../../runtime/soak/simulated/soak.ts';
import { Tally } from '../../runtime/soak/tally.ts';

describe('the simulated soak', () => {
  it.each([1, 2])(
    'when faults come every eight seconds (seed %i), then nothing is lost, doubled or left hanging',
    async (seed) => {
      const tally = new Tally();
      await soakSimulated({ seed, faultsMax: 60 }, tally);
      const { lost, doubled, hangs, answered, refused, cancelled, asked } = tally.findings;
      expect({ lost, doubled, hangs }).toEqual({ lost: [], doubled: [], hangs: [] });
      expect(answered + refused + cancelled).toBe(asked);
      expect(answered).toBeGreaterThan(asked / 4);
    },
  );
});
