import { describe, expect, it } from 'vitest';
import { type Extent, extentAt } from '../../runtime/syntax/extent.ts';
import type { Language } from '../../runtime/syntax/language.ts';
import { askedAt } from './world.ts';

type Because = Extent['because'];

const braces: readonly (readonly [Language, Because, string])[] = [
  ['typescript', 'opensBlock', 'function f(a: number) {‸'],
  ['typescript', 'opensBlock', 'function f(a: number) {‸\n}\n'],
  ['typescript', 'opensBlock', 'function f(a: number) {‸}\n'],
  ['typescript', 'opensBlock', 'class A {\n  m() {‸\n\n  k() {\n  }\n}\n'],
  ['typescript', 'opensBlock', 'it("a", () => {‸\n});\n'],
  ['typescript', 'opensBlock', 'const f = (a) =>‸\n'],
  ['typescript', 'opensBlock', 'call(‸\n);\n'],
  ['typescript', 'restOfLine', 'call(‸)\n'],
  ['typescript', 'restOfLine', 'const a = ‸\n'],
  ['typescript', 'restOfLine', 'const ‸a = 1;\n'],
  ['typescript', 'filledBody', 'if (a) {‸\n  b();\n}\n'],
  ['typescript', 'emptyBody', 'function f() {\n  ‸\n}\n'],
  ['typescript', 'emptyBody', 'function f() {\n  ‸'],
  ['typescript', 'emptyBody', 'function f() {\n  // What it does.\n  ‸\n}\n'],
  ['typescript', 'statement', 'function f() {\n  a();\n  ‸\n}\n'],
  ['typescript', 'statement', 'function f() {\n  ‸\n  a();\n}\n'],
  ['typescript', 'afterComment', 'function f() {\n  a();\n  // Then the rest.\n  ‸\n}\n'],
  ['typescript', 'member', 'class A {\n  a = 1;\n\n  ‸\n}\n'],
  ['typescript', 'statement', 'a();\n‸\n'],
  ['typescript', 'header', 'function f() {\n  a();\n  ‸\n\n    b();\n  }\n}\n'],
  ['typescript', 'text', '// Adds.‸\n'],
  ['typescript', 'text', 'const a = "‸";\n'],
  ['tsx', 'opensBlock', 'function A() {‸\n}\n'],
  ['tsx', 'statement', 'function A() {\n  const a = <p>{b}</p>;\n  ‸\n}\n'],
  ['javascript', 'opensBlock', 'for (const a of b) {‸\n}\n'],
  ['javascript', 'emptyBody', 'const f = async () => {\n  ‸\n};\n'],
  ['javascript', 'restOfLine', 'return ‸\n'],
  ['java', 'opensBlock', 'class A {\n  int f(int a) {‸\n  }\n}\n'],
  ['java', 'member', 'class A {\n  int a;\n\n  ‸\n}\n'],
  ['java', 'statement', 'class A {\n  int f() {\n    g();\n    ‸\n  }\n}\n'],
  ['java', 'afterComment', 'class A {\n  /** Adds. */\n  ‸\n  int b;\n}\n'],
  ['c', 'opensBlock', 'int f(int a) {‸\n}\n'],
  ['c', 'emptyBody', 'int f(int a)\n{\n  ‸\n}\n'],
  ['c', 'restOfLine', 'int f(struct a *a) {\n  a->‸\n}\n'],
  ['java', 'opensBlock', 'class A {\n  B b = () ->‸\n}\n'],
  ['c', 'member', 'int f(void) { return 1; }\n\n‸\n'],
  ['c', 'statement', 'int f(void) {\n  g();\n  ‸\n}\n'],
  ['cpp', 'opensBlock', 'template <class T> T f(T a) {‸\n}\n'],
  ['cpp', 'member', 'class A {\n public:\n  int f();\n  ‸\n};\n'],
  ['cpp', 'member', 'namespace a {\nint b;\n‸\n}\n'],
  ['cpp', 'restOfLine', 'std::‸\n'],
  ['go', 'opensBlock', 'package a\n\nfunc f(a int) int {‸\n}\n'],
  ['go', 'member', 'package a\n\nfunc f() {}\n\n‸\n'],
  ['go', 'statement', 'package a\n\nfunc f() {\n\tg()\n\t‸\n}\n'],
  ['go', 'afterComment', 'package a\n\n// F adds.\n‸\n'],
  ['rust', 'opensBlock', 'fn f(a: i32) -> i32 {‸\n}\n'],
  ['rust', 'opensBlock', 'fn f() {\n    match a {\n        1 =>‸\n    }\n}\n'],
  ['rust', 'member', 'impl A {\n    fn f() {}\n\n    ‸\n}\n'],
  ['rust', 'afterComment', '/// Adds.\n‸\n'],
  ['rust', 'statement', "fn f<'a>(b: &'a str) {\n    g();\n    ‸\n}\n"],
  ['csharp', 'opensBlock', 'class A {\n  int F(int a) {‸\n  }\n}\n'],
  ['csharp', 'emptyBody', 'class A\n{\n    int F()\n    {\n        ‸\n    }\n}\n'],
  ['csharp', 'member', 'class A\n{\n    int a;\n\n    ‸\n}\n'],
  ['csharp', 'restOfLine', 'var a = ‸;\n'],
];

