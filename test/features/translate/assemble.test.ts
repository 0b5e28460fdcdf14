import { describe, expect, it } from 'vitest';
import { readSyntax } from '../../../runtime/features/text/pieces.ts';
import { Assembly } from '../../../runtime/features/translate/assemble.ts';
import { headingsOf } from '../../../runtime/features/translate/headings.ts';
import type { TargetLanguage } from '../../../runtime/protocol.ts';
import { syntax } from '../../syntax/world.ts';

/** What is emitted with each part, and at the end. */
async function assembled(target: TargetLanguage, ...texts: string[]): Promise<string[]> {
  const assembly = new Assembly(target);
  const emitted: string[] = [];
  for (const text of texts) {
    const headings = await readSyntax(syntax, text, target, (tree) => headingsOf(tree, target));
    emitted.push(assembly.add({ text, headings, emptyLinesBefore: 1 }));
  }
  return [...emitted, assembly.end()];
}

describe('parts in a language that imports anywhere', () => {
  it('when they come, then each is final at once', async () => {
    expect(await assembled('python', 'import re\n\ndef a():\n    pass', 'def b():\n    pass')).toEqual([
      'import re\n\ndef a():\n    pass',
      '\n\ndef b():\n    pass',
      '',
    ]);
  });

  it('when a part imports what is imported already, then it is said once, and the rest stays', async () => {
    const [, second] = await assembled('python', 'import re\nx = 1', 'import re\nimport os\n\ny = 2');
    expect(second).toBe('\n\nimport os\n\ny = 2');
    const [, cpp] = await assembled('cpp', '#include <vector>\nint a;', '#include<vector>\n#include <map>\nint b;');
    expect(cpp).toBe('\n\n#include <map>\nint b;');
    const [, js] = await assembled(
      'javascript',
      "const fs = require('fs');\nfs.x();",
      "const fs = require('fs')\nfs.y();",
    );
    expect(js).toBe('\n\nfs.y();');
  });

  it.each<[TargetLanguage, string, string, string]>([
    [
      'typescript',
      "import { a } from 'x';\na();",
      "import { a, b as c } from 'x';\nc();",
      "\n\nimport { b as c } from 'x';\nc();",
    ],
    [
      'typescript',
      "import { a } from 'x';\na();",
      "import type { a } from 'x';\nb();",
      "\n\nimport type { a } from 'x';\nb();",
    ],
    [
      'python',
      'from x import a',
      'from x import (\n    a,\n    b,\n    c,\n)\nb()',
      '\n\nfrom x import b\nfrom x import c\nb()',
    ],
    ['rust', 'use std::fmt;\nfn a() {}', 'use std::{fmt, io};\nfn b() {}', '\n\nuse std::io;\nfn b() {}'],
  ])(
    'when a part of %s brings some names more of a module, then only these are imported',
    async (target, first, second, text) => {
      expect((await assembled(target, first, second))[1]).toBe(text);
    },
  );

  it('when a part is nothing but what was imported, or nothing at all, then nothing comes of it', async () => {
    expect(await assembled('python', 'import re', 'import re', '', 'x = 1')).toEqual([
      'import re',
      '',
      '',
      '\n\nx = 1',
      '',
    ]);
  });
});

describe('parts in a language that imports first', () => {
  it.each<[TargetLanguage, string, string, string]>([
    [
      'java',
      'package a;\n\nimport java.util.List;\n\nclass A {}',
      'package a;\nimport java.util.List;\nimport java.util.Map;\n\nclass B {}',
      'package a;\n\nimport java.util.List;\nimport java.util.Map;\n\nclass A {}\n\nclass B {}',
    ],
    ['java', 'class A {}', 'import java.util.Map;\nclass B {}', 'import java.util.Map;\n\nclass A {}\n\nclass B {}'],
    [
      'go',
      'package main\n\nimport "fmt"\n\nfunc a() {}',
      'package main\n\nimport (\n\t"fmt"\n\t"math"\n)\n\nfunc b() {}',
      'package main\n\nimport "fmt"\nimport "math"\n\nfunc a() {}\n\nfunc b() {}',
    ],
    ['csharp', 'class A {}', 'using System;\nclass B {}', 'using System;\n\nclass A {}\n\nclass B {}'],
    [
      'kotlin',
      'package a\n\nfun a() = 1',
      'package a\nimport b.c\nfun b() = 2',
      'package a\nimport b.c\n\nfun a() = 1\n\nfun b() = 2',
    ],
  ])('when a later part of %s imports more, then it stands at the top', async (target, first, second, whole) => {
    expect(await assembled(target, first, second)).toEqual(['', '', whole]);
  });
});
