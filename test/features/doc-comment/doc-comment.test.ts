import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { docLines } from '../../../runtime/features/doc-comment/format.ts';
import { SummarizeFeature } from '../../../runtime/features/text.ts';
import { syntaxErrors } from '../../../runtime/syntax/errors.ts';
import { type Language, languages } from '../../../runtime/syntax/language.ts';
import { asked } from '../../syntax/world.ts';
import { ScriptedTasks, settings } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';

const never = new AbortController().signal;
const cursor = '‸';

/** The document with the comment in it. `marked` has the cursor in it. */
async function documented(language: Language, marked: string, answer = 'It adds two numbers.'): Promise<string> {
  const text = marked.replace(cursor, '');
  const document = TextDocument.create('file:///a', language === 'tsx' ? 'typescriptreact' : language, 1, text);
  const position = document.positionAt(marked.indexOf(cursor));
  const tasks = new ScriptedTasks(() => ({ pieces: [answer] }));
  const request = {
    ...{ document, settings, receivedMs: 1_000 },
    purpose: 'docComment',
    range: { start: position, end: position },
  } as const;
  const listener = { onText: () => undefined, onNote: () => undefined };
  const { edit } = await new SummarizeFeature(kitOf(tasks)).run(request, listener, never);
  if (edit === undefined) throw new Error('There is no edit.');
  return TextDocument.applyEdits(document, [edit]);
}

describe('a documentation comment', () => {
  it.each<[Language, string, string]>([
    ['typescript', 'export function a‸dd() {}\n', '/** It adds two numbers. */\nexport function add() {}\n'],
    [
      'java',
      'class A {\n  @Override\n  int a‸dd() { return 1; }\n}\n',
      'class A {\n  /** It adds two numbers. */\n  @Override\n  int add() { return 1; }\n}\n',
    ],
    [
      'python',
      'class A:\n    def a‸dd(self):\n        return 1\n',
      'class A:\n    def add(self):\n        """It adds two numbers."""\n        return 1\n',
    ],
    ['python', 'def a‸dd(): return 1\n', 'def add(): \n    """It adds two numbers."""\n    return 1\n'],
    ['go', 'func A‸dd() int { return 1 }\n', '// Add: It adds two numbers.\nfunc Add() int { return 1 }\n'],
    ['rust', '    fn a‸dd() -> u8 { 1 }\n', '    /// It adds two numbers.\n    fn add() -> u8 { 1 }\n'],
    [
      'csharp',
      'class A {\n  int A‸dd() => 1;\n}\n',
      'class A {\n  /// <summary>\n  /// It adds two numbers.\n  /// </summary>\n  int Add() => 1;\n}\n',
    ],
    ['cpp', 'int a‸dd() { return 1; }\n', '/** It adds two numbers. */\nint add() { return 1; }\n'],
  ])('when something of %s is documented, then as that language does: %s', async (language, before, after) => {
    expect(await documented(language, before)).toBe(after);
  });

  it('when there is one already, then the new one takes its place', async () => {
    expect(await documented('typescript', '/** Old. */\nfunction a‸dd() {}\n')).toBe(
      '/** It adds two numbers. */\nfunction add() {}\n',
    );
    expect(await documented('python', 'def a‸dd():\n    """Old."""\n    return 1\n')).toBe(
      'def add():\n    """It adds two numbers."""\n    return 1\n',
    );
  });

  it('when there is nothing to document, then a sentence says so', async () => {
    await expect(documented('typescript', '‸\n\nfunction add() {}\n')).rejects.toThrow(
      'There is nothing to document at line 1',
    );
    await expect(documented('typescript', 'function a‸dd() {}', '```')).rejects.toThrow(
      'nothing that could be a comment',
    );
  });

  it.each(languages)(
    'when the model writes whatever it likes, then what is inserted into %s still parses',
    async (language) => {
      const code: Partial<Record<Language, string>> = {
        python: 'def f():\n    return 1\n',
        go: 'package a\n\nfunc f() {}\n',
        java: 'class f {}\n',
        csharp: 'class f {}\n',
        rust: 'fn f() {}\n',
      };
      const text =
        code[language] ?? (language === 'c' || language === 'cpp' ? 'int f() { return 1; }\n' : 'function f() {}\n');
      const word = fc.constantFrom(
        '*/',
        '/*',
        '"""',
        '"',
        "'",
        '\\',
        '//',
        '```',
        '\n',
        '\n\n',
        '<a>',
        '&',
        '#',
        'words',
        'of',
        'it.',
      );
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 30 }), async (words) => {
          const lines = docLines(language, { name: 'f', text: words.join(' '), indent: '' });
          if (lines.length === 0) return;
          const inside =
            language === 'python' ? text.replace('    return', `    ${lines.join('\n    ')}\n    return`) : text;
          const whole =
            language === 'python'
              ? inside
              : language === 'go'
                ? text.replace('func', `${lines.join('\n')}\nfunc`)
                : `${lines.join('\n')}\n${text}`;
          expect(await asked(language, whole, (tree) => syntaxErrors(tree)), whole).toEqual([]);
        }),
        { numRuns: 40 },
      );
    },
  );
});