const indentation: readonly (readonly [Language, Because, string])[] = [
  ['python', 'opensBlock', 'def f(a):‸'],
  ['python', 'opensBlock', 'def f(a):‸\n\ndef g():\n    pass\n'],
  ['python', 'opensBlock', 'def f(\n    a: int,\n) -> int:‸\n'],
  ['python', 'restOfLine', 'if a:‸  # if so\n'],
  ['python', 'opensBlock', 'class A:\n    def f(self):‸\n\n    def g(self):\n        pass\n'],
  ['python', 'opensBlock', 'a = {‸\n}\n'],
  ['python', 'filledBody', 'def f(a):‸\n    return a\n'],
  ['python', 'emptyBody', 'def f(a):\n    ‸\n'],
  ['python', 'emptyBody', 'def f(a):\n    ‸\n\ndef g():\n    pass\n'],
  ['python', 'emptyBody', 'def f(a):\n    # What it does.\n    ‸\n'],
  ['python', 'statement', 'def f(a):\n    b = a\n    ‸\n'],
  ['python', 'statement', 'def f(a):\n    """Adds."""\n    ‸\n'],
  ['python', 'statement', 'a = 1\n‸\n'],
  ['python', 'header', 'def f(a):\n    b = a\n    ‸\n        c()\n'],
  ['python', 'afterComment', 'a = 1\n# Then the rest.\n‸\n'],
  ['python', 'member', 'class A:\n    def f(self):\n        pass\n\n    ‸\n'],
  ['python', 'restOfLine', 'a: ‸\n'],
  ['python', 'restOfLine', 'f = lambda a:‸\n'],
  ['python', 'restOfLine', 'a = b[1:‸]\n'],
  ['python', 'text', 'a = "if b:‸"\n'],
  ['python', 'text', '# if b:‸\n'],
];

describe('extentAt', () => {
  it.each([...braces, ...indentation])(
    'when in %s the reason is %s, then it is found: %s',
    async (language, because, marked) => {
      const found = await askedAt(language, marked, extentAt);
      expect(found.because).toBe(because);
      expect(found.extent).toBe(
        ['opensBlock', 'emptyBody', 'member', 'afterComment', 'statement'].includes(because) ? 'block' : 'line',
      );
    },
  );

  it.each(['\n', '\r\n', '\r'])('when lines end with %j, then the extent is the same', async (lineEnd) => {
    const inLines = (text: string): string => text.replaceAll('\n', lineEnd);
    expect((await askedAt('java', inLines('class A {\n  int f() {\n    ‸\n  }\n}\n'), extentAt)).because).toBe(
      'emptyBody',
    );
    expect((await askedAt('python', inLines('def f():\n    ‸\n\na = 1\n'), extentAt)).because).toBe('emptyBody');
  });

  it('when the file begins with a byte order mark or indents with tabs, then the extent is the same', async () => {
    expect((await askedAt('python', '\uFEFFdef f():‸\n', extentAt)).because).toBe('opensBlock');
    expect((await askedAt('python', 'class A:\n\tdef f(self):\n\t\t‸\n', extentAt)).because).toBe('emptyBody');
  });

  it('when right-to-left text and characters of two units stand before the cursor, then offsets stay true', async () => {
    expect((await askedAt('typescript', 'const s = "שלום 𝒳"; function f() {‸\n}\n', extentAt)).because).toBe(
      'opensBlock',
    );
  });
});
