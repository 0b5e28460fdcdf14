import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Acceptance,
  type DraftView,
  draftTokensMax,
  expectedTokens,
  Lookup,
  learnAcceptance,
  newAcceptance,
  planDraft,
} from '../../runtime/core/draft.ts';
import type { SequenceView } from '../../runtime/core/step.ts';

function read(text: string): Lookup {
  return new Lookup([...text].map((letter) => letter.charCodeAt(0)));
}

function guess(text: string, count: number): string {
  return String.fromCharCode(...read(text).draft(count));
}

describe('the lookup', () => {
  it('when two tokens occurred before, then it reads on after their latest occurrence', () => {
    expect(guess('abcd abef ab', 3)).toBe('ef ');
    expect(read('abcd abef ab').matchTokens).toBe(3); // " ab"
  });

  it('when one token only, or nothing, occurred before, then there is no guess', () => {
    expect(guess('abc xa', 5)).toBe('');
    expect(guess('a', 5)).toBe('');
    expect(guess('', 5)).toBe('');
  });

  it('when a newer occurrence turns up while another one is followed, then it stays with the longer match', () => {
    expect(guess('one two; ne three; one t', 4)).toBe('wo; ');
  });

  it('when the text repeats its own end, then the guess goes on repeating', () => {
    expect(guess('xyabcabc', 8)).toBe('abcabcab');
    expect(guess('==', 3)).toBe('');
    expect(guess('===', 3)).toBe('===');
  });

  it('when a token comes, then it says how long the match was and whether it agreed', () => {
    const lookup = read('abcde ab');
    expect(lookup.push('c'.charCodeAt(0))).toEqual({ matchTokens: 2, hit: true });
    expect(lookup.push('d'.charCodeAt(0))).toEqual({ matchTokens: 3, hit: true });
    expect(lookup.push('x'.charCodeAt(0))).toEqual({ matchTokens: 4, hit: false });
    expect(lookup.push('y'.charCodeAt(0))).toBeUndefined();
  });

  it('when texts are random, then a match is as long as it says and the guess is what followed it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (tokens, count) => {
        const lookup = new Lookup(tokens);
        const { matchTokens } = lookup;
        const draft = lookup.draft(count);
        expect(draft.length).toBe(matchTokens === 0 ? 0 : count);
        if (matchTokens === 0) return;
        const end = tokens.slice(tokens.length - matchTokens);
        const whole = [...tokens, ...draft];
        const places = tokens.map((_, index) => index).filter((place) => place >= matchTokens);
        const isSource = (place: number): boolean =>
          end.every((token, index) => token === tokens[place - matchTokens + index]) &&
          draft.every((token, index) => token === whole[place + index]);
        expect(places.some(isSource)).toBe(true);
      }),
    );
  });
});

function learned(matchTokens: number, hits: number, misses: number, start: Acceptance = newAcceptance): Acceptance {
  let acceptance = start;
  for (let index = 0; index < hits + misses; index += 1)
    acceptance = learnAcceptance(acceptance, { matchTokens, hit: index < hits });
  return acceptance;
}

/** Right or wrong at every length. */
function always(hit: boolean): Acceptance {
  return [2, 3, 4, 5, 7, 10, 16, 32].reduce(
    (acceptance, length) => learned(length, hit ? 50 : 0, hit ? 0 : 50, acceptance),
    newAcceptance,
  );
}

describe('acceptance', () => {
  it('when nothing was seen, then one guess is right less often than not', () => {
    expect(expectedTokens(newAcceptance, 2, 2)).toEqual([1, expect.closeTo(1.4), expect.closeTo(1.56)]);
  });

  it('when guesses were right at a length, then those at it and at longer ones are expected to be right', () => {
    const acceptance = learned(2, 47, 0);
    expect(expectedTokens(acceptance, 2, 1)[1]).toBeCloseTo(1 + (47 + 3 * 0.4) / 50);
    expect(expectedTokens(acceptance, 9, 1)[1]).toBeCloseTo(1 + (47 + 3 * 0.4) / 50);
    expect(expectedTokens(always(true), 2, 10)[10]).toBeGreaterThan(10.5);
  });

  it('when long matches hold and short ones do not, then the two are told apart', () => {
    const acceptance = learned(16, 60, 0, learned(2, 0, 60));
    expect(expectedTokens(acceptance, 2, 4)[4]).toBeLessThan(1.05);
    expect(expectedTokens(acceptance, 16, 4)[4]).toBeGreaterThan(4.5);
  });

  it('when the text changes its nature, then what was learned is forgotten within some hundred tokens', () => {
    const turned = learned(2, 0, 200, learned(2, 1_000, 0));
    expect(expectedTokens(turned, 2, 1)[1]).toBeLessThan(1.1);
  });
});

