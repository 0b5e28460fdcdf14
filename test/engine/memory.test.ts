import { describe, expect, it } from 'vitest';
import { type MemoryGauge, type Released, releaseMsMax, untilReleased } from '../../runtime/engine/llama/memory.ts';

const before = 1_000;

/** Waits with a gauge that shows what `heldAt` says, on a clock that moves only when somebody sleeps. */
async function wait(settledMs: number, expected: number, heldAt: (ms: number) => number): Promise<Released> {
  let nowMs = 0;
  const gauge: MemoryGauge = { heldBytes: () => Promise.resolve(heldAt(nowMs)), settledMs };
  const time = {
    now: () => nowMs,
    sleep: (ms: number): Promise<void> => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return await untilReleased(gauge, before, expected, time);
}

describe('waiting until memory is back', () => {
  it('when it is back at once, then nobody waits', async () => {
    expect(await wait(40, 800, () => 200)).toEqual({ freedBytes: 800, tookMs: 0 });
  });

  it('when a graphics card gives it back after 1.5 s, then that is waited for', async () => {
    const released = await wait(2_000, 800, (ms) => (ms < 1_500 ? before : 200));
    expect(released).toEqual({ freedBytes: 800, tookMs: 1_500 });
  });

  it('when the library believed in more than was held, then the end of the change is the end of waiting', async () => {
    const { freedBytes, tookMs } = await wait(40, 800, (ms) => Math.max(600, before - 5 * ms));
    expect(freedBytes).toBe(400);
    expect(tookMs).toBeGreaterThanOrEqual(80);
    expect(tookMs).toBeLessThan(200);
  });

  it('when it comes back drop by drop, then there is an end to waiting', async () => {
    const { freedBytes, tookMs } = await wait(2_000, 800, (ms) => before - ms / 100);
    expect(tookMs).toBeGreaterThanOrEqual(releaseMsMax);
    expect(tookMs).toBeLessThan(releaseMsMax + 100);
    expect(freedBytes).toBeCloseTo(50, 0);
  });

  it('when another program takes memory meanwhile, then less than nothing is not said to be back', async () => {
    expect((await wait(40, 800, () => before + 300)).freedBytes).toBe(0);
  });
});
