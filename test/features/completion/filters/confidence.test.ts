import { describe, expect, it } from 'vitest';
import { aroundOf } from '../../../../runtime/features/completion/filters/around.ts';
import {
  lowConfidence,
  tokensAfter,
  tokensBehind,
} from '../../../../runtime/features/completion/filters/confidence.ts';
import { postprocess } from '../../../../runtime/features/completion/filters/postprocess.ts';
import type { TokenConfidence } from '../../../../runtime/features/tasks.ts';

const place = { before: '', after: '', languageId: 'typescript' };

/** A token for each piece, all equally probable. */
function tokensOf(pieces: readonly string[], probability: number): TokenConfidence[] {
  return pieces.map(({ length }) => ({ chars: length, logProbability: Math.log(probability) }));
}

describe('how sure the model was', () => {
  it('when a part of the answer was typed meanwhile, then the tokens left cover the text left', () => {
    const tokens = tokensOf(['ret', 'urn', ' a;'], 0.9);
    expect(tokensAfter(tokens, 0)).toEqual(tokens);
    expect(tokensAfter(tokens, 4).map(({ chars }) => chars)).toEqual([2, 3]);
    expect(tokensAfter(tokens, 6).map(({ chars }) => chars)).toEqual([3]);
    expect(tokensAfter(tokens, 9)).toEqual([]);
  });

  it('when only the typed part was doubtful, then the rest is shown', () => {
    const tokens = [...tokensOf(['maybe', '.'], 0.01), ...tokensOf(['a', ' + ', 'b', ';'], 0.9)];
    expect(postprocess({ text: 'maybe.a + b;', tokens }, place)).toMatchObject({ dropped: 'lowConfidence' });
    expect(postprocess({ text: 'a + b;', tokens: tokensAfter(tokens, 6) }, place).text).toBe('a + b;');
  });

  it('when text was put in front of an answer, then its lines are judged where they stand now', () => {
    const said = [...tokensOf(['a', '();'], 0.9), ...tokensOf(['\n', '  ', 'b', '();'], 0.05)];
    const led = tokensBehind(said, '\n  '.length);
    const text = '\n  a();\n  b();';
    expect(led.reduce((sum, { chars }) => sum + chars, 0)).toBe(text.length);
    const filler = tokensOf(['', '', '', '', '', ''], 0.9);
    expect(lowConfidence(text, aroundOf(place), { tokens: [...filler, ...led] })).toBe('\n  a();');
  });

  it('when the end of an answer was cut off, then doubts about that end do not cost the line before it', () => {
    const pieces = ['a', '();', '\n', 'b', '();'];
    const tokens = [...tokensOf(pieces, 0.9), ...tokensOf(['\n', 'wrong', ' ', 'and', ' ', 'wrong'], 0.001)];
    const sure = [...tokensOf(['', '', '', ''], 0.9), ...tokens];
    expect(postprocess({ text: 'a();\nb();', tokens: sure }, place).text).toBe('a();\nb();');
  });
});
