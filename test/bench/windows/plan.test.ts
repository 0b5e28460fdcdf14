import { describe, expect, it } from 'vitest';
import type { Patch } from '../../../runtime/bench/replay/editing-trace.ts';
import { EditingTrace } from '../../../runtime/bench/replay/editing-trace.ts';
import { sessionPlan } from '../../../runtime/bench/windows/plan.ts';
import { type MemorySample, memoryGrowth } from '../../../runtime/bench/windows/processes.ts';
import { sessions } from '../../../runtime/bench/workloads.ts';

const patch: Patch = [0, 0, 'a'];
const editing = new EditingTrace({
  startContent: '',
  endContent: '',
  txns: Array.from({ length: 4_000 }, (_, second) => ({
    time: new Date(second * 1_000).toISOString(),
    patches: [patch],
  })),
});
const material = { editing, gapsMs: [100, 200, 400] };

describe('what is done in a window', () => {
  it('when the seed is the same, then it is the same, and every window and session has its own', () => {
    const plan = sessionPlan(material, 1, 0, 0);
    expect(sessionPlan(material, 1, 0, 0)).toEqual(plan);
    const others = [sessionPlan(material, 2, 0, 0), sessionPlan(material, 1, 1, 0), sessionPlan(material, 1, 0, 1)];
    for (const other of others) expect(other.from).not.toBe(plan.from);
  });

  it('when many sessions are planned, then they have edits and summaries inside their time, of which some are taken back', () => {
    const plans = Array.from({ length: 200 }, (_, index) => sessionPlan(material, 1, 0, index));
    for (const { edits, summaries, lengthMs } of plans) {
      expect(edits.length).toBeGreaterThan(0);
      expect(lengthMs).toBeLessThan(sessions.lengthMs[1]);
      for (const { atMs } of [...edits, ...summaries]) expect(atMs).toBeLessThan(lengthMs);
    }
    const summaries = plans.flatMap((plan) => plan.summaries);
    const takenBack = summaries.filter(({ cancelAfterMs }) => cancelAfterMs !== undefined).length;
    expect(summaries.length).toBeGreaterThan(50);
    expect(takenBack / summaries.length).toBeCloseTo(1 / 3, 0);
  });
});

describe('the growth of memory', () => {
  const samples = (engineMB: readonly number[]): MemorySample[] =>
    engineMB.map((mb, tenth) => ({ share: tenth / 10 + 0.05, runtimeBytes: 100e6, engineBytes: mb * 1e6 }));

  it('when the last tenth of the time has more than the second, then that is its share; what was before or between does not count', () => {
    const grown = samples([10, 100, 500, 1, 1, 1, 1, 1, 1, 110]);
    expect(memoryGrowth(grown, 'engine')).toBeCloseTo(0.1);
    expect(memoryGrowth(grown, 'runtime')).toBe(0);
  });

  it('when nothing can be known of a process, then there is no figure', () => {
    const blind = samples([]).map((sample) => ({ ...sample, engineBytes: undefined }));
    expect(memoryGrowth(blind, 'engine')).toBeNaN();
  });
});
