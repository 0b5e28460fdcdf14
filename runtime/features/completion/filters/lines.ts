/** What filters ask of single lines. Pure. */

export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** The column after some white space, where a tab goes to the next multiple of `tabColumns`. */
export function columnsOf(space: string, tabColumns: number): number {
  let columns = 0;
  for (const char of space) columns += char === '\t' ? tabColumns - (columns % tabColumns) : 1;
  return columns;
}

/** `}`, `});`, `end`, `</div>`, a fence: a line that only closes what others have opened. */
export function isCloser(line: string): boolean {
  return /^(?:[)\]}>]+[;,]?|<\/[\w.:-]*>|end|```|~~~)$/.test(line.replaceAll(/\s/g, ''));
}

/** Whether a line opens a block or a list: its next line may be deeper. */
export function isOpener(line: string): boolean {
  return /(?:[{([:]|=>|\b(?:do|then|begin|else))$/.test(line.trimEnd());
}

const directive = /^\s*#\s*(?:endif|else)\s*$/;
const literals = /\b(?:true|false|null|nil|none|undefined|nan|inf|td|tr|th|li)\b/gi;

/** Whether a line says something of its own. Rows of numbers or of dashes, closers and empty cells may stand twice. */
export function hasWords(line: string): boolean {
  return /[\p{L}_]{3}/u.test(line.replaceAll(literals, '')) && !isCloser(line) && !directive.test(line);
}

const wordStart = /^[\p{L}\p{N}_$]/u;
const wordEnd = /[\p{L}\p{N}_$]$/u;

/** Whether two texts that are put together would make one word of two. */
export function joinsWords(left: string, right: string): boolean {
  return wordEnd.test(left.slice(-2)) && wordStart.test(right.slice(0, 2));
}

/** The text without its last line, and without the end of the line before it. */
export function withoutLastLine(text: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf('\n')));
}
