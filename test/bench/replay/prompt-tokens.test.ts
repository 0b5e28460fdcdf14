import { describe, expect, it } from 'vitest';
import { sharedTokens } from '../../../runtime/bench/replay/arrivals.ts';
import { infillTokens, inventedTokens } from '../../../runtime/bench/replay/prompt-tokens.ts';
import { SimulatedTokenizer } from '../../../runtime/engine/simulated-model.ts';

const salt = 123_456_789;

function window(prefix: string, suffix: string) {
  return { prefix, suffix };
}

describe('token numbers of a replayed prompt', () => {
  it('when prompts change, then they are as long and share as much as in the pieces of the simulated tokenizer', () => {
    const tokenizer = new SimulatedTokenizer();
    const steps = [
      window('let naïve = ', '\n}\n'),
      window('let naïve = 1', '\n}\n'),
      window('let naïve = 12 + fo', '\n}\n'),
      window('let naïve = 12', '\n}\n'),
      window('let naïve = 12', ')\n}\n'),
      window('t naïve = 12', ')\n}\n'),
      window('', 'übersicht();\n'),
    ];
    const ours = steps.map((step) => infillTokens(step, salt));
    const theirs = steps.map(({ prefix, suffix }) => [
      -1,
      // A lone space at the cursor is taken off by both.
      ...tokenizer.tokenize(prefix.trimEnd()),
      -2,
      ...tokenizer.tokenize(suffix),
      -3,
    ]);
    expect(ours.map(({ length }) => length)).toEqual(theirs.map(({ length }) => length));
    const shared = (all: readonly (readonly number[])[]): number[] =>
      all.flatMap((one, index) => all.slice(index + 1).map((other) => sharedTokens(one, other)));
    expect(shared(ours)).toEqual(shared(theirs));
  });

  it('when the same text stands in two documents, then only the marker is shared', () => {
    const text = window('fn main() {', '\n}\n');
    expect(sharedTokens(infillTokens(text, 1), infillTokens(text, 2))).toBe(1);
  });

  it('when prompts are invented, then they share the marker only, also with text, and have the length asked for', () => {
    const [one, two] = [inventedTokens(0, 8_192), inventedTokens(1, 5)];
    expect([one.length, two.length]).toEqual([8_192, 5]);
    expect(sharedTokens(one, two)).toBe(1);
    expect(new Set([...one, ...two]).size).toBe(8_196);
    expect(Math.max(...infillTokens(window('\uffff\uffff', 'zzzz'), 2 ** 29 - 1))).toBeLessThan(one[1] ?? 0);
  });

  it('when there are no numbers left, then it says so', () => {
    expect(() => inventedTokens(131_072, 10)).toThrow('no numbers left');
    expect(() => inventedTokens(0, 8_193)).toThrow('no numbers left');
  });
});
