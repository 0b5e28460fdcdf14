/** How much is asked for, by the place of the cursor, and what an answer begins with. */
import { describe, expect, it } from 'vitest';
import { AnswerEnds, extentByLine } from '../../../runtime/features/completion/extent.ts';
import { Syntax } from '../../../runtime/syntax/index.ts';
import { cursorIn, syntax } from '../../syntax/world.ts';

const ends = new AnswerEnds(syntax, () => 0);

async function at(languageId: string, marked: string, from = ends) {
  const end = await from.at({ uri: `file:///a.${languageId}`, languageId, ...cursorIn(marked) });
  end.judge?.delete();
  return { extent: end.extent, stop: end.stop, lead: end.lead, isJudged: end.judge !== undefined };
}

describe('how much is asked for', () => {
  it.each([
    ['behind what opens a block', 'typescript', 'function f() {‸\n}\n', 'block'],
    ['on the empty line of an empty body', 'java', 'class A {\n  int f() {\n    ‸\n  }\n}\n', 'block'],
    ['in an expression', 'typescript', 'const a = f(‸);\n', 'line'],
    ['in a string', 'python', 'a = "‸"\n', 'line'],
    ['above what it is to open', 'go', 'package a\n\nfunc f() {\n\t‸\n\t\tg()\n\t}\n}\n', 'line'],
    ['among statements', 'python', 'def f(a):\n    b = a\n    ‸\n', 'block'],
  ])('when the cursor stands %s, then it is that', async (_, languageId, marked, extent) => {
    const end = await at(languageId, marked);
    expect(end.extent).toBe(extent);
    // A block is judged while it comes; a line ends with its line.
    expect(end.isJudged).toBe(extent === 'block');
    expect(end.stop).toEqual(extent === 'block' ? [] : ['\n']);
  });

  it.each([
    ['ruby', 'def f‸\nend\n', 'line'],
    ['ruby', 'a = [‸\n]\n', 'block'],
    ['plaintext', '‸', 'block'],
  ])('when %s has no syntax here, then the line decides: %j', async (languageId, marked, extent) => {
    const { text, offset } = cursorIn(marked);
    expect(await at(languageId, marked)).toMatchObject({ extent, isJudged: false, lead: undefined });
    expect(extentByLine(text, offset)).toBe(extent);
  });

  it('when a grammar cannot be read, then the line decides', async () => {
    const broken = new AnswerEnds(new Syntax('/nowhere', () => 0), () => 0);
    expect(await at('typescript', 'function f() {‸\n}\n', broken)).toMatchObject({ extent: 'block', stop: ['\n\n'] });
    expect(await at('typescript', 'const a = ‸\n', broken)).toMatchObject({ extent: 'line', stop: ['\n'] });
  });

  it('when the document is too large to be parsed at a keystroke, then the line decides', async () => {
    const large = 'const a = 1;\n'.repeat(50_000);
    expect(await at('typescript', `${large}function f() {‸\n}\n`)).toMatchObject({ extent: 'block', stop: ['\n\n'] });
  });

  it('when the same document is asked about again, then what was typed counts', async () => {
    expect(await at('typescript', 'class A {\n  m() ‸\n}\n')).toMatchObject({ extent: 'line' });
    expect(await at('typescript', 'class A {\n  m() {‸}\n}\n')).toMatchObject({ extent: 'block' });
    expect(await at('typescript', 'class A {\n  m() { ret‸}\n}\n')).toMatchObject({ extent: 'line' });
  });
});

describe('what a block begins with', () => {
  it.each([
    ['typescript', 'function f() {‸\n}\n', '\n  '],
    ['typescript', 'function f() {‸}\n', '\n  '],
    ['typescript', 'class A {\n    m() {‸\n    }\n    k() {\n        l();\n    }\n}\n', '\n        '],
    ['go', 'package a\n\nfunc f() {‸\n}\n', '\n\t'],
    ['python', 'class A:\n    def f(\n        self,\n    ):‸\n', '\n        '],
    ['python', '\uFEFFdef f():‸\n', '\n    '],
    ['java', 'class A {\n\tint f() {‸\n\t}\n}\n', '\n\t\t'],
    // What may go on in the same line.
    ['typescript', 'import {‸\n', undefined],
    ['typescript', 'f({‸})\n', undefined],
    ['typescript', 'call(‸\n);\n', undefined],
    ['typescript', 'const f = (a) =>‸\n', undefined],
    ['python', 'a = {‸}\n', undefined],
    // The cursor is there already.
    ['typescript', 'function f() {\n  ‸\n}\n', undefined],
  ])('when in %s the cursor stands in %j, then with %j', async (languageId, marked, lead) => {
    expect((await at(languageId, marked)).lead).toBe(lead);
  });
});
