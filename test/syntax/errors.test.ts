import { describe, expect, it } from 'vitest';
import { syntaxErrors } from '../../runtime/syntax/errors.ts';
import { type Language, languages } from '../../runtime/syntax/language.ts';
import { sources } from './sources.ts';
import { asked } from './world.ts';

/** A text with something wrong between the marks, or missing where both stand together. */
const wrong: readonly (readonly [Language, 'unexpected' | 'missing', string])[] = [
  ['typescript', 'missing', 'const a = call(1⟨⟩;\n'],
  ['typescript', 'unexpected', 'const a ⟨=⟩= 1;\n'],
  ['tsx', 'unexpected', 'const a = <p>{b ⟨c⟩}</p>;\n'],
  ['javascript', 'missing', 'function f() {\n  return 1;⟨⟩\n'],
  ['python', 'unexpected', 'def f(a):\n    return ⟨)⟩ a\n'],
  ['java', 'missing', 'class A { int a = 1⟨⟩ }\n'],
  ['c', 'missing', 'int f(void) { return 1⟨⟩ }\n'],
  ['cpp', 'missing', 'struct A { int a; };\nint f() { return 1⟨⟩ }\n'],
  ['go', 'unexpected', 'package a\n\nfunc f() { return ⟨)⟩ }\n'],
  ['rust', 'missing', 'fn f() { let a = 1⟨⟩ }\n'],
  ['csharp', 'missing', 'class A { int a = 1⟨⟩ }\n'],
];

describe('syntaxErrors', () => {
  it.each(languages)('when a file of %s is right, then nothing is found', async (language) => {
    expect(await asked(language, sources[language], syntaxErrors)).toEqual([]);
  });

  it.each(wrong)('when in %s something is %s in %j, then its place is found', async (language, kind, marked) => {
    const text = marked.replace(/[⟨⟩]/g, '');
    const found = await asked(language, text, syntaxErrors);
    const start = marked.indexOf('⟨');
    const end = marked.indexOf('⟩') - 1;
    expect(found.map((problem) => [problem.kind, problem.start, problem.end])).toEqual([[kind, start, end]]);
  });

  it('when something is wrong, then it says what, in short', async () => {
    const [missing] = await asked('java', 'class A { int a = 1 }\n', syntaxErrors);
    expect(missing?.what).toBe(';');
    const [unexpected] = await asked('python', `a = b ${')'.repeat(100)}\n`, syntaxErrors);
    expect([...(unexpected?.what ?? '')]).toHaveLength(40);
  });

  it('when prose comes instead of code, then it is found out', async () => {
    for (const language of languages) {
      const prose = "Sure, here's the translated code you asked for. I hope that it helps!";
      expect((await asked(language, prose, syntaxErrors)).length, language).toBeGreaterThan(0);
    }
  });

  it('when everything is wrong, then a hundred problems are told', async () => {
    const found = await asked('javascript', 'a = ;\n'.repeat(5_000), syntaxErrors);
    expect(found).toHaveLength(100);
  });
});
