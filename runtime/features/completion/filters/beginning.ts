/** How an answer begins: it goes on where the cursor is, and says nothing again. */
import type { Filter } from './filter.ts';
import { indentOf, isBlank, joinsWords } from './lines.ts';

/**
 * The entry that is selected in the suggestion list counts as typed, so an answer that says it again is freed of it, and one that makes
 * another word of it is an answer to another question.
 */
export const selectedEntry: Filter = (text, { place: { selected = '' } }) => {
  if (selected.trim() === '') return text;
  let rest = text;
  while (rest.startsWith(selected) && !joinsWords(selected, rest.slice(selected.length)))
    rest = rest.slice(selected.length);
  return joinsWords(selected, rest) ? '' : rest;
};

/** A shorter beginning may be the same by chance: `f(` in `f(f(x))`. */
const echoCharsMin = 6;

/** Chat models write the cursor's line from its beginning. Only what has a space in it is taken for that: `return max(`. */
export const echo: Filter = (text, { lineBefore }) => {
  const typed = lineBefore.trimStart();
  const isTelling = typed.length >= echoCharsMin && /\S\s+\S/.test(typed) && /[\p{L}]{2}/u.test(typed);
  if (!isTelling) return text;
  const start = text.startsWith(typed) ? 0 : indentOf(text).length;
  const rest = text.slice(start + typed.length);
  return text.startsWith(typed, start) && !joinsWords(typed, rest) ? rest : text;
};

/** On a line that is already empty and indented, another empty line before the code is one too many. */
export const leadingBlank: Filter = (text, { lineBefore, lineAfter }) => {
  if (lineBefore === '' || !isBlank(lineBefore + lineAfter)) return text;
  const rest = text.replace(/^(?:[ \t]*\n)+/, '');
  // What follows the empty lines is indented from the margin, the cursor already is.
  return rest !== text && rest.startsWith(lineBefore) ? rest.slice(lineBefore.length) : rest;
};
