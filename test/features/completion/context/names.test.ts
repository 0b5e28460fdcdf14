import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { placesOf } from '../../../../runtime/features/completion/context/names.ts';

const document = TextDocument.create(
  'file:///w/a.ts',
  'typescript',
  1,
  'cart\r\nitem cart\r\n\r\ncart item price\r\n'.concat('x\r\n'.repeat(2_000), 'far\r\n'),
);
const at = (line: number, character: number) => ({ line, character });

describe('where names stand', () => {
  it('when a name stands in several places, then the nearest counts', () => {
    expect(placesOf(document, at(1, 9), ['cart', 'item'], new Set(), 9)).toEqual([
      { name: 'cart', position: at(1, 5) },
      { name: 'item', position: at(1, 0) },
    ]);
    expect(placesOf(document, at(4, 0), ['item'], new Set(), 9)).toEqual([{ name: 'item', position: at(3, 5) }]);
  });

  it('when some names are to be first, then they are, and no more than asked for', () => {
    const names = placesOf(document, at(3, 0), ['cart', 'item', 'price'], new Set(['price']), 2);
    expect(names.map(({ name }) => name)).toEqual(['price', 'cart']);
  });

  it('when a name is not near, or only a part of one, then it has no place', () => {
    expect(placesOf(document, at(0, 0), ['far', 'car', 'absent'], new Set(), 9)).toEqual([]);
  });
});
