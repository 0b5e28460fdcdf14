import { describe, expect, it } from 'vitest';
import { BlockJudge, closesAt } from '../../runtime/syntax/closing.ts';
import { extentAt } from '../../runtime/syntax/extent.ts';
import type { Language } from '../../runtime/syntax/language.ts';
import { askedAt } from './world.ts';

/** Where the completion should be cut. */
const cut = '✂';

/** What stands around the cursor, and what is generated there with the place of the cut, if there is one. */
const cases: readonly (readonly [Language, string, string])[] = [
  // The block is closed by what is generated.
  ['typescript', 'function f() {‸', '\n  return 1;\n}✂\n\nfunction g() {'],
  ['typescript', 'function f() {‸', '\n  if (a) {\n    b();\n  }\n  return'],
  ['typescript', 'it("a", () => {‸', '\n  expect(1);\n});✂\n\nit('],
  ['typescript', 'const f = () => {‸', '\n  a();\n};✂\nconst'],
  ['typescript', 'const a = {‸', '\n  b: 1,\n};✂\n'],
  ['typescript', 'function f() {‸', '\n  const s = "}";\n}✂\n'],
  ['typescript', 'function f() {‸', `\n  const s = \`}\${"}"}\`;\n  // }\n  const r = /}/;\n}✂\n`],
  ['typescript', 'function f() {‸', '\n  const s = "}'],
  ['typescript', 'if (a) {‸', '\n  b();\n}✂ else {\n  c();\n}\n'],
  ['javascript', 'call(‸', '\n  a,\n);✂\nb();'],
  ['javascript', 'class A {\n  m() {‸', '\n    return 1;\n  }✂\n\n  k() {'],
  ['tsx', 'function A() {‸', "\n  return <p>Don't {b}</p>;\n}✂\n"],
  ['java', 'class A {\n  int f() {‸\n\n  int g() {\n  }\n}\n', "\n    char c = '}';\n    return 1;\n  }✂\n\n  int h"],
  ['java', 'class A {\n  void f() {\n    run(() -> {‸', '\n      a();\n    });✂\n    b();'],
  ['c', 'struct a {‸', '\n  int b;\n};✂\n\nint'],
  ['c', 'int f(void) {‸', "\n  return '}';\n}✂\n\nint g"],
  ['cpp', 'int f() {‸', '\n  auto s = R"(})";\n  return 1;\n}✂\nint'],
  ['cpp', 'class A {‸', '\n public:\n  int b;\n};✂\n'],
  ['go', 'package a\n\nfunc f() int {‸', '\n\ts := `}`\n\treturn 1\n}✂\n\nfunc g'],
  ['rust', 'fn f() -> i32 {‸', '\n    let s = r#"}"#;\n    let c = \'}\';\n    1\n}✂\n\nfn g'],
  ['rust', "impl<'a> A<'a> {\n    fn f(&'a self) {‸", "\n        g::<'a>();\n    }✂\n    fn"],
  ['csharp', 'class A {\n  int F() {‸', '\n    var s = @"}";\n    return 1;\n  }✂\n  int'],
  // What closes it stands behind the cursor already.
  ['typescript', 'function f() {‸\n}\n', '\n  return 1;✂\n}\n'],
  ['typescript', 'function f() {\n  ‸\n}\n', 'return 1;✂\n}\n\nfunction'],
  ['typescript', 'function f() {‸}\n', '\n  return 1;\n✂}\n'],
  ['typescript', 'it("a", () => {‸\n});\n', '\n  expect(1);✂\n});\n'],
  ['go', 'package a\n\nfunc f() {‸\n}\n', '\n\tg()✂\n}\n'],
  ['java', 'class A {\n  int f() {‸\n  }\n}\n', '\n    return 1;✂\n  }\n\n  int'],
  // A bracket behind the cursor that belongs to a block around this one.
  ['typescript', 'function f() {\n  if (a) {‸\n}\n', '\n    b();\n  }✂\n  c();'],
  // Nothing is open.
  ['typescript', 'a = ‸', '1;✂\n}\n'],
  // Blocks by indentation.
  ['python', 'def f(a):‸', '\n    return a✂\n\n\ndef g():'],
  ['python', 'def f(a):‸', '\n    if a:\n        b()\n\n    return a\n'],
  ['python', 'def f(a):\n    ‸', 'return a✂\n\nprint(f(1))'],
  ['python', 'class A:\n    def f(self):‸\n', '\n        return 1✂\n\n    def g(self):'],
  ['python', 'if a:‸', '\n    b()✂\nelse:\n    c()'],
  ['python', 'if a:‸', ' b()✂\nc()'],
  ['python', 'def f():‸', '\n    """Adds.\n\nAll of them.\n"""\n    return 1✂\na'],
  ['python', 'def f():‸', '\n    a = g(\nb,\n)\n    return a✂\nb'],
  ['python', 'def f():\n    ‸', 'b()\n    c()✂\nd()'],
  ['python', 'a = {‸', '\n    "b": 1,\n}✂\nc = 2'],
  ['python', 'def f():\n\t‸', 'return 1✂\na'],
  // One thing among others.
  ['typescript', 'class A {\n  a = 1;\n\n  ‸\n}\n', 'm() {\n    return 1;\n  }✂\n\n  k() {'],
  ['typescript', 'class A {\n  a = 1;\n\n  ‸\n}\n', 'm() {\n    return 1;\n  }✂\n  k() {'],
  ['csharp', 'class A\n{\n    int a;\n\n    ‸\n}\n', 'int F()\n    {\n        return 1;\n    }✂\n    int G'],
  ['go', 'package a\n\n// F adds.\n‸\n', 'func F() {\n\tg()\n}✂\n\nfunc'],
  ['python', '# Adds.\n‸\n', 'def f(a):\n    b = a\n\n    return b✂\n\n\ndef g'],
  ['python', '# Adds.\n‸\n', '@cached\ndef f(a):\n    return a✂\nb = 1'],
  ['python', '# Adds.\n‸\n', 'a = 1\nb = 2✂\n\nc = 3'],
  // One statement among others.
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'b();✂\n  c();'],
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'if (b) {\n    c();\n  }✂\n  d();'],
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'if (b) {\n    c();\n  } else {\n    d();\n  }✂\n  e();'],
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'b(\n    c,\n  );✂\n  d();'],
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'const b = `{\n`;✂\n  d();'],
  ['typescript', 'function f() {\n  a();\n  ‸\n}\n', 'b()'],
  ['c', 'void f(void) {\n  a();\n  ‸\n}\n', 'if (b) {\n    c'],
  ['python', 'def f(a):\n    b = a\n    ‸\n', 'return b✂\n\ndef g():'],
  ['python', 'def f(a):\n    b = a\n    ‸\n', 'if b:\n        c()\n\n        d()✂\n    return b'],
  ['python', 'def f(a):\n    b = a\n    ‸\n', 'if b:\n        c()\n    else:\n        d()✂\n    return b'],
  ['python', 'def f(a):\n    b = a\n    ‸\n', 'b = {\n        c: d,\n    }✂\n    return b'],
  ['rust', '/// Adds.\n‸\n', '#[inline]\nfn f() {\n    g()\n}✂\n\nfn'],
];

