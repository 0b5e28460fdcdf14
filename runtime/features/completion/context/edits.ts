/**
 * The places where a client's user has edited last, in whatever document, as the text that stands there now. Pure.
 *
 * Each keystroke costs a comparison of line numbers: a place is read only when its user has gone elsewhere, or has paused.
 */

/** The part of an open document that is needed; it goes on being the same object while its text changes. */
export interface EditedDocument {
  readonly uri: string;
  readonly lineCount: number;
  getText(range?: { start: { line: number; character: number }; end: { line: number; character: number } }): string;
}

/** Lines of a document that were replaced: `lines` now stand there. From 0. */
export interface LineChange {
  readonly line: number;
  readonly removedLines: number;
  readonly addedLines: number;
}

export interface EditedPlace {
  readonly uri: string;
  /** With `\n` line ends. */
  readonly text: string;
}

export const placesMax = 12;
/** Edits this near belong to one place. */
const nearLines = 12;
/** A place is cut off where it grows beyond this. */
const spanLinesMax = 32;
/** Lines that are shown around what was edited. */
const aroundLines = 2;
export const placeCharsMax = 900;
/** Whoever replaces more at once has pasted, formatted, or changed the branch: that is no place where somebody works. */
const changeLinesMax = 48;

interface Span {
  readonly document: EditedDocument;
  /** The first and the last line that were edited. */
  first: number;
  last: number;
}

interface Kept extends EditedPlace {
  readonly first: number;
  readonly last: number;
}

export class RecentEdits {
  /** The oldest first. */
  #places: readonly Kept[] = [];
  #current: Span | undefined;

  /** @param document has its new text. */
  edited(document: EditedDocument, change: LineChange): void {
    const { line, removedLines, addedLines } = change;
    this.#shift(document.uri, change);
    if (removedLines > changeLinesMax || addedLines > changeLinesMax) return;
    const end = line + addedLines;
    const current = this.#current;
    const isHere =
      current?.document.uri === document.uri &&
      line >= current.first - nearLines &&
      line <= current.last + nearLines &&
      Math.max(end, current.last) - Math.min(line, current.first) < spanLinesMax;
    if (isHere) {
      current.first = Math.min(current.first, line);
      current.last = Math.max(current.last, end);
      return;
    }
    this.settle();
    this.#current = { document, first: line, last: end };
  }

  /** Whatever is edited next is another place. */
  settle(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    const { document, first, last } = current;
    const text = textOf(document, first - aroundLines, last + aroundLines);
    const others = this.#places.filter(
      (place) => place.uri !== document.uri || place.last < first - nearLines || place.first > last + nearLines,
    );
    const place = { uri: document.uri, text, first, last };
    this.#places = text.trim() === '' ? others : [...others, place].slice(-placesMax);
  }

  /** What was edited in it stays known, as it is now. */
  closed(uri: string): void {
    if (this.#current?.document.uri === uri) this.settle();
  }

  /** Another document is in front. */
  left(uri: string): void {
    if (this.#current?.document.uri !== uri) this.settle();
  }

  /** The oldest first; the place that is being edited is not among them. */
  get places(): readonly EditedPlace[] {
    return this.#places;
  }

  /** Lines below a change have other numbers now. */
  #shift(uri: string, { line, removedLines, addedLines }: LineChange): void {
    const delta = addedLines - removedLines;
    if (delta === 0) return;
    const moved = (at: number): number => (at > line ? Math.max(line, at + delta) : at);
    this.#places = this.#places.map((place) =>
      place.uri === uri ? { ...place, first: moved(place.first), last: moved(place.last) } : place,
    );
    if (this.#current?.document.uri !== uri) return;
    this.#current.first = moved(this.#current.first);
    this.#current.last = moved(this.#current.last);
  }
}

/** Whole lines, fewer where they are long. */
function textOf(document: EditedDocument, first: number, last: number): string {
  const lines: string[] = [];
  let chars = 0;
  for (let line = Math.max(0, first); line <= Math.min(last, document.lineCount - 1); line += 1) {
    const range = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
    const text = document.getText(range).replace(/\r?\n?$/, '');
    chars += text.length + 1;
    if (chars > placeCharsMax) break;
    lines.push(text);
  }
  return lines.join('\n');
}
