import { describe, expect, it } from 'vitest';
import { machines, replay, saber, saberClasses, saberSpeed } from '../../runtime/bench/workloads.ts';
import { costsOf } from '../../runtime/engine/simulated-model.ts';

describe("SABER's set-up", () => {
  it('when few requests run, then the speed is the published curve', () => {
    expect(saberSpeed(1)).toBeCloseTo(102.549 / 1.02981, 6);
    expect(saberSpeed(41)).toBeCloseTo(51.69, 1);
    expect(41 * saberSpeed(41)).toBeCloseTo(2_119, -1);
  });

  it('when more requests run than the curve was fitted for, then they share the total speed of 100', () => {
    expect(200 * saberSpeed(200)).toBeCloseTo(100 * saberSpeed(100), 6);
    expect(saberSpeed(235)).toBeGreaterThan(0);
  });

  it('when a mix is drawn from, then its shares are a whole', () => {
    for (const mix of Object.values(saber.mixes))
      expect(saberClasses.reduce((sum, name) => sum + mix[name], 0)).toBeCloseTo(1, 12);
  });
});

describe('the machines of the replay', () => {
  it('when the gpu decodes or prefills, then it takes the time that the workload fixes', () => {
    const costs = costsOf(machines.gpu.model.costs);
    expect(costs.decodeMs(1, 500)).toBeCloseTo(22, 9);
    expect(costs.decodeMs(8, 4_000)).toBeCloseTo(30, 9);
    expect(costs.prefillMs(300, 2_000)).toBeCloseTo(205, 9);
    expect(costs.prefillMs(3_000, 0)).toBeCloseTo(2_005, 9);
  });

  it('when settings are tuned, then on other seeds than those that are reported, of which there are sixteen', () => {
    expect(new Set(replay.seeds.reporting).size).toBe(16);
    expect(replay.seeds.reporting.filter((seed) => (replay.seeds.tuning as readonly number[]).includes(seed))).toEqual(
      [],
    );
    const { tuning, reporting }: { tuning: readonly number[]; reporting: readonly number[] } = saber.seeds;
    expect(reporting.filter((seed) => tuning.includes(seed))).toEqual([]);
  });
});
