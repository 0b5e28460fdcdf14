/** Plans for tests: random ones, and a machine whose costs are easy to add up. */
import fc from 'fast-check';
import { certainLength, type LengthQuantiles } from '../../../runtime/core/lengths.ts';
import type { Device, Plan, PlanCall } from '../../../runtime/core/workflow.ts';

/** 1 ms for each prompt token, 10 ms for each answer token, and less in a batch. */
export const device: Device = {
  costs: { prefillMs: (tokens) => tokens, decodeMs: (sequences) => 9 + sequences },
  chunkTokens: 64,
};

export function call(id: string, after: readonly string[] = [], options: Partial<PlanCall> = {}): PlanCall {
  return { id, after, ownTokens: 100, carriedShare: 0, answerTokens: certainLength(20), ...options };
}

/** Parts side by side, then a merge of their answers. */
export function mapReduce(parts: number, options: Partial<Plan> = {}): Plan {
  const maps = Array.from({ length: parts }, (_, index) => call(`part ${index}`));
  const merge = call(
    'merge',
    maps.map(({ id }) => id),
    { ownTokens: 60, carriedShare: 1 },
  );
  return { id: 'w', arrivalMs: 0, targetMs: 6_000, calls: [...maps, merge], ...options };
}

const lengths: fc.Arbitrary<LengthQuantiles> = fc
  .array(fc.integer({ min: 1, max: 400 }), { minLength: 5, maxLength: 5 })
  .map((values) => {
    const [p10 = 1, p25 = 1, p50 = 1, p75 = 1, p90 = 1] = values.sort((a, b) => a - b);
    return { p10, p25, p50, p75, p90 };
  });

/** Each call may wait for any before it. Every call may be asked for less, and the last one may be left out. */
export const plans: fc.Arbitrary<Plan> = fc
  .array(
    fc.record({
      ownTokens: fc.integer({ min: 1, max: 2_000 }),
      carriedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      answerTokens: lengths,
      before: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .chain((drawn) => {
    const calls = drawn.map(({ before, ...rest }, place): PlanCall => {
      const after = place === 0 ? [] : before.map((number) => `${number % place}`);
      return { id: `${place}`, after: [...new Set(after)], ...rest };
    });
    const ids = calls.map(({ id }) => id);
    return fc.record({
      id: fc.constant('w'),
      arrivalMs: fc.integer({ min: 0, max: 10_000 }),
      targetMs: fc.integer({ min: 1, max: 60_000 }),
      calls: fc.constant(calls),
      outstandingMax: fc.integer({ min: 1, max: 8 }),
      degradations: fc.constantFrom(
        [],
        [
          { kind: 'shorter', calls: ids, share: 0.5 } as const,
          { kind: 'skipped', call: ids[ids.length - 1] ?? '' } as const,
        ],
      ),
    });
  });
