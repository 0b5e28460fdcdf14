import { describe, expect, it } from 'vitest';
import { identifiersNear } from '../../runtime/syntax/identifiers.ts';
import { importsOf } from '../../runtime/syntax/imports.ts';
import type { Language } from '../../runtime/syntax/language.ts';
import { asked, askedAt } from './world.ts';

/** A text, and the modules that it imports with the names that it gets. */
const cases: readonly (readonly [Language, string, Readonly<Record<string, readonly string[]>>])[] = [
  ['typescript', 'import a, { b as c, type D } from "x";', { x: ['a', 'c', 'D'] }],
  ['typescript', "import * as n from './y.ts';\nimport 'z';", { './y.ts': ['n'], z: [] }],
  ['typescript', 'import a = require("x");', { x: ['a'] }],
  ['typescript', 'export { b as c } from "x";\nexport * from "y";', { x: ['c'], y: ['*'] }],
  ['typescript', 'import { a from "x";\nconst b = call("y");', {}],
  ['tsx', 'import React, { useState } from "react";\nexport const A = () => <p/>;', { react: ['React', 'useState'] }],
  [
    'javascript',
    'const a = require("x");\nconst { b, c: d } = require("y");\nconst e = f("z");',
    { x: ['a'], y: ['b', 'd'] },
  ],
  [
    'python',
    'import os.path, numpy as np\nfrom .a import b, c as d\nfrom e import *\n',
    { 'os.path': ['os.path'], numpy: ['np'], '.a': ['b', 'd'], e: ['*'] },
  ],
  [
    'python',
    'from __future__ import annotations\ndef f():\n    import json\n',
    { __future__: ['annotations'], json: ['json'] },
  ],
  [
    'java',
    'import java.util.List;\nimport static org.junit.Assert.*;\nclass A {}',
    { 'java.util.List': ['List'], 'org.junit.Assert': ['*'] },
  ],
  [
    'c',
    '#include <stdio.h>\n#include "a/b.h"\n#ifdef X\n#include "c.h"\n#endif\n',
    { 'stdio.h': [], 'a/b.h': [], 'c.h': [] },
  ],
  ['cpp', '#include <vector>\nusing namespace std;\nusing a::b;\n', { vector: [], std: ['*'], 'a::b': ['b'] }],
  [
    'go',
    'package a\n\nimport (\n\tf "fmt"\n\t"net/http"\n\t_ "x"\n\t. "y"\n)\n',
    { fmt: ['f'], 'net/http': ['http'], x: [], y: ['*'] },
  ],
  [
    'rust',
    'use a::b::{self, c as d, e::*, f};\nuse g;\nextern crate h;\n',
    { 'a::b': ['b'], 'a::b::c': ['d'], 'a::b::e': ['*'], 'a::b::f': ['f'], g: ['g'], h: ['h'] },
  ],
  [
    'csharp',
    'using System;\nusing X = System.IO.File;\nusing static System.Math;\n',
    { System: ['*'], 'System.IO.File': ['X'], 'System.Math': ['*'] },
  ],
];

describe('importsOf', () => {
  it.each(cases)('when %s says %j, then its modules and names are found', async (language, text, expected) => {
    const found = await asked(language, text, importsOf);
    expect(Object.fromEntries(found.map(({ module, names }) => [module, names]))).toEqual(expected);
    expect(found).toHaveLength(Object.keys(expected).length);
    for (const { start, end, module } of found) expect(text.slice(start, end)).toContain(module.split(/::|\./).at(-1));
  });
});

const near: readonly (readonly [Language, string, readonly string[]])[] = [
  [
    'typescript',
    'const one = 1;\nconst two = one + ‸;\nfunction three(): Four { return five.six; }',
    ['one', 'two', 'three', 'Four', 'five', 'six'],
  ],
  ['javascript', 'a.b(c); ‸ d', ['d', 'c', 'b', 'a']],
  ['tsx', 'const a = <Part name={‸}/>;', ['name', 'Part', 'a']],
  ['python', 'def f(a):\n    return ‸\nb = "c"  # d\n', ['b', 'a', 'f']],
  ['java', 'class A { B c; int f() { return ‸; } }', ['f', 'c', 'B', 'A']],
  ['c', 'struct a *b; int f(void) { return b->c + ‸; }', ['c', 'b', 'f', 'a']],
  ['cpp', 'std::vector<A> b; int f() { return ‸; }', ['f', 'b', 'A', 'vector', 'std']],
  ['go', 'package a\n\nfunc f(b C) { return ‸ }\n', ['C', 'b', 'f', 'a']],
  ['rust', 'fn f(a: B) -> C { D { e: ‸ } }', ['e', 'D', 'C', 'B', 'a', 'f']],
  ['csharp', 'class A { B c; int F() { return ‸; } }', ['F', 'c', 'B', 'A']],
];

describe('identifiersNear', () => {
  it.each(near)(
    'when asked in %s at %j, then the names are given, the nearest first',
    async (language, marked, expected) => {
      expect(await askedAt(language, marked, (tree, offset) => identifiersNear(tree, offset))).toEqual(expected);
    },
  );

  it('when a name is being written, then it is not among those around it', async () => {
    expect(
      await askedAt('go', 'package a\n\nvar count, cou‸\n', (tree, offset) => identifiersNear(tree, offset)),
    ).toEqual(['count', 'a']);
  });

  it('when more names stand there than asked for, or farther away, then the nearest are given', async () => {
    const text = `${Array.from({ length: 50 }, (_, index) => `let a${index};`).join('\n')}\n‸`;
    const found = await askedAt('javascript', text, (tree, offset) =>
      identifiersNear(tree, offset, { countMax: 3, reachChars: 1_000 }),
    );
    expect(found).toEqual(['a49', 'a48', 'a47']);
    expect(
      await askedAt('javascript', text, (tree, offset) =>
        identifiersNear(tree, offset, { countMax: 9, reachChars: 8 }),
      ),
    ).toEqual(['a49']);
  });
});
