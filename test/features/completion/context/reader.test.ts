import { describe, expect, it } from 'vitest';
import { pieceCharsMax, piecesMax, SyntaxReader } from '../../../../runtime/features/completion/context/reader.ts';
import { GrammarError } from '../../../../runtime/syntax/index.ts';
import { syntax } from '../../../syntax/world.ts';

const reader = new SyntaxReader(syntax);
const uri = 'file:///w/cart.ts';

const cart = `import { Money } from './money.ts';

export interface Item {
  readonly name: string;
  readonly price: Money;
}

/** Adds up. */
export function total(items: readonly Item[]): Money {
  let sum = 0;
  for (const item of items) sum += item.price;
  return sum;
}
`;

describe('a document that is read', () => {
  it('when its language is known, then it falls into its declarations, with the names in them', async () => {
    const { pieces, outline } = await reader.read({ uri, languageId: 'typescript', text: cart });
    expect(pieces.map(({ text }) => text).join('\n')).toContain('export function total');
    expect([...(pieces[0]?.names ?? [])]).toEqual(expect.arrayContaining(['Money', 'total', 'items']));
    expect(outline).toEqual([
      { name: 'Item', text: expect.stringContaining('export interface Item\n  ') },
      { name: 'total', text: 'export function total(items: readonly Item[]): Money' },
    ]);
  });

  it('when it falls into several pieces, then each has its own names', async () => {
    const part = (name: string) => `function ${name}() {\n${`  ${name}Inner();\n`.repeat(30)}}\n`;
    const text = part('first') + part('second') + part('third');
    const { pieces } = await reader.read({ uri, languageId: 'typescript', text });
    expect(pieces.map(({ names }) => [...names])).toEqual([
      ['first', 'firstInner'],
      ['second', 'secondInner'],
      ['third', 'thirdInner'],
    ]);
  });

  it('when its language is not known, then its lines and words count', async () => {
    const { pieces, outline } = await reader.read({
      uri: 'file:///w/a.txt',
      languageId: 'plaintext',
      text: 'first words\n\n\nmore',
    });
    expect(outline).toEqual([]);
    expect(pieces.flatMap(({ names }) => [...names])).toEqual(expect.arrayContaining(['first', 'words', 'more']));
  });

  it('when it is long, then the bounds hold', async () => {
    const text = Array.from({ length: 4_000 }, (_, n) => `export const value${n} = compute(${n});\n`).join('');
    const { pieces, outline } = await reader.read({ uri, languageId: 'typescript', text });
    expect(pieces.length).toBeLessThanOrEqual(piecesMax);
    expect(outline.length).toBeLessThanOrEqual(piecesMax);
    for (const piece of pieces) expect(piece.text.length).toBeLessThanOrEqual(pieceCharsMax);
  });

  it('when a place is asked about, then the names around it come, the nearest first, and the imports', async () => {
    const near = await reader.near({ uri, languageId: 'typescript', text: cart }, cart.indexOf('return sum'));
    expect(near.language).toBe('typescript');
    expect(near.imports).toMatchObject([{ module: './money.ts', names: ['Money'] }]);
    expect(near.names.indexOf('sum')).toBeLessThan(near.names.indexOf('Money'));
  });

  it('when a place of an unknown language is asked about, then words count', async () => {
    const text = 'alpha beta | gamma';
    const near = await reader.near({ uri: 'file:///w/a.txt', languageId: 'plaintext', text }, text.indexOf('|'));
    expect(near).toEqual({ names: ['beta', 'alpha', 'gamma'], imports: [], language: undefined });
  });

  it('when there is no grammar where it should be, then it is read by its lines', async () => {
    const without = new SyntaxReader({
      read: () => Promise.reject(new GrammarError('typescript', '/nowhere/typescript.wasm', 'gone')),
    });
    const { outline, pieces } = await without.read({ uri, languageId: 'typescript', text: cart });
    expect([outline.length, pieces.length > 0]).toEqual([0, true]);
  });

  it('when reading fails in a way that nobody expects, then it is heard of', async () => {
    const broken = new SyntaxReader({ read: () => Promise.reject(new TypeError('a mistake')) });
    await expect(broken.read({ uri, languageId: 'typescript', text: cart })).rejects.toThrow('a mistake');
  });
});
