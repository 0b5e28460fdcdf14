import { describe, expect, it } from 'vitest';
import type { Language } from '../../runtime/syntax/language.ts';
import { isInside, type Place, placeAt } from '../../runtime/syntax/place.ts';
import { askedAt } from './world.ts';

const cases: readonly (readonly [Language, Place, string])[] = [
  ['typescript', 'comment', 'const a = 1; // the first‸\n'],
  ['typescript', 'comment', '/**\n * one\n‸\n */\nlet a;'],
  ['typescript', 'code', '/* one */‸ let a;'],
  ['typescript', 'code', '‸// one'],
  ['typescript', 'string', 'const a = "b‸c";'],
  ['typescript', 'code', 'const a = "bc"‸;'],
  ['typescript', 'code', 'const a = ‸"bc";'],
  ['typescript', 'string', 'const a = "bc‸\nconst d = 1;'],
  ['typescript', 'string', `const a = \`b\${c}‸d\`;`],
  ['typescript', 'code', `const a = \`b\${c.‸}d\`;`],
  ['typescript', 'identifier', 'const co‸unt = 1;'],
  ['typescript', 'code', 'const count‸ = 1;'],
  ['typescript', 'string', 'const a = /b‸}/;'],
  ['tsx', 'string', "const a = <p>Don't st‸op</p>;"],
  ['tsx', 'code', 'const a = <p>{x.‸}</p>;'],
  ['tsx', 'comment', 'const a = <p>{/* no‸ */}</p>;'],
  ['javascript', 'comment', '#!/usr/bin/env node‸\nlet a;'],
  ['javascript', 'string', "let a = 'b‸"],
  ['javascript', 'identifier', 'let größ‸e = 1'],
  ['python', 'comment', 'a = 1  # the‸ first\n'],
  ['python', 'string', 'def f():\n    """Adds.\n‸\n    """\n'],
  ['python', 'string', 'a = "b‸\nc = 1\n'],
  ['python', 'string', 'a = f"b{c}‸"\n'],
  ['python', 'code', 'a = f"b{c.‸}"\n'],
  ['python', 'identifier', 'ret‸urn 1\n'],
  ['java', 'comment', 'class A { /** a‸ */ int b; }'],
  ['java', 'string', 'class A { String s = """\n  a‸}\n  """; }'],
  ['java', 'string', "class A { char c = '‸}'; }"],
  ['java', 'code', 'class A { int b = ‸; }'],
  ['c', 'comment', 'int a; /* b‸ */\n'],
  ['c', 'string', '#include <std‸io.h>\n'],
  ['c', 'string', 'char *a = "b‸";\n'],
  ['c', 'code', 'char *a = ‸;\n'],
  ['cpp', 'string', 'auto a = R"x(b‸})x";\n'],
  ['cpp', 'code', "int a = 1'000‸;\n"],
  ['cpp', 'comment', '/// a‸\nint b;\n'],
  ['go', 'string', 'package a\nvar b = `c‸}`\n'],
  ['go', 'string', "package a\nvar b = 'c‸'\n"],
  ['go', 'comment', 'package a // b‸\n'],
  ['go', 'code', 'package a\nvar b = ‸\n'],
  ['rust', 'comment', '/// One‸\nfn a() {}\n'],
  ['rust', 'code', '/// One\n‸fn a() {}\n'],
  ['rust', 'comment', '/* a /* b */ c‸ */\n'],
  ['rust', 'string', 'let a = r#"b‸}"#;'],
  ['rust', 'code', "fn a<'b>(c: &'b str‸) {}"],
  ['csharp', 'string', 'var a = @"b‸}";'],
  ['csharp', 'string', 'var a = $"b{c}‸d";'],
  ['csharp', 'code', 'var a = $"b{‸c}d";'],
  ['csharp', 'comment', '/// <summary>a‸</summary>\nclass B {}'],
];

describe('placeAt', () => {
  it.each(cases)('when the cursor of %s stands in %s, then it is found: %s', async (language, place, marked) => {
    expect(await askedAt(language, marked, placeAt)).toBe(place);
  });

  it('when one place is asked for, then only it is affirmed', async () => {
    const inside = await askedAt('go', 'package a\n// one‸\n', (tree, offset) =>
      (['comment', 'string', 'identifier'] as const).filter((place) => isInside(tree, offset, place)),
    );
    expect(inside).toEqual(['comment']);
  });

  it('when a word has characters outside of the basic plane, then its inside is found by UTF-16 units', async () => {
    expect(await askedAt('javascript', 'let 𝒳𝒴‸𝒵 = 1', placeAt)).toBe('identifier');
    expect(await askedAt('javascript', 'let 𝒳𝒴𝒵‸ = 1', placeAt)).toBe('code');
  });
});
