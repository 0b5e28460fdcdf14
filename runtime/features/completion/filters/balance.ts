/** Brackets and quotes that the text after the cursor closes already, as an editor does that closes pairs by itself. */
import { leftOpen, outerClosings } from './around.ts';
import type { Filter } from './filter.ts';
import { isBlank, joinsWords, withoutLastLine } from './lines.ts';
import { type Frame, scan } from './scan.ts';

/**
 * 1. The cursor is in a string that its line closes: an answer that ends outside of it is cut where it left it, if the rest of the line
 *    leaves a string open then.
 * 2. A string that the answer opens and nothing closes takes its line with it, and what follows.
 */
export const quotes: Filter = (text, { open, lexis, isStringClosedAfter, lineAfter, textAfter }) => {
  const { closings, open: end, torn } = scan(text, lexis, open);
  const depth = open.length - 1;
  if (isStringClosedAfter && end.at(depth)?.kind !== 'string') {
    const left = closings.findLast((closing) => closing.kind === 'string' && closing.depth === depth);
    const isLeftOpen = scan(lineAfter, lexis, end).open.at(-1)?.kind === 'string';
    return left !== undefined && isLeftOpen ? text.slice(0, left.at) : text;
  }
  const last = end.find(({ kind, at }) => kind === 'string' && at >= 0);
  const isLine = last?.kind === 'string' && !last.quote.multiline;
  const { closings: after } = scan(isLine ? lineAfter : textAfter, lexis, end);
  const isClosed = outerClosings(after).some(({ kind }) => kind === 'string');
  const tornAt = torn !== undefined && torn >= 0 ? torn : isClosed ? undefined : last?.at;
  if (!lexis.isKnown || tornAt === undefined) return text;
  return withoutLastLine(text.slice(0, tornAt));
};

/**
 * 1. Of the brackets that are open at the cursor, some are closed after it. An answer may close the others; it is cut before the first one
 *    too many, if what follows the cursor does not fit any more. It may close more if it opens the same again, as `} else {` does.
 * 2. Brackets that the answer opens and nothing closes are cut off: with their line and what follows, or on the first line by themselves.
 *    Whoever goes on to type them gets both of the pair from the editor.
 */
export const brackets: Filter = (text, around) => {
  const { open, lexis, textAfter, mistakesAfter, leftOpenAfter, bracketsClosedAfter, isReadFromStart } = around;
  if (lexis.isProse && isBlank(around.lineAfter)) return text;
  const openAtCursor = open.filter(({ kind }) => kind === 'bracket').length;
  const { closings, open: end, mistakes } = scan(text, lexis, open);
  const outer = outerClosings(closings).filter(({ kind }) => kind === 'bracket');
  const seen = isReadFromStart ? outer : outer.slice(0, openAtCursor);
  const tooMany = seen[Math.max(0, openAtCursor - bracketsClosedAfter)];
  const rest = scan(textAfter, lexis, end);
  // What fits nothing may close what was left unread before the cursor.
  const misfits = (isReadFromStart ? mistakes : 0) + rest.mistakes - mistakesAfter;
  if (tooMany !== undefined && misfits > 0) return text.slice(0, tooMany.at);
  const unclosed = Math.max(0, misfits) + leftOpen(rest.open) - leftOpenAfter;
  return isReadFromStart && unclosed > 0 ? withoutUnclosed(text, end, unclosed) : text;
};

/** Step 2; the innermost are those that nothing closes. */
function withoutUnclosed(text: string, end: readonly Frame[], unclosed: number): string {
  const own = end.filter(({ kind, at }) => kind === 'bracket' && at >= 0);
  const first = own[Math.max(0, own.length - unclosed)];
  if (first === undefined) return text;
  const before = text.slice(0, first.at);
  return isBlank(withoutLastLine(before)) ? before : withoutLastLine(before);
}

/** More of the cursor's line than this is not compared: it was not written at this cursor. */
const restCharsMax = 1_000;

/**
 * 1. Behind the cursor stand words: the answer is the rest of its first line.
 * 2. The answer ends with what stands behind the cursor, or with the beginning of it: it is said once. Brackets that close what the answer
 *    itself has opened are its own.
 */
export const restOfLine: Filter = (text, { lineAfter, lexis, open, isStringClosedAfter }) => {
  const rest = lineAfter.trimEnd().slice(0, restCharsMax);
  // A rule of dashes is as long as it is.
  if (rest === '' || /^([^\p{L}\p{N}\s()[\]{}])\1{3}/u.test(rest)) return text;
  const line = /[\p{L}\p{N}]/u.test(rest) ? (text.split('\n', 1)[0] ?? '') : text;
  const trimmed = line.trimEnd();
  const own = scan(trimmed, lexis, open).closings.filter(({ opened }) => opened >= 0);
  for (let length = Math.min(rest.length, trimmed.length); length > 0; length--) {
    const overlap = rest.slice(0, length);
    const at = trimmed.length - length;
    if (!trimmed.endsWith(overlap) || isBlank(overlap)) continue;
    // In a string that closes behind the cursor, a quote at the end of the answer is one that is escaped.
    if (joinsWords(trimmed.slice(0, at), overlap) || (isStringClosedAfter && /^["'`]/.test(overlap))) continue;
    if (isHalfOperator(overlap, rest)) continue;
    // What opens within the overlap and closes in it is repeated as a whole.
    if (own.some((closing) => closing.at >= at && closing.opened < at)) continue;
    // Brackets alone are counted elsewhere: here one may be needed beside the same one behind the cursor.
    if (/^[)\]}]+$/.test(overlap)) continue;
    return trimmed.slice(0, at);
  }
  return line;
};

/** Half of `==` or of the beginning of a comment says nothing again. */
function isHalfOperator(overlap: string, rest: string): boolean {
  if (!/^[^\p{L}\p{N}\s;,.'"`]$/u.test(overlap)) return false;
  return overlap === rest ? overlap === '*' : !/^\s/.test(rest.slice(1));
}
