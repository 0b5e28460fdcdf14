import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Language, languages } from '../../runtime/syntax/language.ts';
import { type Piece, split } from '../../runtime/syntax/split.ts';
import { sources } from './sources.ts';
import { asked } from './world.ts';

async function piecesOf(language: Language, text: string, maxChars: number): Promise<Piece[]> {
  return await asked(language, text, (tree) => split(tree, maxChars));
}

function textsOf(text: string, pieces: readonly Piece[]): string[] {
  return pieces.map(({ start, end }) => text.slice(start, end));
}

/** The pieces follow each other, none is empty, and together they are the text. */
function expectWhole(text: string, pieces: readonly Piece[]): void {
  let at = 0;
  for (const { start, end } of pieces) {
    expect(start).toBe(at);
    expect(end).toBeGreaterThan(start);
    at = end;
  }
  expect(at).toBe(text.length);
  expect(textsOf(text, pieces).join('')).toBe(text);
}

function expectWholeCharacters(text: string, pieces: readonly Piece[]): void {
  for (const { start, end } of pieces) {
    expect(text.slice(start, end)).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
    expect(text.slice(start - 1, start + 1)).not.toBe('\r\n');
  }
}

describe('split', () => {
  it.each(languages)('when a file of %s fits, then it is one piece', async (language) => {
    const text = sources[language];
    expect(await piecesOf(language, text, text.length)).toEqual([{ start: 0, end: text.length, within: [] }]);
  });

  it.each(languages)(
    'when a file of %s is cut, then every piece begins at the start of a line and none is too long',
    async (language) => {
      const text = sources[language];
      const pieces = await piecesOf(language, text, 200);
      expectWhole(text, pieces);
      expect(pieces.length).toBeGreaterThan(1);
      for (const { start, end } of pieces) {
        expect(end - start).toBeLessThanOrEqual(200);
        expect(start === 0 || text[start - 1] === '\n').toBe(true);
      }
    },
  );

  it('when functions stand one after the other, then as many as fit are one piece, with the comments above them', async () => {
    const functions = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `/** Is ${name}. */\nfunction ${name}() {\n  return 1;\n}\n\n`,
    );
    const pieces = await piecesOf('javascript', functions.join(''), 110);
    expect(textsOf(functions.join(''), pieces)).toEqual([
      functions.slice(0, 2).join(''),
      functions.slice(2, 4).join(''),
      functions[4],
    ]);
  });

  it('when a class is too large, then it is cut at its members, and they know their class', async () => {
    const method = (name: string): string => `  // Is ${name}.\n  int ${name}() {\n    return 1;\n  }\n`;
    const text = `class A {\n${['a', 'b', 'c'].map(method).join('')}}\n`;
    const pieces = await piecesOf('java', text, 64);
    expect(textsOf(text, pieces)).toEqual([`class A {\n${method('a')}`, method('b'), `${method('c')}}\n`]);
    expect(pieces.map(({ within }) => within)).toEqual(pieces.map(() => ['A']));
  });

  it('when a function is too large, then it is cut at its statements', async () => {
    const statements = Array.from({ length: 20 }, (_, index) => `    call_${index}(\n        ${index},\n    )\n`);
    const text = `def f():\n${statements.join('')}`;
    const pieces = await piecesOf('python', text, 100);
    expectWhole(text, pieces);
    for (const piece of textsOf(text, pieces).slice(1)) expect(piece).toMatch(/^ {4}call_\d+\(\n/);
    expect(pieces.at(-1)?.within).toEqual(['f']);
  });

  it('when a token is longer than a piece may be, then it stays whole and stands alone', async () => {
    const string = `'${'x'.repeat(200)}'`;
    const text = `const a = ${string};\nconst b = 1;\n`;
    const pieces = await piecesOf('javascript', text, 40);
    expectWhole(text, pieces);
    expect(
      textsOf(text, pieces)
        .find((piece) => piece.length > 40)
        ?.trim(),
    ).toContain('x'.repeat(200));
  });

  it('when everything stands on one line, then it is cut between tokens', async () => {
    const text = Array.from({ length: 400 }, (_, index) => `name${index}(value,"a b")`).join(';');
    const pieces = await piecesOf('javascript', text, 100);
    expectWhole(text, pieces);
    for (const piece of textsOf(text, pieces)) {
      expect(piece.length).toBeLessThanOrEqual(100);
      expect(piece).not.toMatch(/^(?:ame|me|e)?\d|^b"/);
    }
  });

  it('when expressions are nested thousands deep, then it is cut all the same', async () => {
    const sum = Array.from({ length: 3_000 }, (_, index) => `a${index}`).join(' + ');
    const pieces = await piecesOf('javascript', sum, 200);
    expectWhole(sum, pieces);
    expect(Math.max(...pieces.map(({ start, end }) => end - start))).toBeLessThanOrEqual(200);
    const brackets = '['.repeat(3_000) + ']'.repeat(3_000);
    expectWhole(brackets, await piecesOf('javascript', brackets, 200));
  });

  it('when a text has no syntax, then it is cut at empty lines, else at line ends, else at blanks, else anywhere', () => {
    const at = (text: string, maxChars: number): string[] => textsOf(text, split(text, maxChars));
    expect(at('one\ntwo\n\nthree\nfour\n', 14)).toEqual(['one\ntwo\n\n', 'three\nfour\n']);
    expect(at('one\ntwo\nthree\n', 9)).toEqual(['one\ntwo\n', 'three\n']);
    expect(at('one two three', 9)).toEqual(['one two ', 'three']);
    expect(at('onetwothree', 4)).toEqual(['onet', 'woth', 'ree']);
    expect(at('𝒳𝒳', 3)).toEqual(['𝒳', '𝒳']);
    expect(at('', 4)).toEqual([]);
  });

  it('when any file is mutated, then the pieces are the text', async () => {
    const hostile = [
      '\0',
      '\uFEFF',
      '\r\n',
      '\r',
      '\t',
      '𝒳',
      'שלום',
      '"',
      "'",
      '`',
      '{',
      '}',
      '(',
      '/*',
      '*/',
      '//',
      '"""',
      '#',
      '\ud800',
      '\udc00',
      '\n\n',
    ];
    const mutation = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(12),
      put: fc.constantFrom('', ...hostile),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...languages),
        fc.array(mutation, { maxLength: 8 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 600 }),
        async (language, mutations, isWindows, maxChars) => {
          let text = isWindows ? sources[language].replaceAll('\n', '\r\n') : sources[language];
          for (const { at, removed, put } of mutations) {
            const start = Math.floor(at * text.length);
            text = text.slice(0, start) + put + text.slice(start + removed);
          }
          const pieces = await piecesOf(language, text, maxChars);
          expectWhole(text, pieces);
          const plain = split(text, maxChars);
          expectWhole(text, plain);
          for (const { start, end } of plain) expect(end - start).toBeLessThanOrEqual(Math.max(2, maxChars));
          const isWellFormed = !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
          if (isWellFormed) expectWholeCharacters(text, [...pieces, ...plain]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
