import { describe, expect, it } from 'vitest';
import { type PlayOptions, playTyping } from '../../../runtime/bench/typing/play.ts';
import { adaptiveRule, fixedRule } from '../../../runtime/bench/typing/rules.ts';
import type { TypedEdit } from '../../../runtime/bench/typing/session.ts';
import { machines } from '../../../runtime/bench/workloads.ts';
import { situationAt } from '../../../runtime/features/completion/situation.ts';

const { model } = machines.gpu;
/** A prompt of any length in 10 ms, a token in 10 ms. */
const plain: PlayOptions = {
  machine: {
    model: {
      ...model,
      costs: {
        prefill: [
          [1, 10],
          [10_000, 10],
        ],
        decode: [
          [1, 10],
          [8, 10],
        ],
        msPerKiloContext: 0,
      },
    },
    completionTargetMs: 500,
  },
  targetMs: 500,
};

/** Keys with these gaps behind them; a token of an answer takes 10 ms. */
function keys(gapsMs: readonly number[], answerTokens = 6): TypedEdit[] {
  let atMs = 0;
  return gapsMs.map((gapMs, index) => {
    const text = `let a = ${'x'.repeat(index + 1)}`;
    const edit = {
      ...{ atMs, gapMs, text, offset: text.length, grownBy: 1, answerTokens, slowness: 1 },
      situation: situationAt({ before: text, after: '' }),
    };
    atMs += gapMs;
    return edit;
  });
}

describe('a session with one rule', () => {
  it('when a key comes before the editor asks, while it waits, while it answers, and after, then each counts so', () => {
    // Asked for at 50 + 75 ms, there at 185 ms.
    const tally = playTyping(keys([50, 51, 125, 126, 185, 186, 9_000]), fixedRule(75).begin(), plain);
    expect(tally).toEqual({ edits: 7, requests: 4, shown: 2, durationMs: 50 + 51 + 125 + 126 + 185 + 186 });
  });

  it('when the wait is longer, then fewer requests are made and fewer suggestions shown', () => {
    const gapsMs = Array.from({ length: 100 }, (_, index) => 60 + 7 * index);
    const [none, some, most] = [0, 75, 350].map((ms) => playTyping(keys(gapsMs, 30), fixedRule(ms).begin(), plain));
    expect(none?.requests).toBeGreaterThan(some?.requests ?? 0);
    expect(some?.requests).toBeGreaterThan(most?.requests ?? 0);
    expect(none?.shown).toBeGreaterThan(most?.shown ?? 0);
  });

  it('when a request costs nothing, then it is made at once, and the dearer it is the fewer there are', () => {
    const gapsMs = Array.from({ length: 200 }, (_, index) => (index % 10 === 9 ? 3_000 : 110 + (index % 7) * 10));
    const tallies = [0, 0.3, 0.9].map((cost) => playTyping(keys(gapsMs, 30), adaptiveRule(cost).begin(), plain));
    expect(tallies[0]).toEqual(playTyping(keys(gapsMs, 30), fixedRule(0).begin(), plain));
    expect(tallies[1]?.requests).toBeLessThan(tallies[0]?.requests ?? 0);
    expect(tallies[2]?.requests).toBeLessThanOrEqual(tallies[1]?.requests ?? 0);
    // Somebody who rests gets a suggestion, whatever a request costs.
    expect(tallies[2]?.shown).toBeGreaterThanOrEqual(20);
  });
});
