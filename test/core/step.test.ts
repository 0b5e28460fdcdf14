import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseModel, type ModelTurn, planStep, type SequenceView, type StepView } from '../../runtime/core/step.ts';

const limits = { chunkTokens: 64, decodeSequences: 4 };

function prefilling(
  id: string,
  overrides: Partial<SequenceView> & { readonly tokensLeft?: number } = {},
): SequenceView {
  const { tokensLeft = 100, ...rest } = overrides;
  return { id, class: 'summarize', deadlineMs: 1_000, phase: { kind: 'prefill', tokensLeft }, ...rest };
}

function decoding(id: string, overrides: Partial<SequenceView> = {}): SequenceView {
  return { id, class: 'summarize', deadlineMs: 1_000, phase: { kind: 'decode' }, ...overrides };
}

function view(sequences: readonly SequenceView[], lastKind?: 'prefill' | 'decode'): StepView {
  return { sequences, limits, lastKind };
}

describe('the plan of a step', () => {
  it('when nothing runs, then there is no pass', () => {
    expect(planStep(view([]))).toBeUndefined();
  });

  it('when all decode, then they decode together, the earliest deadlines first and no more than the limit', () => {
    const sequences = ['a', 'b', 'c', 'd', 'e'].map((id, index) => decoding(id, { deadlineMs: 500 - index }));
    expect(planStep(view(sequences))).toEqual({ kind: 'decode', ids: ['e', 'd', 'c', 'b'] });
  });

  it('when one prefills, then its chunk is bounded by the limit and by what is left', () => {
    expect(planStep(view([prefilling('a')]))).toEqual({ kind: 'prefill', id: 'a', tokens: 64 });
    expect(planStep(view([prefilling('a', { tokensLeft: 16 })]))).toEqual({ kind: 'prefill', id: 'a', tokens: 16 });
  });

  it('when a completion and others prefill, then the completion goes first even with a later deadline', () => {
    const completion = prefilling('late', { class: 'completion', deadlineMs: 9_000 });
    expect(planStep(view([prefilling('early', { deadlineMs: 10 }), completion]))).toMatchObject({ id: 'late' });
  });

  it('when prefills have the same class, then the earliest deadline goes first, whatever the order', () => {
    const sequences = [prefilling('b'), prefilling('c', { deadlineMs: 900 }), prefilling('a', { deadlineMs: 900 })];
    expect(planStep(view(sequences))).toMatchObject({ id: 'a' });
    expect(planStep(view([...sequences].reverse()))).toMatchObject({ id: 'a' });
  });

  it('when some prefill and some decode, then the two take turns, a prefill first', () => {
    const sequences = [prefilling('p'), decoding('d')];
    expect(planStep(view(sequences))?.kind).toBe('prefill');
    expect(planStep(view(sequences, 'prefill'))?.kind).toBe('decode');
    expect(planStep(view(sequences, 'decode'))?.kind).toBe('prefill');
  });

  it('when there is any work, then a pass is planned for sequences that want it', () => {
    const sequence = fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      class: fc.constantFrom('completion' as const, 'summarize' as const, 'translate' as const),
      deadlineMs: fc.integer({ min: -1_000, max: 1_000 }),
      phase: fc.oneof(
        fc.constant({ kind: 'decode' as const }),
        fc.record({ kind: fc.constant('prefill' as const), tokensLeft: fc.integer({ min: 1, max: 300 }) }),
      ),
    });
    const sequences = fc.uniqueArray(sequence, { selector: (each) => each.id, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sequences, fc.constantFrom('prefill' as const, 'decode' as const, undefined), (all, lastKind) => {
        const plan = planStep(view(all, lastKind));
        const kindOf = (id: string): string | undefined => all.find((each) => each.id === id)?.phase.kind;
        if (plan?.kind === 'prefill') {
          expect(kindOf(plan.id)).toBe('prefill');
          expect(plan.tokens).toBeGreaterThan(0);
          expect(plan.tokens).toBeLessThanOrEqual(limits.chunkTokens);
        } else {
          expect(plan?.ids.length).toBeGreaterThan(0);
          expect(plan?.ids.every((id) => kindOf(id) === 'decode')).toBe(true);
        }
      }),
    );
  });
});

describe('the model whose turn it is', () => {
  const turn = (model: string, sequences: readonly SequenceView[], lastPass: number): ModelTurn => ({
    model,
    sequences,
    lastPass,
  });

  it('when no model has work, then none runs; when one has, then it runs again and again', () => {
    expect(chooseModel([turn('a', [], 3)], 3)).toBeUndefined();
    expect(chooseModel([turn('a', [decoding('x')], 3), turn('b', [], 1)], 3)).toBe('a');
  });

  it('when a completion waits for its first token, then its model runs before an earlier deadline of another', () => {
    const completion = turn('a', [prefilling('c', { class: 'completion', deadlineMs: 5_000 })], 0);
    expect(chooseModel([turn('b', [decoding('d', { deadlineMs: 1 })], 0), completion], 0)).toBe('a');
  });

  it('when several models have work for long, then the urgent one gets every second pass and none starves', () => {
    const lastPasses = { urgent: 0, b: 0, c: 0 };
    const order: string[] = [];
    for (let pass = 1; pass <= 8; pass += 1) {
      const turns = [
        turn('b', [decoding('b')], lastPasses.b),
        turn('urgent', [decoding('u', { deadlineMs: -100 })], lastPasses.urgent),
        turn('c', [decoding('c')], lastPasses.c),
      ];
      const model = chooseModel(turns, pass - 1);
      if (model === 'urgent' || model === 'b' || model === 'c') lastPasses[model] = pass;
      order.push(model ?? 'none');
    }
    expect(order).toEqual(['urgent', 'b', 'urgent', 'c', 'urgent', 'b', 'urgent', 'c']);
  });
});
