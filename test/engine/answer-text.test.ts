import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerText } from '../../runtime/engine/answer-text.ts';

/** Pieces of text as tokens: the token is the piece's index. */
function run(
  pieces: readonly string[],
  stops: readonly string[],
): { readonly shown: string[]; readonly stopped: boolean } {
  const answer = new AnswerText({ push: (token) => pieces[token] ?? '' }, stops);
  const shown: string[] = [];
  for (let token = 0; token < pieces.length; token += 1) {
    const piece = answer.push(token);
    shown.push(piece.text);
    if (piece.stopped) return { shown, stopped: true };
  }
  shown.push(answer.flush());
  return { shown, stopped: false };
}

/** The same without tokens: cut the text before the stop text that is complete first. */
function expected(text: string, stops: readonly string[]): { readonly text: string; readonly stopped: boolean } {
  for (let end = 1; end <= text.length; end += 1) {
    const starts = stops
      .filter((stop) => stop !== '' && text.slice(0, end).endsWith(stop))
      .map((stop) => end - stop.length);
    if (starts.length > 0) return { text: text.slice(0, Math.min(...starts)), stopped: true };
  }
  return { text, stopped: false };
}

describe('the text of an answer', () => {
  it('when a stop text is spread over pieces, then nothing of it is shown', () => {
    expect(run(['return a;', '\n', '``', '`', 'more'], ['\n```'])).toEqual({
      shown: ['return a;', '', '', ''],
      stopped: true,
    });
  });

  it('when what looked like a stop text goes on otherwise, then it is shown', () => {
    expect(run(['a', '\n', '``', 'x'], ['\n```']).shown).toEqual(['a', '', '', '\n``x', '']);
  });

  it('when the answer ends within what may be a stop text, then it is shown at the end', () => {
    expect(run(['a', '\n`'], ['\n```']).shown).toEqual(['a', '', '\n`']);
  });

  it('when texts are cut into pieces anywhere, then the cut before the first complete stop text is the same', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), fc.array(letters, { maxLength: 4 }), (pieces, stops) => {
        const { shown, stopped } = run(pieces, stops);
        expect({ text: shown.join(''), stopped }).toEqual(expected(pieces.join(''), stops));
      }),
    );
  });
});
