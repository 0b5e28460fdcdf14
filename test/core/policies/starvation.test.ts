/** Nobody starves: what is late still ends, however much else comes, within the bound that is stated beside `sequenceAgedMs`. */
import { describe, expect, it } from 'vitest';
import { sequenceAgedMs } from '../../../runtime/core/policies/punctual.ts';
import { agedTurn } from '../../../runtime/core/policies/punctual-step.ts';
import { Overload, type OverloadOptions, type Stream, type Work } from './overload.ts';

const chunkTokens = 64;

/** Long, and late from the beginning. */
const late: Work = { promptTokens: 300, answerTokens: 100, targetMs: 1_000 };

/** A steady 0.8 of the device at most, when they come every 400 ms; more than it can do when they come every 150 ms. */
const completions: Stream = { everyMs: 150, promptTokens: 60, answerTokens: 10, targetMs: 1_000 };

/** More than is left beside any completions, and shorter than the late task. */
const summaries: Stream = { everyMs: 500, promptTokens: 60, answerTokens: 15, targetMs: 10_000 };

function passesOf({ promptTokens, answerTokens }: Work): number {
  return Math.ceil(promptTokens / chunkTokens) + answerTokens - 1;
}

/** As beside `sequenceAgedMs`, when all `before` others were relegated. */
function boundMs(overload: Overload, { sequences }: OverloadOptions, before: number): number {
  const inside = sequences * passesOf(summaries);
  const aged = passesOf(late) + before * passesOf(summaries);
  return summaries.targetMs + sequenceAgedMs + overload.longestPassMs * (inside + agedTurn * aged);
}

function expectEnd(options: OverloadOptions): Overload {
  const overload = new Overload(options);
  overload.clock.runTo(10_000);
  const asked = overload.submitWhenFree('translate', late);
  const { arrivalMs } = asked.task;
  const before = [...overload.scheduled.heard.values()].filter(
    ({ task, outcome }) => task.sla.kind === 'e2e' && outcome === undefined,
  ).length;
  const limitMs = 2_000_000;
  while (asked.outcome === undefined && overload.clock.now() < limitMs)
    overload.clock.runTo(overload.clock.now() + 500);
  expect(asked.outcome).toEqual({ kind: 'finished', reason: 'length' });
  expect(asked.tokens).toBe(late.answerTokens);
  expect((asked.endMs ?? limitMs) - arrivalMs).toBeLessThanOrEqual(boundMs(overload, options, before - 1));
  return overload;
}

describe('a late task under punctual', () => {
  it.each([1, 2, 4, 8])(
    'when completions come faster than they can be done, to %i sequences, then it ends within the bound',
    (sequences) => {
      const overload = expectEnd({ sequences, completions, waitingMax: 150 });
      expect(overload.busyShare).toBeGreaterThan(0.95);
    },
  );

  it.each([1, 2, 4, 8])(
    'when shorter tasks that are late too come as well, to %i sequences, then it ends within the bound',
    (sequences) => {
      const overload = expectEnd({ sequences, completions, summaries, waitingMax: 8 });
      expect(overload.busyShare).toBeGreaterThan(0.95);
    },
  );

  it('when many of them waited before it, then it ends within the bound', () => {
    expectEnd({ sequences: 4, completions, summaries, waitingMax: 60 });
  });

  it('when completions leave a fifth of the device, then it ends long before the bound, between them', () => {
    const overload = expectEnd({ sequences: 4, completions: { ...completions, everyMs: 400 } });
    expect(overload.busyShare).toBeGreaterThan(0.6);
    expect(overload.clock.now()).toBeLessThan(sequenceAgedMs);
  });
});
