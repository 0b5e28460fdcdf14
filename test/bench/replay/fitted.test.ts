import { describe, expect, it } from 'vitest';
import { type Arrival, sharedTokens } from '../../../runtime/bench/replay/arrivals.ts';
import { cutPlace, FittedPrompts } from '../../../runtime/bench/replay/fitted.ts';
import { infillTokens } from '../../../runtime/bench/replay/prompt-tokens.ts';
import { promptly } from '../../../runtime/features/completion/fit.ts';
import { infillWindow, windowDefault } from '../../../runtime/features/completion/prompt.ts';

const salt = 12_345;
const code = Array.from({ length: 400 }, (_, line) => `  const value${line} = compute(${line}, "a few words");\n`).join(
  '',
);

function arrivalAt(text: string, offset: number, id = 'a'): Arrival {
  return {
    id,
    atMs: 0,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 1_000 },
    document: 'd',
    promptTokens: infillTokens(infillWindow(text, offset, windowDefault), salt),
    answerTokens: 5,
    maxTokens: 64,
    uncachedTokens: 1,
    place: cutPlace(text, offset, salt),
  };
}

describe('a replayed prompt that is fitted', () => {
  it('when there is time enough, then it is the prompt of the whole window, wherever the cursor is', () => {
    for (let offset = 0; offset <= code.length; offset += 997) {
      const arrival = arrivalAt(code, offset);
      expect(new FittedPrompts(promptly).cut(arrival, () => 0)).toEqual(arrival);
      expect(new FittedPrompts(promptly).warmUp(arrival)).toEqual(arrival.promptTokens);
    }
  });

  it('when a document is cut out, then little of it is kept', () => {
    expect(cutPlace(code, 9_000, salt).text.length).toBeLessThan(6_000);
  });

  it('when there is little time, then the prompt is shorter, and the next one goes on from it', () => {
    const fitted = new FittedPrompts(promptly);
    const forecast = (held: readonly number[]) => (tokens: readonly number[]) =>
      3 * (tokens.length - sharedTokens(held, tokens));
    const first = fitted.cut(arrivalAt(code, 12_000), forecast([]));
    expect(first.promptTokens.length * 3).toBeLessThanOrEqual(700);
    const typed = `${code.slice(0, 12_000)}x${code.slice(12_000)}`;
    const next = fitted.cut(arrivalAt(typed, 12_001, 'b'), forecast(first.promptTokens));
    expect(sharedTokens(first.promptTokens, next.promptTokens)).toBeGreaterThan(50);
    // With a warm prefix there is time for more of what stands behind the cursor.
    expect(next.promptTokens.length).toBeGreaterThanOrEqual(first.promptTokens.length);
  });

  it('when the whole window was evaluated in idle time, then the next prompt has it', () => {
    const fitted = new FittedPrompts(promptly);
    const arrival = arrivalAt(code, 12_000);
    expect(fitted.cut(arrival, (tokens) => 3 * tokens.length).promptTokens.length).toBeLessThan(
      arrival.promptTokens.length,
    );
    const warm = fitted.warmUp(arrival);
    const forecast = (tokens: readonly number[]) => 3 * (tokens.length - sharedTokens(warm ?? [], tokens));
    expect(fitted.cut(arrival, forecast)).toEqual(arrival);
  });

  it('when a request has no text, then it stays as it is', () => {
    const { place: _, ...arrival } = arrivalAt(code, 500);
    expect(new FittedPrompts(promptly).cut(arrival, () => 1e9)).toBe(arrival);
    expect(new FittedPrompts(promptly).warmUp(arrival)).toBeUndefined();
  });
});
