import { describe, expect, it } from 'vitest';
import { readSyntax } from '../../../runtime/features/text/pieces.ts';
import { type SourceFile, sourceFile } from '../../../runtime/features/translate/parts.ts';
import { syntax } from '../../syntax/world.ts';

function partsOf(text: string, language: string, chars: number): Promise<SourceFile> {
  return readSyntax(syntax, text, language, (tree) => sourceFile(tree, chars, 1));
}

const python = `import re


def first(text):
    return re.sub('a', 'b', text)


def second(text):
    return text.upper()


def third(text):
    return first(text) + later(text)


def later(text):
    return text
`;

describe('a file in parts', () => {
  it('when a part uses what another declares, then it comes after it if that stands before, and knows of both', async () => {
    const { parts, imports } = await partsOf(python, 'python', 75);
    const of = (name: string): number => parts.findIndex(({ text }) => text.includes(`def ${name}`));
    expect(imports).toBe('import re');
    expect(new Set(['first', 'second', 'third', 'later'].map(of)).size).toBe(4);
    expect(parts[of('third')]).toMatchObject({
      after: [of('first')],
      uses: [{ name: 'first', signature: 'def first(text):' }, { name: 'later' }],
    });
    expect(parts[of('second')]?.after).toEqual([]);
  });

  it('when parts are put together with the empty lines between them, then they are the file', async () => {
    const { parts } = await partsOf(python, 'python', 90);
    const text = parts
      .map((part, index) => (index === 0 ? '' : '\n'.repeat(1 + part.emptyLinesBefore)) + part.text)
      .join('');
    expect(`${text}\n`).toBe(python);
    const lines = python.split('\n');
    for (const { text, lines: at } of parts) expect(lines.slice(at.from - 1, at.to).join('\n')).toBe(text);
  });

  it('when a class is cut, then its parts follow each other and say what they are inside of', async () => {
    const method = (name: string): string =>
      `  int ${name}() {\n    return ${name.length} + ${name.length * 2};\n  }\n`;
    const { parts } = await partsOf(`class Long {\n${method('a')}\n${method('bb')}\n${method('ccc')}}\n`, 'java', 60);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.every(({ isCut }) => isCut)).toBe(true);
    expect(parts[1]).toMatchObject({ within: ['Long'], after: [0] });
  });

  it('when the language is not known, then each part comes after the one before', async () => {
    const { parts } = await partsOf('fun a() = 1\n\nfun b() = 2\n\nfun c() = 3\n', 'kotlin', 14);
    expect(parts.map(({ after }) => after)).toEqual([[], [0], [1]]);
  });
});
