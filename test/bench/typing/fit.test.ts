import { describe, expect, it } from 'vitest';
import { lognormal, newRandom } from '../../../runtime/bench/random.ts';
import { fitted, observationsOf } from '../../../runtime/bench/typing/fit.ts';
import type { TypedEdit } from '../../../runtime/bench/typing/session.ts';
import type { Situation } from '../../../runtime/features/completion/situation.ts';

const inWord: Situation = { before: 'word', behind: 'nothing' };
const onLine: Situation = { before: 'line', behind: 'nothing' };

/** Beats of 150 ms; on a new line there is a pause of 3 s four times out of five, in a word one time out of fifty. */
function session(keys: number, seed: number): TypedEdit[] {
  const random = newRandom(seed);
  let atMs = 0;
  return Array.from({ length: keys }, (_, key) => {
    const situation = key % 10 === 0 ? onLine : inWord;
    const isPause = random() < (situation === onLine ? 0.8 : 0.02);
    const gapMs = isPause ? lognormal(random, 3_000, 0.6) : lognormal(random, 150, 0.3);
    const edit = { atMs, gapMs, text: '', offset: 0, situation, grownBy: 1, answerTokens: 1, slowness: 1 };
    atMs += gapMs;
    return edit;
  });
}

describe('the model of gaps, fitted', () => {
  it('when gaps were made by known numbers, then it finds them', () => {
    const { beat, pause, weights } = fitted(observationsOf([session(2_000, 1), session(2_000, 2)]));
    expect(beat.median).toBeGreaterThan(0.9);
    expect(beat.median).toBeLessThan(1.1);
    expect(pause.median).toBeGreaterThan(2_400);
    expect(pause.median).toBeLessThan(3_600);
    const chance = (score: number): number => 1 / (1 + Math.exp(-score));
    expect(chance(weights.always + weights.before.line)).toBeGreaterThan(0.6);
    expect(chance(weights.always + weights.before.word)).toBeLessThan(0.08);
  });
});
