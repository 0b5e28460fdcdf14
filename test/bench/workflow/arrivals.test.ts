import { describe, expect, it } from 'vitest';
import { workflowArrivals } from '../../../runtime/bench/workflow/arrivals.ts';
import { idleMs, stagesOf, stageTimesMs } from '../../../runtime/bench/workflow/idle.ts';
import { summary, targetMultiple, translation } from '../../../runtime/bench/workflow/workload.ts';
import type { Costs } from '../../../runtime/core/estimate.ts';

const options = { machine: 'cpu', seed: 5, perMinute: 6, durationMs: 600_000 } as const;

/** A prompt takes 1 ms a token; a pass 10 ms for one sequence, and `more` for each further one. */
function costs(more: number): Costs {
  return { prefillMs: (tokens) => tokens, decodeMs: (sequences) => 10 + more * (sequences - 1) };
}

describe('workflows that arrive', () => {
  const all = workflowArrivals(options);

  it('when the seed is the same, then they are; and another seed brings others', () => {
    expect(workflowArrivals(options)).toEqual(all);
    expect(workflowArrivals({ ...options, seed: 6 })).not.toEqual(all);
    expect(all.length).toBeGreaterThan(30);
  });

  it('when one is a summary, then its last call carries the answers of all others', () => {
    const summaries = all.filter((workflow) => workflow.class === 'summarize');
    for (const { calls } of summaries) {
      const merge = calls[calls.length - 1];
      expect(merge).toMatchObject({ after: [...calls.keys()].slice(0, -1), carriedShare: 1 });
      expect(calls.length - 1).toBeGreaterThanOrEqual(summary.parts[0]);
      expect(calls.length - 1).toBeLessThanOrEqual(summary.parts[1]);
    }
    expect(summaries.length).toBeGreaterThan(10);
  });

  it('when one is a translation, then a part waits for an earlier one or for none, and two thirds do', () => {
    const translations = all.filter((workflow) => workflow.class === 'translate');
    const later = translations.flatMap(({ calls }) => [...calls.entries()].slice(1));
    for (const [place, { after }] of later) expect(after.every((before) => before < place)).toBe(true);
    const dependent = later.filter(([, { after }]) => after.length > 0).length / later.length;
    expect(Math.abs(dependent - translation.dependentShare)).toBeLessThan(0.15);
  });

  it('when its promise is made, then from what is predicted, never from true lengths', () => {
    for (const { calls, targetMs, stageShares, ownShares } of all) {
      const promptTokens = calls.reduce((sum, { ownTokens }) => sum + ownTokens, 0);
      // The cheapest prefill of the table takes 2.9 ms a token.
      expect(targetMs).toBeGreaterThan(targetMultiple * 2.9 * promptTokens);
      const stages = stagesOf(calls).map(
        ([first]) => stageShares[first === undefined ? -1 : calls.indexOf(first)] ?? 0,
      );
      expect(stages.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(ownShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });
});

describe('the time of a plan on an idle device', () => {
  const call = (answerTokens: number, after: readonly number[] = []) => ({ promptTokens: 100, answerTokens, after });

  it('when calls wait for each other, then their times add up', () => {
    expect(idleMs([call(10), call(20, [0])], costs(1), 64)).toBe(200 + 300);
  });

  it('when a batch is worth it, then those of one stage decode together, and fewer are faster', () => {
    expect(idleMs([call(10), call(20)], costs(1), 64)).toBe(200 + 10 * 11 + 10 * 10);
    expect(stageTimesMs([call(10), call(20), call(5, [0])], costs(1), 64)).toEqual([410, 410, 150]);
  });

  it('when a batch is slower than one after the other, then they go one after the other', () => {
    expect(idleMs([call(10), call(20)], costs(50), 64)).toBe(200 + 300);
  });

  it('when calls wait in a circle, then it says so', () => {
    expect(() => stagesOf([call(1, [1]), call(1, [0])])).toThrow('Calls of the plan wait for each other.');
  });
});
