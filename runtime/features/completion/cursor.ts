/** Where a completion is asked for, and the text around it as a model sees it. Pure. */
import type { Position, Range, TextDocument } from 'vscode-languageserver-textdocument';
import type { Place } from './filters/around.ts';

/** What is asked about. */
export interface Cursor {
  readonly document: TextDocument;
  readonly position: Position;
  /** The entry selected in the editor's suggestion list: the completion must continue it. */
  readonly selected?: { readonly range: Range; readonly text: string };
}

/** With `\n` line ends, and the selected entry of the suggestion list already typed. */
export interface CursorText {
  /** The whole document. */
  readonly text: string;
  /** The cursor in it, in UTF-16 units. */
  readonly offset: number;
  readonly around: Place;
}

export function cursorText({ document, position, selected }: Cursor): CursorText {
  const textBefore = selected
    ? document.getText({ start: { line: 0, character: 0 }, end: selected.range.start }) + selected.text
    : document.getText({ start: { line: 0, character: 0 }, end: position });
  const behind = selected ? selected.range.end : position;
  const textAfter = document.getText({ start: behind, end: { line: document.lineCount, character: 0 } });
  const before = plainLines(textBefore);
  const after = plainLines(textAfter);
  const { languageId } = document;
  return {
    text: before + after,
    offset: before.length,
    around: { before, after, languageId, ...(selected && { selected: selected.text }) },
  };
}

export function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

export function isInside(document: TextDocument, position: Position): boolean {
  if (position.line >= document.lineCount) return false;
  // offsetAt clamps to the line's end, so a position beyond it does not come back unchanged.
  return document.positionAt(document.offsetAt(position)).character === position.character;
}
