import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stagePlan } from '../../../runtime/features/summarize/plan.ts';

describe('the stages of a summary', () => {
  it('when all answers fit into one prompt, then there is one merge', () => {
    expect(stagePlan(5, 8)).toEqual({ parts: 5, stages: [[{ from: 0, to: 5 }]] });
    expect(stagePlan(1, 8)).toEqual({ parts: 1, stages: [] });
  });

  it('when they do not, then merges are merged', () => {
    const { stages } = stagePlan(10, 4);
    expect(stages.map((merges) => merges.length)).toEqual([3, 1]);
  });

  it('when a text has however many pieces, then every part is in one merge of each stage, and the calls are few enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 100, noNaN: true }), (pieces, fanIn) => {
        const { parts, stages } = stagePlan(pieces, fanIn);
        let count = parts;
        for (const merges of stages) {
          expect(merges.map(({ from }) => from)).toEqual([0, ...merges.slice(0, -1).map(({ to }) => to)]);
          expect(merges.at(-1)?.to).toBe(count);
          expect(merges.every(({ from, to }) => to > from)).toBe(true);
          count = merges.length;
        }
        expect(count).toBe(1);
        expect(stages.reduce((sum, merges) => sum + merges.length, parts)).toBeLessThanOrEqual(64);
      }),
    );
  });
});
