/** What the planner of `punctual` promises for any state of the machine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefillTotalMs } from '../../../runtime/core/estimate.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import type { SequenceView, StepPlan, StepView } from '../../../runtime/core/step.ts';
import { anyCosts, anySequence, anyView } from '../arbitraries.ts';
import { decoding, keystroke, view } from '../step-views.ts';

/** The smallest chunk that the planner makes of a longer prompt, in tokens. */
const chunkTokensMin = 16;

/** A turn of the aged: every eighth pass. */
const agedPass = 7;

const farMs = 1e9;

function planOf(shown: StepView): StepPlan {
  const plan = punctual.planStep(shown);
  if (plan === undefined) throw new Error('There is work, and no pass is planned.');
  return plan;
}

function idsOf(plan: StepPlan): readonly string[] {
  return plan.kind === 'prefill' ? [plan.id] : plan.ids;
}

function msOf(plan: StepPlan, { sequences, costs }: StepView): number {
  const ids = new Set(idsOf(plan));
  const contextTokens = sequences.reduce((sum, { id, contextTokens: held }) => sum + (ids.has(id) ? held : 0), 0);
  return plan.kind === 'prefill'
    ? costs.prefillMs(plan.tokens, contextTokens)
    : costs.decodeMs(plan.ids.length, contextTokens);
}

/** A completion whose first token can be on time if nothing else comes first. */
function urgentIn({ costs, limits }: Pick<StepView, 'costs' | 'limits'>, tokensLeft: number): SequenceView {
  const chunks = Math.ceil(tokensLeft / limits.chunkTokens);
  const soloMs = chunks * costs.prefillMs(limits.chunkTokens, tokensLeft);
  return keystroke('urgent', { tokensLeft, deadlineMs: soloMs + 1 });
}

