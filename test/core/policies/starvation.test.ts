/**
 * Nobody starves: what is late still ends, however much else comes. The bound, once a task is aged (20 s after its deadline): every
 * eighth pass belongs to those that are, so it ends after 8 passes for each pass of its own and of those that were late before it.
 */
import { describe, expect, it } from 'vitest';
import { Overload, type Stream } from './overload.ts';

const agedMs = 20_000;
const agedTurn = 8;
const chunkTokens = 64;

/** Long, and late from the beginning. */
const late = { promptTokens: 300, answerTokens: 100, targetMs: 1_000 };

/** Each of them can be on time, all of them together take 0.8 of the device. */
const completions: Stream = { everyMs: 400, promptTokens: 60, answerTokens: 10, targetMs: 1_000 };

/** More than the device can do. */
const summaries: Stream = { everyMs: 500, promptTokens: 60, answerTokens: 15, targetMs: 10_000 };

function passesOf({ promptTokens, answerTokens }: Omit<Stream, 'everyMs' | 'targetMs'>): number {
  return Math.ceil(promptTokens / chunkTokens) + answerTokens - 1;
}

/** How long the late task took, or undefined when it had not ended within its bound. `older` tasks were late before it. */
function lateUnder(overload: Overload, olderPasses: number): number | undefined {
  overload.clock.runTo(30_000);
  const ended = overload.submit('translate', late);
  const startMs = overload.clock.now();
  const boundMs = (): number =>
    late.targetMs + agedMs + agedTurn * overload.longestPassMs * (passesOf(late) + olderPasses);
  while (ended() === undefined && overload.clock.now() - startMs < boundMs()) {
    overload.clock.runTo(overload.clock.now() + 1_000);
  }
  return ended();
}

describe('a late task under punctual', () => {
  it.each([4, 8])(
    'when completions come all the time and there are %i sequences, then it ends within its bound',
    (sequences) => {
      const overload = new Overload({ sequences, completions });
      expect(lateUnder(overload, 0)).toBeDefined();
      expect(overload.busyShare).toBeGreaterThan(0.7);
    },
  );

  // The task level starts a waiting completion before anything else, so while one waits at every turn nothing else starts.
  it.fails.each([1, 2, 4])(
    'when completions come faster than they can be done to %i sequences, then it ends within its bound',
    (sequences) => {
      const overload = new Overload({ sequences, completions: { ...completions, everyMs: 150 }, waitingMax: 8 });
      expect(lateUnder(overload, 0)).toBeDefined();
    },
  );

  // Both levels serve what is late by the shortest first, so a stream of shorter tasks that are late too is always ahead of it.
  it.fails.each([1, 4])(
    'when shorter tasks come faster than they can be done, then it ends within its bound',
    (sequences) => {
      const overload = new Overload({ sequences, completions, summaries, waitingMax: 8 });
      const older = (8 + sequences) * passesOf(summaries);
      expect(lateUnder(overload, older)).toBeDefined();
    },
  );
});
