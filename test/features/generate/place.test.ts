import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { placeOf } from '../../../runtime/features/generate/place.ts';

/** What the document says once `code` is generated where the marks are: one for a cursor, two around a selection. */
function withCode(marked: string, code: string, languageId = 'typescript'): string {
  const [before = '', second = '', third] = marked.split('‸');
  const text = marked.replaceAll('‸', '');
  const document = TextDocument.create('file:///a.ts', languageId, 1, text);
  const start = document.positionAt(before.length);
  const end = third === undefined ? start : document.positionAt(before.length + second.length);
  const place = placeOf(document, { start, end });
  const lines = code.split('\n').join(`\n${place.indent}`);
  return place.before + place.lead + lines + place.tail + place.after;
}

const code = 'f();\ng();';

describe('a cursor', () => {
  it.each([
    ['on an empty line', 'a();\n‸\nb();', 'a();\nf();\ng();\nb();'],
    ['on an empty line of a block', 'x {\n‸\n}', 'x {\n    f();\n    g();\n}'],
    [
      'on an empty line of a block in a file of two spaces',
      'x {\n  y();\n}\nz {\n‸\n}',
      'x {\n  y();\n}\nz {\n  f();\n  g();\n}',
    ],
    [
      'on an empty line of a block in a file of tabs',
      'x {\n\ty();\n}\nz {\n‸\n}',
      'x {\n\ty();\n}\nz {\n\tf();\n\tg();\n}',
    ],
    ['behind some white space', 'x {\n  ‸\n}', 'x {\n  f();\n  g();\n}'],
    ['in front of code', '{\n  ‸a();\n}', '{\n  f();\n  g();\n  a();\n}'],
    ['at the start of an indented line', '{\n‸  a();\n}', '{\n  f();\n  g();\n  a();\n}'],
    ['behind a comment', '  // call them‸\nb();', '  // call them\n  f();\n  g();\nb();'],
    ['behind an opening bracket', 'x {‸\n}', 'x {\n    f();\n    g();\n}'],
    ['behind a statement', '  a();‸', '  a();\n  f();\n  g();'],
    ['within a statement', 'const a = ‸;', 'const a = f();\ng();;'],
    ['between two functions', '  a();\n}\n\n‸\n\nb {', '  a();\n}\n\nf();\ng();\n\nb {'],
    ['below a function without braces', '    a()\n‸\n\nb:', '    a()\nf();\ng();\n\nb:'],
    ['below a statement of a block', '{\n  a();\n‸\n}', '{\n  a();\n  f();\n  g();\n}'],
    [
      'below the last method of a class',
      'x {\n  a() {\n    c();\n  }\n\n‸\n}',
      'x {\n  a() {\n    c();\n  }\n\n  f();\n  g();\n}',
    ],
    ['in an empty file', '‸', 'f();\ng();'],
  ])('when it stands %s, then the code has its place and its depth', (_, marked, expected) => {
    expect(withCode(marked, code)).toBe(expected);
  });
});

describe('a selection', () => {
  it.each([
    ['whole lines', '{\n‸  a();\n  b();\n‸}', '{\n  f();\n  g();\n}'],
    ['lines without the last line end', '{\n‸  a();\n  b();‸\n}', '{\n  f();\n  g();\n}'],
    ['from the first word on', '{\n  ‸a();\n  b();‸\n}', '{\n  f();\n  g();\n}'],
    ['a part of a line', '  x = ‸a()‸;', '  x = f();\n  g();;'],
  ])('when it has %s, then the code takes their place and nothing else', (_, marked, expected) => {
    expect(withCode(marked, code)).toBe(expected);
  });

  it('when the file has other line ends, then the texts have those that models know', () => {
    const document = TextDocument.create('file:///a.py', 'python', 1, 'a\r\nb\r\nc\r\n');
    const place = placeOf(document, { start: { line: 1, character: 0 }, end: { line: 1, character: 1 } });
    expect(place).toMatchObject({ before: 'a\n', selected: 'b', after: '\nc\n' });
  });
});
