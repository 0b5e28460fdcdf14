/** What the cursor stands in. */
import { Code } from './code.ts';
import { lineEndAt, lineStartAt } from './text.ts';
import type { SyntaxTree } from './tree.ts';

/** `identifier`: between two characters of one word, be it a name, a keyword or a number. */
export type Place = 'code' | 'comment' | 'string' | 'identifier';

const wordCharacter = /[\p{L}\p{M}\p{N}\p{Pc}$\u200c\u200d]/u;

/** `offset` in UTF-16 units. At the start or after the end of something the cursor is not in it. */
export function placeAt(tree: SyntaxTree, offset: number): Place {
  const { text } = tree;
  const code = new Code(tree, { start: lineStartAt(text, offset), end: lineEndAt(text, offset) });
  const opaque = code.opaque.find(
    ({ start, end, isOpenStart, isOpenEnded }) =>
      (start < offset || (isOpenStart && start === offset)) && (offset < end || (isOpenEnded && offset === end)),
  );
  if (opaque) return opaque.kind;
  return isWordAt(text, offset) && isWordAt(text, offset, 'before') ? 'identifier' : 'code';
}

export function isInside(tree: SyntaxTree, offset: number, place: Exclude<Place, 'code'>): boolean {
  return placeAt(tree, offset) === place;
}

function isWordAt(text: string, offset: number, side: 'before' | 'after' = 'after'): boolean {
  const from = side === 'after' ? offset : offset - (isLowSurrogate(text.charCodeAt(offset - 1)) ? 2 : 1);
  const character = from < 0 ? undefined : text.codePointAt(from);
  return character !== undefined && wordCharacter.test(String.fromCodePoint(character));
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
