/** Where names stand in a document. Pure. */
import type { Position, TextDocument } from 'vscode-languageserver-textdocument';

export interface PlacedName {
  readonly name: string;
  readonly position: Position;
}

const reachChars = 1_500;
const word = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * Each of `names` where it stands nearest to the cursor, in their order but those of `first` before the others; none that is not near.
 */
export function placesOf(
  document: Pick<TextDocument, 'getText' | 'offsetAt' | 'positionAt'>,
  position: Position,
  names: readonly string[],
  first: ReadonlySet<string>,
  countMax: number,
): PlacedName[] {
  const cursor = document.offsetAt(position);
  const start = Math.max(0, cursor - reachChars);
  const text = document.getText({ start: document.positionAt(start), end: document.positionAt(cursor + reachChars) });
  const nearest = new Map<string, number>();
  const distance = (offset: number): number => Math.abs(offset - cursor);
  for (const { 0: name, index } of text.matchAll(word)) {
    const known = nearest.get(name);
    if (known === undefined || distance(start + index) < distance(known)) nearest.set(name, start + index);
  }
  const ordered = [...names.filter((name) => first.has(name)), ...names.filter((name) => !first.has(name))];
  return ordered
    .flatMap((name) => {
      const offset = nearest.get(name);
      return offset === undefined ? [] : [{ name, position: document.positionAt(offset) }];
    })
    .slice(0, countMax);
}
