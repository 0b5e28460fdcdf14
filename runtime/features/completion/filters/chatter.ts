/** A chat model's manners: fences around the code, and sentences about it. In prose both are content. */
import type { Around } from './around.ts';
import type { Filter } from './filter.ts';

const openingFence = /^(?:[^\n]*\n){0,4}?[ \t]*```[^\n`]{0,40}(?:\n|$)/;
const fenceLine = /(?:^|\n)[ \t]*```[^\n]*/;

/**
 * 1. A fence that opens the answer, after a sentence or two, is taken off with them.
 * 2. A fence that closes it is, with all that follows.
 * Where the file itself has fences, as in the comment of a documented function, they are content.
 */
export const fences: Filter = (text, { lexis, place }) => {
  if (lexis.isProse || !/```/.test(text) || /```/.test(place.before.slice(-16_384) + place.after.slice(0, 4_000)))
    return text;
  const opening = openingFence.exec(text)?.[0] ?? '';
  const inside = opening === '' || !isIntroduction(opening) ? text : text.slice(opening.length);
  const closing = inside.search(fenceLine);
  return closing === -1 ? inside : inside.slice(0, closing);
};

/** Nothing stands before the fence but sentences: code would be lost with it. */
function isIntroduction(opening: string): boolean {
  const lines = opening.trim().split('\n').slice(0, -1);
  return lines.every((line) => line.trim() === '' || /^[\p{L}][^;{}=]*[:.!]$/u.test(line.trim()));
}

const openingSentence =
  /^\s*(?:Sure[,!.]|Certainly[,!.]|Of course[,!.]|Here(?:'s| is| are) (?:the|a|an|your|how|what)\b|I(?:'m| am) sorry|I apologi[sz]e|As an AI|I can(?:'t|not) \w+|The (?:completed?|missing|following|updated) (?:code|line|part|function)\b|To complete (?:the|this)\b|(?:Based on|Given) the (?:code|context)\b|It (?:looks|seems) like\b)/;
const closingSentence =
  /\n(?:Explanation:?$|This (?:code|function|method|class|line|snippet|implementation) [a-z]+ |(?:In this|The above|The code|The function|Note that|Please note) .*[a-z] [a-z]|Let me know )/m;

/** Sentences where code is expected: an answer that opens with one is no code, and one that follows the code is not shown. */
export const prose: Filter = (text, { lexis, isInText }: Around) => {
  if (lexis.isProse || isInText) return text;
  if (openingSentence.test(text)) return '';
  const closing = text.search(closingSentence);
  return closing === -1 ? text : text.slice(0, closing);
};
