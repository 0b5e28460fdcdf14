/** The RAM of this machine, and of others by what their systems print. */
import { describe, expect, it } from 'vitest';
import { hostPool, parseVmStat, readHost } from '../../../runtime/models/fit/host.ts';

const gigabyte = 1e9;

describe('RAM', () => {
  it('when this machine is asked, then it has some, and no more is available than there is', async () => {
    const report = await readHost();
    const pool = hostPool(report, 0);
    expect(pool.totalBytes).toBeGreaterThan(2 ** 28);
    expect(pool.totalBytes).toBeLessThanOrEqual(report.totalBytes);
    if (process.platform !== 'darwin') expect(pool.freeBytes).toBeGreaterThan(0);
    expect(pool.freeBytes ?? 0).toBeLessThanOrEqual(pool.totalBytes);
  });

  it('when a container has a limit, then the limit is all there is', () => {
    const report = { totalBytes: 64 * gigabyte, limitBytes: 8 * gigabyte, availableBytes: 50 * gigabyte };
    expect(hostPool(report, 1)).toEqual({ totalBytes: 8 * gigabyte, freeBytes: 8 * gigabyte, ownBytes: 1 });
  });

  it('when there is no limit, then the machine counts', () => {
    for (const limitBytes of [0, 2 ** 63])
      expect(hostPool({ totalBytes: 16 * gigabyte, limitBytes, availableBytes: undefined }, 0)).toEqual({
        totalBytes: 16 * gigabyte,
        freeBytes: undefined,
        ownBytes: 0,
      });
  });

  it('when macOS lists its pages, then those it can give away count', () => {
    const output = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                1000.
Pages active:                            300000.
Pages inactive:                          200000.
Pages speculative:                         3000.
Pages throttled:                              0.
Pages wired down:                        100000.
Pages purgeable:                           4000.
"Translation faults":                 123456789.
`;
    expect(parseVmStat(output)).toBe(208_000 * 16_384);
    expect(parseVmStat('vm_stat: command not found')).toBeUndefined();
  });
});
