import { describe, expect, it } from 'vitest';
import { Pace } from '../../../runtime/features/completion/pace.ts';

/** An answer of eleven tokens, ten of them after the first. */
const answer = (msPerToken: number) => ({ ttftMs: 100, e2eMs: 100 + 10 * msPerToken, generatedTokens: 11 });

describe('how many tokens an answer may have', () => {
  it('when nothing is known of the model, then as many as the user allows', () => {
    expect(new Pace().tokensMax('m', 64, 500)).toBe(64);
  });

  it('when its tokens are quick, then as many; when they are slow, then what four promises leave time for', () => {
    const pace = new Pace();
    pace.learn('quick', answer(5));
    pace.learn('slow', answer(50));
    expect(pace.tokensMax('quick', 64, 500)).toBe(64);
    expect(pace.tokensMax('slow', 64, 500)).toBe(30);
    expect(pace.tokensMax('slow', 64, 2_000)).toBe(64);
  });

  it('when it is very slow, then still a line, unless the user allows less', () => {
    const pace = new Pace();
    pace.learn('m', answer(1_000));
    expect(pace.tokensMax('m', 64, 500)).toBe(24);
    expect(pace.tokensMax('m', 8, 500)).toBe(8);
  });

  it('when the machine gets slower, then that is learned in steps, and what says nothing is passed over', () => {
    const pace = new Pace();
    pace.learn('m', answer(10));
    pace.learn('m', { e2eMs: 9_000, generatedTokens: 0 });
    pace.learn('m', { ttftMs: 100, e2eMs: 9_000, generatedTokens: 1 });
    expect(pace.tokensMax('m', 512, 500)).toBe(150);
    pace.learn('m', answer(60));
    expect(pace.tokensMax('m', 512, 500)).toBe(75);
  });

  it('when many models come and go, then the oldest is forgotten', () => {
    const pace = new Pace();
    pace.learn('first', answer(50));
    for (let model = 0; model < 16; model += 1) pace.learn(`m${model}`, answer(50));
    expect(pace.tokensMax('first', 64, 500)).toBe(64);
    expect(pace.tokensMax('m0', 64, 500)).toBe(30);
  });
});
