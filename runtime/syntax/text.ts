/** Positions and lines of a text. Offsets are UTF-16 units; a line ends with `\n`, `\r\n` or a lone `\r`. Pure. */

export interface Range {
  readonly start: number;
  /** The first unit that is no longer in it. */
  readonly end: number;
}

export interface TextChange {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** Row and column as the parser counts them: rows end with `\n`, columns are UTF-16 units. */
export function pointAt(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    row += 1;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}

/** The smallest single change that makes `before` into `after`. */
export function changeBetween(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shorter - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  return { start, oldEnd: before.length - same, newEnd: after.length - same };
}

export function isLineEnd(char: string | undefined): boolean {
  return char === '\n' || char === '\r';
}

export function lineStartAt(text: string, offset: number): number {
  // Between the two halves of a line end it is still the line before.
  let at = text[offset] === '\n' && text[offset - 1] === '\r' ? offset - 1 : offset;
  while (at > 0 && !isLineEnd(text[at - 1])) at--;
  return at;
}

/** Where the line of `offset` ends, before its line end. */
export function lineEndAt(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isLineEnd(text[at])) at++;
  return at;
}

/** Where the line after that of `offset` begins, or the end of the text. */
export function nextLineAt(text: string, offset: number): number {
  const end = lineEndAt(text, offset);
  if (end === text.length) return end;
  return text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
}

/** Where the line of `offset` has its first unit that is no blank, or its end. */
export function indentEndAt(text: string, offset: number): number {
  let at = lineStartAt(text, offset);
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\f' || text[at] === '\uFEFF') at++;
  return at;
}

/** Where the line of `offset` begins if nothing but blanks stands before it there; else `offset`. Long lines are not searched. */
export function lineStartIfFirst(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /[ \t\f\uFEFF]/.test(text[at - 1] ?? '')) at--;
  return at === 0 || isLineEnd(text[at - 1]) ? at : offset;
}

export function isFirstOnLine(text: string, offset: number): boolean {
  const before = text[lineStartIfFirst(text, offset) - 1];
  return before === undefined || isLineEnd(before);
}

/** Columns of the line's indentation, a tab reaching to the next multiple of eight, as Python counts. */
export function indentationAt(text: string, offset: number): number {
  let columns = 0;
  for (let at = lineStartAt(text, offset); ; at++) {
    if (text[at] === ' ') columns += 1;
    else if (text[at] === '\t') columns += 8 - (columns % 8);
    else if (text[at] !== '\uFEFF') return columns;
  }
}

/** Whether `offset` stands between the two halves of one character. */
export function isInsidePair(text: string, offset: number): boolean {
  const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
  const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
  return isHigh(text.charCodeAt(offset - 1)) && isLow(text.charCodeAt(offset));
}
