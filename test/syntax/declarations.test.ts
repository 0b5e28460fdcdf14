import { describe, expect, it } from 'vitest';
import { type Declaration, declarations, declarationsAround } from '../../runtime/syntax/declarations.ts';
import type { Language } from '../../runtime/syntax/language.ts';
import { sources } from './sources.ts';
import { asked, askedAt } from './world.ts';

/** One line for each: how deep, kind, name. */
function outline(list: readonly Declaration[], depth = 0): string[] {
  return list.flatMap(({ kind, name, members }) => [
    `${'  '.repeat(depth)}${kind}${name === undefined ? '' : ` ${name}`}`,
    ...outline(members, depth + 1),
  ]);
}

function flat(list: readonly Declaration[]): Declaration[] {
  return list.flatMap((declaration) => [declaration, ...flat(declaration.members)]);
}

/** For each language what is expected of its small file, and one declaration of it in detail. */
const cases: Readonly<
  Record<Language, { outline: readonly string[]; of: string; doc: string; signature: string; begins: string }>
> = {
  typescript: {
    outline: [
      'import',
      'import',
      'interface Point',
      '  variable x',
      '  variable y',
      'type Pair',
      'class Counter',
      '  variable #words',
      '  method add',
      '  method size',
      'function distance',
      'enum Color',
      'function read',
      'statement',
    ],
    of: 'read',
    doc: '// Reads a file.',
    signature: 'export async function read(name: string): Promise<string>',
    begins: '// Reads',
  },
  tsx: {
    outline: [
      'import',
      'import',
      'interface Point',
      '  variable x',
      '  variable y',
      'type Pair',
      'class Counter',
      '  variable #words',
      '  method add',
      '  method size',
      'function distance',
      'enum Color',
      'function read',
      'statement',
      'function View',
    ],
    of: 'add',
    doc: '// Adds one.',
    signature: 'add(word: string): void',
    begins: '// Adds one.',
  },
  javascript: {
    outline: [
      'variable fs',
      'function add',
      'class Stack',
      '  variable items',
      '  method push',
      '  method pop',
      'statement',
    ],
    of: 'add',
    doc: '/** Adds. */',
    signature: 'function add(a, b)',
    begins: '/** Adds',
  },
  python: {
    outline: [
      'statement',
      'import',
      'import',
      'variable LIMIT',
      'class Person',
      '  variable name',
      '  method greet',
      '  method wait',
      'function main',
      'statement',
    ],
    of: 'greet',
    doc: '"""Says hello.\n\n  Even here.\n        """',
    signature: 'def greet(self, other: Any) -> str:',
    begins: 'def greet',
  },
  java: {
    outline: [
      'statement',
      'import',
      'class Counter',
      '  variable count',
      '  method next',
      '  method Counter',
      '  interface Listener',
      '    method on',
      'enum Color',
      'class Point',
    ],
    of: 'next',
    doc: '/** One more. */',
    signature: '@Override public int next(List<T> items) throws Exception',
    begins: '/** One',
  },
  c: {
    outline: [
      'import',
      'variable A_H',
      'function MAX',
      'type point',
      'class node',
      '  variable next',
      'enum color',
      'function add',
      'function sub',
    ],
    of: 'add',
    doc: '// Adds.',
    signature: 'static int add(int a, int b)',
    begins: '// Adds',
  },
  cpp: {
    outline: [
      'import',
      'import',
      'module geometry',
      '  class Shape',
      '    method Shape',
      '    method ~Shape',
      '    method area',
      '    method operator==',
      '    variable size_',
      '  function sum',
      'function geometry::Shape<int>::twice',
    ],
    of: 'Shape',
    doc: '/// A shape.',
    signature: 'template <typename T> class Shape : public Base',
    begins: '/// A shape',
  },
  go: {
    outline: [
      'statement',
      'import',
      'variable Limit',
      'class Point',
      '  variable X',
      'interface Shape',
      '  method Area',
      'function Add',
      'method Move',
    ],
    of: 'Shape',
    doc: '// Shape has an area.',
    signature: 'type Shape interface',
    begins: '// Shape has',
  },
  rust: {
    outline: [
      'import',
      'class Point',
      '  variable x',
      "class Point<'a>",
      '  method new',
      'interface Shape',
      '  method area',
      'enum Color',
      'module inner',
      '  variable MAX',
      'function twice',
      'function main',
    ],
    of: 'new',
    doc: '/// Makes one.',
    signature: "pub fn new(x: &'a i32) -> Self",
    begins: '/// Makes',
  },
  csharp: {
    outline: [
      'import',
      'module A.B',
      '  class Counter',
      '    variable count',
      '    variable Count',
      '    method Counter',
      '    method Next',
      '  interface IShape',
      '    method Area',
      '  enum Color',
      '  class Point',
    ],
    of: 'Next',
    doc: '// One more.',
    signature: '[Obsolete] public int Next(int step)',
    begins: '// One more',
  },
};

describe('declarations', () => {
  it.each(Object.keys(cases) as Language[])(
    'when a file of %s is read, then what it declares is found with kinds and names',
    async (language) => {
      expect(outline(await asked(language, sources[language], declarations))).toEqual(cases[language].outline);
    },
  );

  it.each(Object.keys(cases) as Language[])(
    'when something of %s is documented, then its comment and signature are known',
    async (language) => {
      const text = sources[language];
      const expected = cases[language];
      const all = flat(await asked(language, text, declarations));
      const found = all.find(({ name, doc }) => name === expected.of && doc !== undefined);
      expect(found && text.slice(found.doc?.start, found.doc?.end)).toBe(expected.doc);
      expect(found?.signature).toBe(expected.signature);
      expect(text.slice(found?.range.start)).toMatch(new RegExp(`^${expected.begins.replace(/[*/]/g, '\\$&')}`));
    },
  );

  it.each(Object.keys(cases) as Language[])(
    'when declarations of %s stand in a file, then their ranges nest and do not overlap',
    async (language) => {
      const check = (list: readonly Declaration[], start: number, end: number): void => {
        let at = start;
        for (const { range, start: own, body, members } of list) {
          expect(range.start).toBeGreaterThanOrEqual(at);
          expect(own).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(end);
          check(members, body?.start ?? own, range.end);
          at = range.end;
        }
      };
      check(await asked(language, sources[language], declarations), 0, sources[language].length);
    },
  );

  it('when a comment stands apart or behind other code, then it documents nothing', async () => {
    const found = await asked('javascript', '// Apart.\n\nfunction a() {} // Behind.\nfunction b() {}\n', declarations);
    expect(found.map(({ doc }) => doc)).toEqual([undefined, undefined]);
  });

  it('when a file is broken, then what can be read of it is found', async () => {
    const found = await asked('java', 'class A {\n  void f() {\n    if (\n  }\n\n  void g() {}\n', declarations);
    expect(flat(found).map(({ name }) => name)).toContain('g');
  });

  it('when a place is asked for, then the declarations around it are told, the outermost first', async () => {
    const around = await askedAt(
      'java',
      'class A {\n  interface B {\n    void f(int‸ a);\n  }\n}\n',
      declarationsAround,
    );
    expect(around.map(({ name }) => name)).toEqual(['A', 'B', 'f']);
  });
});
