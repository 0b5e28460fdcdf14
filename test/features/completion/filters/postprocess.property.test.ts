import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../runtime/features/completion/filters/around.ts';
import type { Answer } from '../../../../runtime/features/completion/filters/filter.ts';
import { answerCharsMax, postprocess } from '../../../../runtime/features/completion/filters/postprocess.ts';

const languageId = fc.constantFrom(
  'typescript',
  'python',
  'rust',
  'csharp',
  'go',
  'markdown',
  'typescriptreact',
  'unheard-of',
);

/** Pieces of which code is made, and those that trip a reader of it. */
const piece = fc.oneof(
  fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '`',
    '${',
    '/',
    '//',
    '/*',
    '*/',
    '#',
    '"""',
    '\\',
    '<',
    '>',
    ';',
    ',',
    ':',
  ),
  fc.constantFrom('\n', '\n', '\n  ', '\n    ', '\n\t', ' ', '  ', '\t', '\r\n', '\r', '\ufeff', '\0', '\ufffd'),
  fc.constantFrom(
    'a',
    'b',
    'return',
    'const x = 1;',
    'if (a) {',
    'else',
    '0, ',
    "'a ",
    'total',
    '😀',
    '\ud83d',
    'שלום',
    '第',
  ),
  fc.constantFrom('<|fim_pad|>', '<|fim', '</s>', '```', '```ts\n', 'Sure! ', '</div>', '\n}\n', '\nreturn b;'),
);
const code = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

const place: fc.Arbitrary<Place> = fc.record(
  { before: code, after: code, languageId, selected: fc.constantFrom('log', 'a', ' ') },
  { requiredKeys: ['before', 'after', 'languageId'] },
);

const answer: fc.Arbitrary<Answer> = fc.record(
  {
    // What stands around the cursor is what models repeat.
    text: code,
    end: fc.constantFrom('stop', 'length'),
    tokens: fc.array(
      fc.record({ chars: fc.nat(6), logProbability: fc.oneof(fc.double({ max: 0 }), fc.constant(Number.NaN)) }),
      { maxLength: 8 },
    ),
  },
  { requiredKeys: ['text'] },
);

/** An answer that is made of the text around the cursor, so that filters have something to do. */
const repeating = fc
  .record({ place, own: answer, times: fc.integer({ min: 0, max: 4 }) })
  .map(({ place, own, times }) => ({
    place,
    answer: { ...own, text: own.text + place.after.slice(0, 40).repeat(times) + place.before.slice(-20) },
  }));
const either = fc.oneof(fc.record({ place, answer }), repeating);

const withoutSpace = (text: string): string => text.replaceAll(/\s|\ufeff/g, '');

describe('post-processing, whatever comes', () => {
  it('when an answer has been filtered, then to filter it again changes nothing', () => {
    fc.assert(
      fc.property(either, ({ answer, place }) => {
        const { text } = postprocess(answer, place);
        expect(postprocess({ text }, place).text).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('when something is shown, then it is one piece of the answer, white space apart', () => {
    fc.assert(
      fc.property(either, ({ answer, place }) => {
        const { text } = postprocess(answer, place);
        expect(withoutSpace(answer.text)).toContain(withoutSpace(text));
      }),
      { numRuns: 500 },
    );
  });

  it('when an answer grows, then by its indentation, and nothing but that was changed', () => {
    fc.assert(
      fc.property(either, ({ answer, place }) => {
        const { text, changed } = postprocess(answer, place);
        expect(text.length <= answer.text.length || changed.includes('indentation')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('when nothing is shown, then there is a reason, and when the answer is another, then a filter tells', () => {
    fc.assert(
      fc.property(either, ({ answer, place }) => {
        const { text, dropped, changed } = postprocess(answer, place);
        expect(dropped !== undefined).toBe(text === '');
        expect(text === answer.text || changed.length > 0 || dropped !== undefined).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('when a selected entry is continued, then the word is not made another one', () => {
    fc.assert(
      fc.property(answer, code, languageId, (said, after, language) => {
        const { text } = postprocess(said, { before: 'x.log', after, languageId: language, selected: 'log' });
        expect(text).not.toMatch(/^[\p{L}\p{N}_$]/u);
      }),
    );
  });

  // Each line is one that some filter looks at for long; were one of them quadratic, this would run for minutes.
  it.each([
    '(',
    ')',
    '}\n',
    '{\n',
    "'",
    '"',
    '`${',
    '/*\n',
    '\n',
    'ab ',
    'x = 1;\n',
    '\t',
    '<|',
    '```\n',
    '\r',
    'Sure! ',
    '[/',
  ])('when an answer of 64 KB is made of %j, then it is read to its end', (unit) => {
    const text = unit.repeat(Math.ceil(answerCharsMax / unit.length));
    for (const languageId of ['typescript', 'python', 'rust', 'markdown']) {
      const shown = postprocess({ text }, { before: text, after: text, languageId }).text;
      expect(shown.length).toBeLessThanOrEqual(answerCharsMax * 4);
    }
  });
});
