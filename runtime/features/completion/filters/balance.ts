/** Brackets and quotes that the text after the cursor closes already, as an editor does that closes pairs by itself. */
import { type Around, outerClosings } from './around.ts';
import type { Filter } from './filter.ts';
import { isBlank, joinsWords, withoutLastLine } from './lines.ts';
import { isInsideText, scan } from './scan.ts';

/**
 * 1. The cursor is in a string that its line closes: an answer that ends outside of it is cut where it left it.
 * 2. A string of one line that the answer opens and does not close takes its line with it.
 */
export const quotes: Filter = (text, { open, lexis, isStringClosedAfter, lineAfter }) => {
  const { closings, open: end, torn } = scan(text, lexis, open);
  const depth = open.length - 1;
  if (isStringClosedAfter && end.at(depth)?.kind !== 'string') {
    const left = closings.findLast((closing) => closing.kind === 'string' && closing.depth === depth);
    return left === undefined ? text : text.slice(0, left.at);
  }
  const last = end.at(-1);
  const isOpenAtEnd = last?.kind === 'string' && !last.quote.multiline && last.at >= 0 && isBlank(lineAfter);
  const tornAt = torn !== undefined && torn >= 0 ? torn : isOpenAtEnd ? last.at : undefined;
  if (!lexis.isKnown || tornAt === undefined) return text;
  return withoutLastLine(text.slice(0, tornAt));
};

/**
 * 1. Of the brackets that are open at the cursor, some are closed after it. An answer may close the others; it is cut before the first one
 *    too many, if what follows the cursor does not fit any more. It may close more if it opens the same again, as `} else {` does.
 * 2. An answer of several lines that leaves brackets open which nothing closes ends with the last line at which none were.
 */
export const brackets: Filter = (text, around) => {
  const { open, lexis, textAfter, mistakesAfter, bracketsClosedAfter, isReadFromStart } = around;
  if (lexis.isProse && !around.lineAfter.trim()) return text;
  const openAtCursor = open.filter(({ kind }) => kind === 'bracket').length;
  const { closings, open: end, mistakes } = scan(text, lexis, open);
  const outer = outerClosings(closings).filter(({ kind }) => kind === 'bracket');
  const seen = isReadFromStart ? outer : outer.slice(0, openAtCursor);
  const openAtEnd = end.filter(({ kind, at }) => kind === 'bracket' && at >= 0).length;
  const left = openAtCursor - seen.length + openAtEnd;
  const tooMany = seen[Math.max(0, openAtCursor - bracketsClosedAfter)];
  // What fits nothing may close what was left unread before the cursor.
  const mistakesNow = (isReadFromStart ? mistakes : 0) + scan(textAfter, lexis, end).mistakes;
  if (tooMany !== undefined && mistakesNow > mistakesAfter) return text.slice(0, tooMany.at);
  return openAtEnd > 0 && left > bracketsClosedAfter ? untilBalanced(text, around) : text;
};

/** Step 2; an answer that is nowhere balanced is shown as it is: it may be the beginning of something. */
function untilBalanced(text: string, { open, lexis, isReadFromStart }: Around): string {
  const lines = text.split('\n');
  if (!lexis.isKnown || !isReadFromStart || lines.length < 3) return text;
  const { open: end } = scan(text, lexis, open);
  const first = end.find(({ kind, at }) => kind === 'bracket' && at >= 0);
  if (first === undefined || isInsideText(end)) return text;
  const balanced = withoutLastLine(text.slice(0, first.at));
  return isBlank(balanced) ? text : balanced;
}

/** More of the cursor's line than this is not compared: it was not written at this cursor. */
const restCharsMax = 200;

/**
 * 1. Behind the cursor stand words: the answer is the rest of its first line.
 * 2. The answer ends with what stands behind the cursor, or with the beginning of it: it is said once. Brackets that close what the answer
 *    itself has opened are its own.
 */
export const restOfLine: Filter = (text, { lineAfter, lexis, open, isStringClosedAfter }) => {
  const rest = lineAfter.trimEnd().slice(0, restCharsMax);
  if (rest === '') return text;
  const line = /[\p{L}\p{N}]/u.test(rest) ? (text.split('\n', 1)[0] ?? '') : text;
  const trimmed = line.trimEnd();
  const own = scan(trimmed, lexis, open).closings.filter(({ opened }) => opened >= 0);
  for (let length = Math.min(rest.length, trimmed.length); length > 0; length--) {
    const overlap = rest.slice(0, length);
    const at = trimmed.length - length;
    if (!trimmed.endsWith(overlap) || isBlank(overlap)) continue;
    // In a string that closes behind the cursor, a quote at the end of the answer is one that is escaped.
    if (joinsWords(trimmed.slice(0, at), overlap) || (isStringClosedAfter && /^["'`]/.test(overlap))) continue;
    // What opens within the overlap and closes in it is repeated as a whole.
    if (own.some((closing) => closing.at >= at && closing.opened < at)) continue;
    // Brackets alone are counted elsewhere: here one may be needed beside the same one behind the cursor.
    if (/^[)\]}]+$/.test(overlap)) continue;
    return trimmed.slice(0, at);
  }
  return line;
};
