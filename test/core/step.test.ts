import { describe, expect, it } from 'vitest';
import { edf } from '../../runtime/core/policies/edf.ts';
import { fcfs } from '../../runtime/core/policies/fcfs.ts';
import { chooseModel, type ModelTurn, type SequenceView } from '../../runtime/core/step.ts';
import { policyOf } from './fixtures.ts';
import { decoding, keystroke, prefilling, view } from './step-views.ts';

describe('the plan of policies that know no promises', () => {
  it('when nothing runs, then there is no pass', () => {
    expect(fcfs.planStep(view([]))).toBeUndefined();
  });

  it('when all decode, then they decode together, the first of the order and no more than the limit', () => {
    const sequences = ['a', 'b', 'c', 'd', 'e'].map((id, index) =>
      decoding(id, { deadlineMs: 500 - index, arrivalMs: index }),
    );
    expect(edf.planStep(view(sequences))).toEqual({ kind: 'decode', ids: ['e', 'd', 'c', 'b'] });
    expect(fcfs.planStep(view(sequences))).toEqual({ kind: 'decode', ids: ['a', 'b', 'c', 'd'] });
  });

  it('when one prefills, then its chunk is bounded by the limit and by what is left', () => {
    expect(fcfs.planStep(view([prefilling('a')]))).toEqual({ kind: 'prefill', id: 'a', tokens: 64 });
    expect(fcfs.planStep(view([prefilling('a', { tokensLeft: 16 })]))).toMatchObject({ tokens: 16 });
  });

  it('when a completion comes after long work, then fcfs lets it wait and edf looks at the deadline alone', () => {
    const sequences = [prefilling('early'), keystroke('late', { arrivalMs: 5, deadlineMs: 300 })];
    expect(fcfs.planStep(view(sequences))).toMatchObject({ id: 'early' });
    expect(edf.planStep(view(sequences))).toMatchObject({ id: 'late' });
    expect(edf.planStep(view([...sequences, prefilling('first', { deadlineMs: 10 })]))).toMatchObject({ id: 'first' });
  });

  it('when two have the same rank, then the same one goes first, whatever the order', () => {
    const sequences = [prefilling('b'), prefilling('c'), prefilling('a')];
    for (const { planStep } of [fcfs, edf, policyOf('static:2')]) {
      expect(planStep(view(sequences))).toMatchObject({ id: 'a' });
      expect(planStep(view([...sequences].reverse()))).toMatchObject({ id: 'a' });
    }
  });

  it('when some prefill and some decode, then the two take turns, a prefill first', () => {
    const sequences = [prefilling('p'), decoding('d')];
    for (const { planStep } of [fcfs, edf, policyOf('static:2')]) {
      expect(planStep(view(sequences))?.kind).toBe('prefill');
      expect(planStep(view(sequences, 'prefill'))?.kind).toBe('decode');
      expect(planStep(view(sequences, 'decode'))?.kind).toBe('prefill');
    }
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
    const completion = turn('a', [prefilling('c', { promise: 'ttft', deadlineMs: 5_000 })], 0);
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

  it('when a first token was promised but cannot be on time any more, then it gives way to a deadline that can be kept', () => {
    const hopeless = turn('a', [prefilling('c', { promise: 'ttft', deadlineMs: 10, relegated: true })], 0);
    expect(chooseModel([hopeless, turn('b', [decoding('d', { deadlineMs: 5_000 })], 0)], 0)).toBe('b');
  });
});
