import { describe, expect, it } from 'vitest';
import type { DocumentReader, ReadDocument, Text } from '../../../../runtime/features/completion/context/reader.ts';
import { DocumentIndex, documentsMax, jaccard } from '../../../../runtime/features/completion/context/similar.ts';

/** Each line is a piece, each word in it a name. */
class LineReader implements DocumentReader {
  readonly read$: string[] = [];

  async read({ uri, text }: Text): Promise<ReadDocument> {
    this.read$.push(uri);
    const pieces = text.split('\n').map((line) => ({ text: line, names: new Set(line.split(' ')) }));
    return { pieces, outline: [{ name: 'first', text: text.split('\n')[0] ?? '' }] };
  }

  near(): never {
    throw new Error('The index asks about no place.');
  }
}

const textOf = (uri: string, text: string, version = 1) => ({ uri, text, version, languageId: 'plaintext' });

describe('similar pieces', () => {
  it('when documents share names with a place, then their pieces come, the most similar first', async () => {
    const index = new DocumentIndex(new LineReader());
    await index.refresh([
      textOf('a', 'cart item price\nuser login'),
      textOf('b', 'cart item price tax\nnothing here'),
      textOf('here', 'cart item price'),
    ]);
    const found = index.similar(new Set(['cart', 'item', 'price']), 'here');
    expect(found).toEqual([
      { uri: 'a', text: 'cart item price', score: 1 },
      { uri: 'b', text: 'cart item price tax', score: 0.75 },
    ]);
  });

  it('when only little is shared, then it is chance', async () => {
    const index = new DocumentIndex(new LineReader());
    await index.refresh([textOf('a', Array.from({ length: 40 }, (_, n) => `name${n}`).join(' '))]);
    expect(index.similar(new Set(['name1', 'x', 'y']), 'here')).toEqual([]);
    expect(index.similar(new Set(), 'here')).toEqual([]);
  });

  it('when one document has much that is similar, then others are seen too', async () => {
    const index = new DocumentIndex(new LineReader());
    await index.refresh([textOf('a', 'x y\nx y z\nx y w\nx y v'), textOf('b', 'x y q r s')]);
    expect(index.similar(new Set(['x', 'y']), 'here').map(({ uri }) => uri)).toEqual(['a', 'a', 'b']);
  });

  it('when nothing has changed, then no document is read again; what is gone is forgotten', async () => {
    const reader = new LineReader();
    const index = new DocumentIndex(reader);
    await index.refresh([textOf('a', 'x'), textOf('b', 'x')]);
    await index.refresh([textOf('a', 'x'), textOf('b', 'x y', 2)]);
    expect(reader.read$).toEqual(['a', 'b', 'b']);
    expect(index.outline('a')).toEqual([{ name: 'first', text: 'x' }]);
    await index.refresh([textOf('b', 'x y', 2)]);
    expect(index.outline('a')).toEqual([]);
    index.forget('b');
    expect(index.similar(new Set(['x', 'y']), 'here')).toEqual([]);
  });

  it('when more documents are open than are read, then the first ones are', async () => {
    const reader = new LineReader();
    const index = new DocumentIndex(reader);
    await index.refresh(Array.from({ length: documentsMax + 5 }, (_, n) => textOf(`d${n}`, 'x')));
    expect(reader.read$).toHaveLength(documentsMax);
  });

  it.each([
    [[], [], 0],
    [['a'], [], 0],
    [['a'], ['a'], 1],
    [['a', 'b'], ['b', 'c'], 1 / 3],
  ])('when the sets are %j and %j, then their similarity is %d', (a, b, expected) => {
    expect(jaccard(new Set<string>(a), new Set<string>(b))).toBeCloseTo(expected);
    expect(jaccard(new Set<string>(b), new Set<string>(a))).toBeCloseTo(expected);
  });
});
