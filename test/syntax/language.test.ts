import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { languageOf, languages } from '../../runtime/syntax/language.ts';
import { grammarsFolder } from './world.ts';

describe('languageOf', () => {
  it.each([
    ['typescriptreact', 'tsx'],
    ['javascriptreact', 'javascript'],
    ['csharp', 'csharp'],
    ['cpp', 'cpp'],
    ['plaintext', undefined],
    ['', undefined],
    ['a/b.py', 'python'],
    ['C:\\a\\b.RS', 'rust'],
    ['a.d.mts', 'typescript'],
    ['View.tsx', 'tsx'],
    ['a.go/readme', undefined],
    ['Makefile', undefined],
    ['toString', undefined],
  ])('when asked for %j, then it answers %s', (name, language) => {
    expect(languageOf(name)).toBe(language);
  });

  it('when a language is known, then its identifier names it, and its grammar is shipped and nothing else', () => {
    for (const language of languages) {
      expect(languageOf(language)).toBe(language);
      expect(existsSync(path.join(grammarsFolder, `${language}.wasm`))).toBe(true);
    }
    expect(readdirSync(grammarsFolder).sort()).toEqual(
      ['NOTICES.md', 'parser.wasm', ...languages.map((language) => `${language}.wasm`)].sort(),
    );
  });
});