describe('BlockJudge', () => {
  it.each(cases)('when in %s at %j comes %j, then it is cut where marked', async (language, marked, answer) => {
    const generated = answer.replace(cut, '');
    const keep = answer.indexOf(cut);
    const verdict = await askedAt(language, marked, (tree, offset) =>
      closesAt(tree, offset, extentAt(tree, offset), generated),
    );
    expect(verdict).toEqual(keep === -1 ? { kind: 'open' } : { kind: 'closed', keep });
  });

  it.each(cases)(
    'when in %s at %j comes %j unit by unit, then the cut is the same and nothing later is waited for',
    async (language, marked, answer) => {
      const generated = answer.replace(cut, '');
      const keep = answer.indexOf(cut);
      await askedAt(language, marked, (tree, offset) => {
        const judge = new BlockJudge(tree, offset, extentAt(tree, offset));
        let told = 0;
        const verdicts = [...generated].map((piece) => {
          told += piece.length;
          return { told, verdict: judge.push(piece) };
        });
        const first = verdicts.find(({ verdict }) => verdict.kind === 'closed');
        const last = judge.end();
        judge.delete();
        expect(last).toEqual(keep === -1 ? { kind: 'open' } : { kind: 'closed', keep });
        // The verdict comes with the first unit that shows it: one of the next line's code at the latest.
        const shown = keep + (/^\s*\S?/.exec(generated.slice(keep))?.[0].length ?? 0);
        if (keep !== -1) expect(first?.told ?? generated.length).toBeLessThanOrEqual(shown);
      });
    },
  );
});
