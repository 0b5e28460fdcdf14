/** Equal answers on a device where the best batch is smaller than their number: what the device spends on them in all. */
import { describe, expect, it } from 'vitest';
import { planStep } from '../../../runtime/core/policies/punctual-step.ts';
import type { SequenceView } from '../../../runtime/core/step.ts';

/** Measured CPU ms of a decode of 1 to 8 sequences: the 0.5B Q4_0 shape on a Xeon, one thread. Four are cheaper than three. */
const passMs = [60, 98, 120, 95, 141, 166, 201, 166] as const;

const costs = {
  prefillMs: (tokens: number) => 3 * tokens,
  decodeMs: (sequences: number) => passMs[sequences - 1] ?? Number.POSITIVE_INFINITY,
};

const limits = { chunkTokens: 64, decodeSequences: 8, passMsMax: Number.POSITIVE_INFINITY };

/**
 * @param firstMs how much later one of them is due than the others.
 * @returns ms of the device until the last of `streams` answers of `tokens` tokens has ended, and when each ended.
 */
function spend(streams: number, tokens: number, deadlineMs: number, firstMs = 0): { nowMs: number; endsMs: number[] } {
  const left = new Map(Array.from({ length: streams }, (_, index) => [`s${index}`, tokens]));
  const endsMs: number[] = [];
  let nowMs = 0;
  for (let passes = 0; left.size > 0; passes += 1) {
    const sequences = [...left].map(
      ([id, decodeTokens]): SequenceView => ({
        id,
        class: 'translate',
        promise: 'e2e',
        arrivalMs: 0,
        deadlineMs: deadlineMs + (id === 's0' ? firstMs : Number(id.slice(1))),
        decoding: true,
        tokensLeft: 1,
        contextTokens: 100,
        decodeTokens,
        started: true,
        relegated: false,
      }),
    );
    const plan = planStep({ nowMs, sequences, limits, costs, lastKind: 'decode', passes });
    if (plan?.kind !== 'decode') throw new Error('Everybody decodes.');
    nowMs += costs.decodeMs(plan.ids.length);
    for (const id of plan.ids) {
      const rest = (left.get(id) ?? 0) - 1;
      if (rest > 0) left.set(id, rest);
      else {
        left.delete(id);
        endsMs.push(nowMs);
      }
    }
  }
  return { nowMs, endsMs };
}

describe('more equal answers than the best batch has places', () => {
  it.each([2, 3, 4, 5, 6, 7])('when %i of them run, then it costs no more than all in each pass', (streams) => {
    const tokens = 100;
    const together = tokens * costs.decodeMs(streams);
    expect(spend(streams, tokens, 1e6).nowMs).toBeLessThanOrEqual(together * 1.02);
  });

  it('when five or six of them run, then it costs an eighth less', () => {
    for (const streams of [5, 6]) {
      expect(spend(streams, 100, 1e6).nowMs).toBeLessThan((100 * costs.decodeMs(streams) * 7) / 8);
    }
  });

  it('when one of them is due much earlier, then it has a place in every pass', () => {
    const { endsMs } = spend(6, 100, 1e6, -500_000);
    expect(Math.min(...endsMs)).toBe(100 * costs.decodeMs(4));
  });
});
