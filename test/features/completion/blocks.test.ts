/** Blocks through the whole feature: what is shown agrees with the text, is whole, and ends where the block does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { AnswerEnds } from '../../../runtime/features/completion/extent.ts';
import { CompletionFeature } from '../../../runtime/features/completion/index.ts';
import { ManualTimer } from '../../server/manual-timer.ts';
import { syntax } from '../../syntax/world.ts';
import { chosenSettings, models, type Script, ScriptedTasks } from '../fakes.ts';

const mark = '‸';

function editor(answer: (attempt: number) => Script, languageId = 'typescript') {
  const tasks = new ScriptedTasks((_, attempt) => answer(attempt));
  const ends = new AnswerEnds(syntax, () => 0);
  const completion = new CompletionFeature(tasks, models, [], { timer: new ManualTimer().start, ends });
  const ask = async (marked: string) => {
    const document = TextDocument.create('file:///project/a', languageId, 1, marked.replace(mark, ''));
    const position = document.positionAt(marked.indexOf(mark));
    const who = { invoked: false, settings: chosenSettings, client: 'w1', receivedMs: 1_000 };
    const { items, punctual } = await completion.complete({ document, position, ...who }, new AbortController().signal);
    return { text: items[0]?.insertText ?? '', from: punctual.from, reason: punctual.reason };
  };
  return { tasks, ask };
}

/** In pieces of the size of tokens. */
function pieces(text: string, size = 3): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
}

describe('a block', () => {
  it('when it closes, then the task is finished, and nothing behind it is shown', async () => {
    const { tasks, ask } = editor(() => ({ pieces: pieces('return a;\n}\n\nfunction g() {\n') }));
    const { text } = await ask('function f(a) {‸');
    expect(text).toBe('\n  return a;\n}');
    expect(tasks.finished).toEqual(['t1']);
    expect(tasks.specs[0]?.prompt).toMatchObject({ typed: 'function f(a) {\n  ' });
  });

  it('when the token limit cuts it, then its last line is not shown', async () => {
    const outcome = { kind: 'finished', reason: 'length' } as const;
    const { ask } = editor(() => ({ pieces: pieces('a();\n  b();\n  const c = '), outcome }));
    expect((await ask('function f() {\n  ‸\n}\n')).text).toBe('a();\n  b();');
  });

  it('when the cursor is in an expression, then the line is asked for', async () => {
    const { tasks, ask } = editor(() => ({ pieces: ['1'] }));
    await ask('const a = ‸;\n');
    expect(tasks.specs[0]?.limits.stop).toEqual(['\n']);
  });

  it('when it is typed on, over its lines too, then the rest is shown, and no task is made', async () => {
    const block = '\n  a();\n  if (b) {\n    c();\n  }\n}';
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(block.length - 1), async (size, typed) => {
        const { tasks, ask } = editor(() => ({ pieces: pieces(block.slice(3), size) }));
        expect((await ask('function f() {‸')).text).toBe(block);
        const { text, from } = await ask(`function f() {${block.slice(0, typed)}‸`);
        expect([from, block.slice(0, typed) + text]).toEqual(['typed', block]);
        expect(tasks.specs).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });

  it('when anything was typed or changed meanwhile, then what is kept is shown only where it agrees', async () => {
    const block = '\n  a();\n  b();\n}';
    const typed = fc.array(fc.constantFrom('\n', '  ', 'a', '()', ';', 'x', '\n  a();'), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(typed, fc.constantFrom('', '\nz();\n'), async (keys, behind) => {
        const { ask } = editor((attempt) => ({ pieces: attempt === 1 ? pieces(block.slice(3)) : [] }));
        await ask('function f() {‸');
        const now = keys.join('');
        const { text, from } = await ask(`function f() {${now}‸${behind}`);
        if (from !== 'typed' && from !== 'cache') return;
        expect(behind).toBe('');
        expect(block.startsWith(now + text)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a model at its worst', () => {
  const special = '<|fim_middle|><|endoftext|>';
  it.each<[string, string, Script]>([
    ['loops', 'again(again);\n  ', { pieces: pieces('again(again);\n  '.repeat(40)) }],
    ['loops within a line', 'a, ', { pieces: pieces('a, '.repeat(200)) }],
    ['says nothing', '', { pieces: [] }],
    ['says prose', '', { pieces: pieces('Sure! Here is the code you asked for:\n\n```typescript\nreturn 1;\n```\n') }],
    ['says special tokens', special, { pieces: [special, 'return 1;', special] }],
  ])('when it %s, then what is shown has none of it', async (_, what, script) => {
    for (const marked of ['function f() {‸\n}\n', 'function f() {\n  ‸\n}\n', 'const a = ‸\n']) {
      const { ask } = editor(() => script);
      const { text } = await ask(marked);
      if (what !== '') expect(text.split(what).length).toBeLessThanOrEqual(3);
      expect(text).not.toMatch(/<\||```|Sure!/);
      expect(text.length).toBeLessThan(200);
    }
  });
});

describe('bad input', () => {
  const body = { pieces: pieces('return 1;\n}') };
  it.each([
    [
      'mixed line ends',
      'typescript',
      'const a = 1;\r\nconst b = 2;\rconst c = 3;\nfunction f() {\r\n  ‸\n}\r\n',
      'return 1;',
    ],
    ['a byte order mark', 'typescript', '\uFEFFfunction f() {\n  ‸\n}\n', 'return 1;'],
    ['tabs', 'go', 'package a\n\nfunc f() int {\n\t‸\n}\n', 'return 1;'],
    ['right-to-left text', 'typescript', 'const s = "שלום עולם";\nfunction f() {\n  ‸\n}\n', 'return 1;'],
    ['characters of two units', 'typescript', 'const s = "𝒳😀";\nfunction f() {\n  ‸\n}\n', 'return 1;'],
    ['errors everywhere', 'typescript', ') } ] let let = = {{{ ((\nfunction f() {\n  ‸\n}\n', 'return 1;'],
    [
      'a generated file of one long line',
      'javascript',
      `var a=[${'1,'.repeat(60_000)}1];\nfunction f() {\n  ‸\n}\n`,
      'return 1;',
    ],
    ['50,000 lines', 'typescript', `${'f(1);\n'.repeat(50_000)}function g() {\n  ‸\n}\n`, 'return 1;'],
  ])('when the document has %s, then a suggestion is shown all the same', async (_, languageId, marked, shown) => {
    const { ask } = editor(() => body, languageId);
    const { text, reason } = await ask(marked);
    expect(reason).toBe('answered');
    expect(text).toBe(shown);
  });

  it('when the document is any text, then there is an answer, and a judge is never left behind', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '"',
      '`',
      '\n',
      '\r\n',
      '\r',
      '\t',
      ' ',
      '// ',
      '/*',
      'a',
      'if',
      ':',
      '\u202e',
      '😀',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        text,
        fc.constantFrom('typescript', 'python', 'c', 'rust'),
        async (a, b, said, languageId) => {
          const { ask } = editor(() => ({ pieces: pieces(said) }), languageId);
          const { reason } = await ask(`${a}${mark}${b}`);
          expect(['answered', 'empty']).toContain(reason);
        },
      ),
      { numRuns: 150 },
    );
  });
});
