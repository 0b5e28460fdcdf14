/** Brackets and quotes that the text after the cursor closes already, as an editor does that closes pairs by itself. */
import { type Around, behindOf, leftOpen, outerClosings } from './around.ts';
import type { Filter } from './filter.ts';
import { isBlank, joinsWords, withoutLastLine } from './lines.ts';
import { type Frame, scan } from './scan.ts';

/**
 * 1. The cursor is in a string that its line closes: an answer that ends outside of it is cut where it left it, if the rest of the line
 *    leaves a string open then.
 * 2. A string or comment that the answer opens and nothing closes takes its line with it, and what follows.
 */
export const quotes: Filter = (text, { open, lexis, isStringClosedAfter, lineAfter, textAfter }) => {
  const { closings, open: end, outer, torn } = scan(text, lexis, open);
  const depth = open.length - 1;
  if (isStringClosedAfter && end.at(depth)?.kind !== 'string') {
    const left = closings.findLast((closing) => closing.kind === 'string' && closing.depth === depth);
    const isLeftOpen = scan(lineAfter, lexis, end).open.at(-1)?.kind === 'string';
    return left !== undefined && isLeftOpen ? text.slice(0, left.at) : text;
  }
  const last = end.slice(outer).find(({ kind, close }) => kind === 'string' || (kind === 'comment' && close !== '\n'));
  const isLeftOpen =
    last !== undefined && !closes(last, last.kind === 'string' && !last.quote.multiline ? lineAfter : textAfter);
  const tornAt = torn ?? (isLeftOpen ? last.at : undefined);
  if (!lexis.isKnown || tornAt === undefined) return text;
  return withoutLastLine(text.slice(0, tornAt));
};

/** Whether a text closes what was left open before it. Where opening and closing look the same, an even number of them are pairs. */
function closes({ kind, close }: Frame, text: string): boolean {
  if (kind === 'string') return text.split(close).length % 2 === 0;
  const end = text.indexOf(close);
  const begin = text.indexOf('/*');
  return end !== -1 && (begin === -1 || end < begin);
}

/**
 * 1. Of the brackets that are open at the cursor, some are closed after it. An answer may close the others; it is cut before the first one
 *    too many, if what follows the cursor does not fit any more. It may close more if it opens the same again, as `} else {` does.
 * 2. It is cut before a bracket that closes nothing, or not what was opened last.
 * 3. Brackets that the answer opens and nothing closes are cut off: with their line and what follows, or on the first line by themselves.
 *    Whoever goes on to type them gets both of the pair from the editor.
 */
export const brackets: Filter = (text, around) => {
  const { open, lexis, mistakesAfter, leftOpenAfter, bracketsClosedAfter, isReadFromStart } = around;
  if (lexis.isProse && isBlank(around.lineAfter)) return text;
  const openAtCursor = open.filter(({ kind }) => kind === 'bracket').length;
  const { closings, open: end, outer: outerLeft, mistakes } = scan(text, lexis, open);
  const outer = outerClosings(closings).filter(({ kind }) => kind === 'bracket');
  const seen = isReadFromStart ? outer : outer.slice(0, openAtCursor);
  const tooMany = seen[Math.max(0, openAtCursor - bracketsClosedAfter)];
  const rest = behindOf(around, end);
  // What fits nothing may close what was left unread before the cursor.
  const own = isReadFromStart ? mistakes : [];
  const misfits = own.length + rest.mistakes.length - mistakesAfter;
  const [mistake = text.length] = own;
  const cut = misfits > 0 ? Math.min(mistake, tooMany?.at ?? text.length) : mistake;
  if (cut < text.length) return text.slice(0, cut);
  const unclosed = Math.max(0, misfits) + leftOpen(rest) - leftOpenAfter;
  return isReadFromStart && unclosed > 0 ? withoutUnclosed(text, end.slice(outerLeft), unclosed) : text;
};

/** Step 3; the innermost are those that nothing closes. */
function withoutUnclosed(text: string, opened: readonly Frame[], unclosed: number): string {
  const own = opened.filter(({ kind }) => kind === 'bracket');
  const first = own[Math.max(0, own.length - unclosed)];
  if (first === undefined) return text;
  const before = text.slice(0, first.at);
  const lines = withoutLastLine(before);
  if (!isBlank(lines)) return lines;
  return headWord.test(before) ? '' : before;
}

/** Says nothing without its condition. */
const headWord = /^\s*(?:if|for|while|switch|catch|match|elif|else if|function|fn|func)\s*$/;

/** More of the cursor's line than this is not compared: it was not written at this cursor. */
const restCharsMax = 1_000;

/**
 * 1. Behind the cursor stand words: the answer is the rest of its first line.
 * 2. The answer ends with what stands behind the cursor, or with the beginning of it: it is said once. Brackets that close what the answer
 *    itself has opened are its own.
 */
export const restOfLine: Filter = (text, around) => {
  const { lineAfter, isStringClosedAfter } = around;
  const rest = lineAfter.trimEnd().slice(0, restCharsMax);
  // A rule of dashes is as long as it is.
  if (rest === '' || /^([^\p{L}\p{N}\s()[\]{}])\1{3}/u.test(rest)) return text;
  const line = /[\p{L}\p{N}]/u.test(rest) ? (text.split('\n', 1)[0] ?? '') : text;
  const trimmed = line.trimEnd();
  const unfitWith = unfit(trimmed, around);
  let tries = overlapTries;
  for (let length = Math.min(rest.length, trimmed.length); length > 0 && tries > 0; length--) {
    const overlap = rest.slice(0, length);
    const at = trimmed.length - length;
    if (!trimmed.endsWith(overlap) || isBlank(overlap) || isHalfOperator(overlap, rest)) continue;
    // In a string that closes behind the cursor, a quote at the end of the answer is one that is escaped.
    if (joinsWords(trimmed.slice(0, at), overlap) || (isStringClosedAfter && /^["'`]/.test(overlap))) continue;
    // Brackets alone are counted elsewhere: here one may be needed beside the same one behind the cursor.
    if (/^[)\]}]+$/.test(overlap)) continue;
    // What closes a bracket of the answer is its own, unless the rest of the line fits no worse without it.
    tries -= 1;
    if (unfit(trimmed.slice(0, at), around) <= unfitWith) return trimmed.slice(0, at);
  }
  return line;
};

/** So many overlaps are looked at closely: each costs a reading of the answer. */
const overlapTries = 8;

/** How many brackets of the cursor's line have no partner with this answer in it. */
function unfit(text: string, { open, lexis, lineAfter }: Around): number {
  const answer = scan(text, lexis, open);
  const rest = scan(lineAfter, lexis, answer.open);
  return answer.mistakes.length + rest.mistakes.length + leftOpen(rest);
}

/** Half of `==` or of the beginning of a comment says nothing again. */
function isHalfOperator(overlap: string, rest: string): boolean {
  if (!/^[^\p{L}\p{N}\s;,.'"`]$/u.test(overlap)) return false;
  return overlap === rest ? overlap === '*' : !/^\s/.test(rest.slice(1));
}
