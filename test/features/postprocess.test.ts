import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extentByLine } from '../../runtime/features/completion/extent.ts';
import type { Place } from '../../runtime/features/completion/filters/around.ts';
import { postprocess } from '../../runtime/features/completion/filters/postprocess.ts';
import { infillWindow } from '../../runtime/features/completion/prompt.ts';

/** In a language that nobody told about, so that the cursor's line alone is judged. */
function placeOf(marked: string): Place {
  const [before = '', after = ''] = marked.split('|');
  return { before, after, languageId: 'unheard-of' };
}

describe('post-processing', () => {
  it.each([
    // The model's answer, the place, what is shown.
    ['x: number) {', 'add(|) {', 'x: number'],
    ['bar()', 'foo(|)', 'bar()'],
    ['"a")', 'log(|)', '"a"'],
    ['return 1;', 'if (a) {\n  |\n  return 1;\n}', ''],
    ['}', 'if (a) {\n|\n}', '}'],
    ['a + b;<|fim_pad|>junk', 'return |', 'a + b;'],
    ['a + b;  \t', 'return |', 'a + b;'],
    ['   ', 'return |', ''],
  ])('when the model says %j at %j, then %j is shown', (answer, place, shown) => {
    expect(postprocess({ text: answer }, placeOf(place)).text).toBe(shown);
  });

  it('when anything comes from the model, then it never grows', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '(', ')', ';', '<|x|>', '😀'), maxLength: 40 });
    fc.assert(
      fc.property(text, text, (answer, after) => {
        const place = placeOf(`x${after.includes('|') ? '|' : `|${after}`}`);
        const { text: once } = postprocess({ text: answer }, place);
        expect(once.length).toBeLessThanOrEqual(answer.length);
      }),
    );
  });
});

/** String.prototype.isWellFormed is newer than the oldest supported Node. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

describe('the window', () => {
  const lines = Array.from({ length: 400 }, (_, index) => `const value${index} = ${index};`);

  it('when characters are typed at the end of a line, then the left edge jumps at most once in 20 keystrokes', () => {
    const text = lines.join('\n');
    const limits = { prefixChars: 2_400, suffixChars: 600 };
    const offset = text.indexOf('value300');
    const windows = Array.from({ length: 20 }, (_, typed) => infillWindow(text, offset + typed, limits).prefix);
    const same = windows.filter(
      (prefix, index) => index === 0 || prefix.startsWith((windows[index - 1] ?? '').trimEnd()),
    );
    expect(same.length).toBeGreaterThanOrEqual(windows.length - 1);
  });

  it('when line after line is typed, then the left edge moves once in sixteen lines', () => {
    const text = lines.join('\n');
    const limits = { prefixChars: 2_400, suffixChars: 600 };
    const edges = lines.slice(200, 264).map((line) => {
      const offset = text.indexOf(line) + line.length;
      return offset - infillWindow(text, offset, limits).prefix.length;
    });
    expect(new Set(edges).size).toBeGreaterThan(1);
    expect(new Set(edges).size).toBeLessThanOrEqual(64 / 16 + 1);
  });

  it('when the text is anything, then no surrogate pair is cut and the limits hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '😀', '\n', ' '), maxLength: 200 });
    fc.assert(
      fc.property(text, fc.nat(400), (content, at) => {
        const window = infillWindow(content, Math.min(at, content.length), { prefixChars: 20, suffixChars: 10 });
        expect(isWellFormed(window.prefix) && isWellFormed(window.suffix)).toBe(true);
        expect(window.prefix.length).toBeLessThanOrEqual(20);
        expect(window.suffix.length).toBeLessThanOrEqual(10);
        expect(content).toContain(window.prefix + window.suffix);
      }),
    );
  });

  it.each([
    ['  |', 'block'],
    ['if (a) {|', 'block'],
    ['def f():|', 'block'],
    ['return |', 'line'],
    ['  |return a;', 'line'],
  ])('when the cursor is at %j, then a %s is asked for', (marked, extent) => {
    expect(extentByLine(marked.replace('|', ''), marked.indexOf('|'))).toBe(extent);
  });
});
