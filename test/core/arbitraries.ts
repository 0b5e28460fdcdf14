/** Random costs, sequences, views and work for property tests, in ranges that occur; see `weirdNumber` for those that must not hurt. */
import fc from 'fast-check';
import type { Costs } from '../../runtime/core/estimate.ts';
import type { Work } from '../../runtime/core/policy.ts';
import type { SequenceView, StepView } from '../../runtime/core/step.ts';
import { type TaskClass, taskClasses } from '../../runtime/core/task.ts';
import type { Rest } from '../../runtime/core/workflow/rest.ts';

/** Sequences side by side in random views, at most. */
const sequencesMax = 8;

/** Costs with any shape over the number of sequences, so not monotone; a prompt costs the more the longer it is. */
export const anyCosts: fc.Arbitrary<Costs> = fc
  .record({
    decode: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: sequencesMax, maxLength: sequencesMax }),
    perPromptToken: fc.double({ min: 0.1, max: 4, noNaN: true }),
    perKiloContext: fc.double({ min: 0, max: 5, noNaN: true }),
  })
  .map(({ decode, perPromptToken, perKiloContext }) => ({
    prefillMs: (tokens, contextTokens) => 5 + perPromptToken * tokens + (perKiloContext * contextTokens) / 1_000,
    decodeMs: (sequences, contextTokens) => (decode[sequences - 1] ?? 300) + (perKiloContext * contextTokens) / 1_000,
  }));

/** A sequence as the step machine shows it: one that decodes has given its first token. */
export const anySequence: fc.Arbitrary<Omit<SequenceView, 'id'>> = fc
  .record({
    class: fc.constantFrom(...taskClasses),
    promise: fc.constantFrom('ttft' as const, 'e2e' as const),
    arrivalMs: fc.integer({ min: -60_000, max: 0 }),
    deadlineMs: fc.integer({ min: -60_000, max: 30_000 }),
    decoding: fc.boolean(),
    tokensLeft: fc.integer({ min: 1, max: 600 }),
    contextTokens: fc.integer({ min: 0, max: 2_000 }),
    decodeTokens: fc.integer({ min: 1, max: 400 }),
    started: fc.boolean(),
    relegated: fc.boolean(),
  })
  .map((sequence) => (sequence.decoding ? { ...sequence, started: true, tokensLeft: 1 } : sequence));

export function anySequences(max = sequencesMax): fc.Arbitrary<SequenceView[]> {
  return fc
    .array(anySequence, { minLength: 1, maxLength: max })
    .map((list) => list.map((sequence, index) => ({ ...sequence, id: `s${index}` })));
}

export const anyView: fc.Arbitrary<StepView> = fc.record({
  nowMs: fc.constant(0),
  sequences: anySequences(),
  limits: fc.record({
    chunkTokens: fc.integer({ min: 1, max: 256 }),
    decodeSequences: fc.integer({ min: 1, max: sequencesMax }),
    passMsMax: fc.constantFrom(Number.POSITIVE_INFINITY, 200, 50, 1),
  }),
  costs: anyCosts,
  lastKind: fc.constantFrom('prefill' as const, 'decode' as const, undefined),
  passes: fc.nat(100),
});

/** What follows a call in one of a few workflows; its deadline counts from that of the call. */
const anyRest: fc.Arbitrary<Rest> = fc
  .record({
    workflow: fc.constantFrom('w1', 'w2', 'w3'),
    deadlineMs: fc.nat(30_000),
    prefillTokens: fc.nat(2_000),
    decodeTokens: fc.nat(2_000),
    sideBySide: fc.integer({ min: 1, max: 8 }),
  })
  .map((rest) => ({ ...rest, leastTokens: rest.decodeTokens / 2 }));

export const anyWork: fc.Arbitrary<Omit<Work, 'id' | 'arrivalMs'> & { readonly document: string | undefined }> = fc
  .record({
    class: fc.constantFrom<TaskClass>(...taskClasses),
    document: fc.constantFrom(undefined, 'a.ts', 'b.ts', 'c.ts'),
    targetMs: fc.integer({ min: 1, max: 30_000 }),
    prefillTokens: fc.nat(600),
    decodeTokens: fc.integer({ min: 1, max: 400 }),
    relegated: fc.constantFrom(false, false, false, true),
    rest: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyRest }),
  })
  .map(({ targetMs, rest, ...work }) => ({
    ...work,
    promise: work.class === 'completion' ? 'ttft' : 'e2e',
    deadlineMs: targetMs,
    // The deadline of the whole is never before that of a call.
    rest:
      work.class === 'completion' || rest === undefined
        ? undefined
        : { ...rest, deadlineMs: targetMs + rest.deadlineMs },
    contextTokens: 0,
    maxTokens: 2 * work.decodeTokens,
  }));

/** Numbers that should never come, and once in a while do. */
export const weirdNumber = fc.constantFrom(
  Number.NaN,
  0,
  -1,
  -1e12,
  1e300,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.5,
);