const sequence: SequenceView = {
  id: 'own',
  class: 'translate',
  promise: 'e2e',
  arrivalMs: 0,
  deadlineMs: 100_000,
  decoding: true,
  tokensLeft: 1,
  contextTokens: 100,
  decodeTokens: 200,
  started: true,
  relegated: false,
};

/** Plain passes take 10 ms; each guess adds 2 ms. */
function plan(overrides: Partial<DraftView> = {}): number {
  return planDraft({
    nowMs: 0,
    sequence,
    others: [sequence],
    limits: { chunkTokens: 64, decodeSequences: 4, passMsMax: Number.POSITIVE_INFINITY },
    costs: { prefillMs: (tokens) => tokens, decodeMs: () => 10 },
    verifyCosts: { prefillMs: () => 0, decodeMs: (tokens) => 8 + 2 * tokens },
    acceptance: always(true),
    matchTokens: 10,
    tokensMax: 200,
    ...overrides,
  });
}

function stepped(plainMs: number, steps: Readonly<Record<number, number>>): DraftView['verifyCosts'] {
  return { prefillMs: () => 0, decodeMs: (tokens) => steps[tokens] ?? plainMs * tokens };
}

describe('the plan of a draft', () => {
  it('when guesses are right and cheap, then as many as possible are made', () => {
    expect(plan()).toBe(draftTokensMax);
  });

  it('when nothing is repeated or guesses are wrong, then none is made', () => {
    expect(plan({ matchTokens: 0 })).toBe(0);
    expect(plan({ acceptance: always(false) })).toBe(0);
  });

  it('when each token of a pass costs as much as a pass, then none is made, however right', () => {
    expect(plan({ verifyCosts: stepped(10, {}) })).toBe(0);
  });

  it('when the cost has steps, then the length before a step is taken', () => {
    // The measured shape of a 0.5 B model on one core, relative to one token.
    expect(plan({ verifyCosts: stepped(15.5, { 1: 15.5, 4: 55.2, 8: 75.3 }) })).toBe(7);
  });

  it('when the end of the answer is near, then no guess goes beyond it', () => {
    expect(plan({ tokensMax: 4 })).toBe(3);
    expect(plan({ tokensMax: 1 })).toBe(0);
    expect(plan({ sequence: { ...sequence, decodeTokens: 2.5 } })).toBe(3);
  });

  it('when passes are bounded, then the pass stays within the bound', () => {
    const limits = { chunkTokens: 64, decodeSequences: 4, passMsMax: 20 };
    expect(plan({ limits })).toBe(5);
    expect(plan({ limits: { ...limits, passMsMax: 11 } })).toBe(0);
  });

  it('when another one can wait for a while only, then the pass takes no longer than that', () => {
    const other: SequenceView = { ...sequence, id: 'other', decodeTokens: 10, deadlineMs: 100 + 20 };
    expect(plan({ others: [sequence, other] })).toBe(5);
    const prompt: SequenceView = {
      ...sequence,
      id: 'p',
      promise: 'ttft',
      started: false,
      decoding: false,
      tokensLeft: 30,
    };
    expect(plan({ others: [{ ...prompt, deadlineMs: 30 + 14 }] })).toBe(2);
    // Both together: the second one waits for the first.
    expect(plan({ others: [other, { ...prompt, deadlineMs: 130 + 11 }] })).toBe(0);
  });

  it('when another one is late anyway or has no promise left, then it does not hold the guess up', () => {
    const late: SequenceView = { ...sequence, id: 'late', decodeTokens: 10, deadlineMs: 99 };
    expect(plan({ others: [late] })).toBe(draftTokensMax);
    expect(plan({ others: [{ ...late, deadlineMs: 101, relegated: true }] })).toBe(draftTokensMax);
    expect(plan({ others: [{ ...late, deadlineMs: 101, promise: 'ttft' }] })).toBe(draftTokensMax);
  });
});