describe('a pass of punctual', () => {
  it('when a shorter chunk exists, then no prefill takes longer than the limit', () => {
    fc.assert(
      fc.property(anyView, (shown) => {
        const plan = planOf(shown);
        if (plan.kind !== 'prefill' || msOf(plan, shown) <= shown.limits.passMsMax) return;
        expect(plan.tokens).toBeLessThanOrEqual(chunkTokensMin);
      }),
      { numRuns: 300 },
    );
  });

  it('when a smaller batch exists, then no decode takes longer than the limit', () => {
    fc.assert(
      fc.property(anyView, (shown) => {
        const plan = planOf(shown);
        if (plan.kind !== 'decode' || msOf(plan, shown) <= shown.limits.passMsMax) return;
        expect(plan.ids).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  it('when the batch with the most tokens per ms takes longer than the limit, then a smaller one decodes', () => {
    const sequences = Array.from({ length: 4 }, (_, index) => decoding(`s${index}`, { deadlineMs: farMs + index }));
    const costs = { prefillMs: () => 10, decodeMs: (count: number) => (count === 1 ? 40 : 60) };
    const within = (passMsMax: number) => idsOf(planOf(view(sequences, undefined, { costs, limits: { passMsMax } })));
    expect(within(60)).toHaveLength(4);
    expect(within(50)).toHaveLength(1);
  });

  it('when a first token can be on time, then only those with a promise go before it, and leave it a third of its own', () => {
    const others = fc.array(anySequence, { maxLength: 6 }).map((list) =>
      list.map((sequence, index): SequenceView => {
        const hasTime = index % 2 === 0;
        const deadlineMs = hasTime ? farMs : -10_000;
        return { ...sequence, id: `s${index}`, promise: 'e2e', deadlineMs, relegated: !hasTime };
      }),
    );
    fc.assert(
      fc.property(anyView, others, fc.integer({ min: 1, max: 500 }), (shown, sequences, tokensLeft) => {
        const urgent = urgentIn(shown, tokensLeft);
        const { costs, limits, nowMs } = shown;
        const withUrgent = { ...shown, sequences: [...sequences, urgent] };
        const plan = planOf(withUrgent);
        if (plan.kind === 'prefill') {
          expect(plan.id).toBe('urgent');
          return;
        }
        const soloMs = prefillTotalMs(costs, tokensLeft, 0, limits.chunkTokens);
        const leftMs = urgent.deadlineMs - nowMs - msOf(plan, withUrgent) - soloMs;
        expect(leftMs).toBeGreaterThan((urgent.deadlineMs - urgent.arrivalMs) / 3);
        const hopeless = sequences.filter(({ relegated }) => relegated).map(({ id }) => id);
        expect(plan.ids.filter((id) => hopeless.includes(id))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('when a first token can be on time, then no relegated answer gets a pass, except in the turn of the aged', () => {
    fc.assert(
      fc.property(anyView, fc.integer({ min: 1, max: 500 }), (shown, tokensLeft) => {
        const sequences = [...shown.sequences, urgentIn(shown, tokensLeft)];
        const withUrgent = { ...shown, sequences };
        const relegated = new Set(
          sequences.filter((sequence) => sequence.relegated && sequence.promise === 'e2e').map(({ id }) => id),
        );
        const served = idsOf(planOf(withUrgent)).filter((id) => relegated.has(id));
        if (shown.passes % 8 !== agedPass) expect(served).toEqual([]);
        for (const id of served) {
          expect(sequences.find((sequence) => sequence.id === id)?.deadlineMs).toBeLessThan(-20_000);
        }
      }),
    );
  });

  it('when all that decode have time, then as many take part as give the most tokens per ms', () => {
    const shownOf = fc.record({
      costs: anyCosts,
      count: fc.integer({ min: 1, max: 8 }),
      decodeSequences: fc.integer({ min: 1, max: 8 }),
      contextTokens: fc.nat(1_000),
    });
    fc.assert(
      fc.property(shownOf, ({ costs, count, decodeSequences, contextTokens }) => {
        const sequences = Array.from({ length: count }, (_, index) =>
          decoding(`s${index}`, { deadlineMs: farMs + index, contextTokens }),
        );
        const plan = planOf(view(sequences, undefined, { costs, limits: { decodeSequences } }));
        const rate = (n: number): number => n / costs.decodeMs(n, n * contextTokens);
        const counts = Array.from({ length: Math.min(count, decodeSequences) }, (_, index) => index + 1);
        const best = counts.reduce((most, n) => (rate(n) > rate(most) ? n : most));
        expect(plan).toEqual({ kind: 'decode', ids: sequences.slice(0, best).map(({ id }) => id) });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the turns of punctual', () => {
  const urgent = keystroke('urgent', { deadlineMs: 500 });
  const aged = decoding('aged', { deadlineMs: -30_000, relegated: true });

  it('when an answer is late for long, then every eighth pass is its own, even while somebody types', () => {
    const order = Array.from({ length: 16 }, (_, passes) => {
      return idsOf(planOf(view([urgent, aged], 'decode', { passes })))[0];
    });
    const eight = [...Array.from({ length: 7 }, () => 'urgent'), 'aged'];
    expect(order).toEqual([...eight, ...eight]);
  });

  it('when an answer is late but not for long, then it waits for its turn', () => {
    const late = decoding('late', { deadlineMs: -1_000, relegated: true });
    expect(planOf(view([urgent, late], 'decode', { passes: agedPass }))).toMatchObject({ id: 'urgent' });
  });

  it('when not all first tokens can be on time, then the longest one gives way and the others are kept', () => {
    const long = keystroke('long', { deadlineMs: 150, tokensLeft: 140 });
    const short = keystroke('short', { deadlineMs: 160, tokensLeft: 60 });
    const shorter = keystroke('shorter', { deadlineMs: 170, tokensLeft: 50 });
    expect(planOf(view([long, short, shorter]))).toEqual({ kind: 'prefill', id: 'short', tokens: 60 });
    expect(planOf(view([long]))).toEqual({ kind: 'prefill', id: 'long', tokens: 64 });
  });

  it('when nobody else is there, then what is hopeless runs: the device does not idle', () => {
    expect(planOf(view([aged]))).toEqual({ kind: 'decode', ids: ['aged'] });
    expect(planOf(view([keystroke('late', { deadlineMs: -1 })]))).toMatchObject({ kind: 'prefill', id: 'late' });
  });
});
