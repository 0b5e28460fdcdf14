/** Lines that are in the document already, right above the cursor or right below it. */
import type { Filter } from './filter.ts';
import { hasWords, isBlank, isCloser } from './lines.ts';

/** Two lines may follow two that are the same by chance; this many characters may not. */
const blockCharsMin = 40;
/** Lines that make no sense twice in a row: declarations, imports, and what ends a block. */
const onceOnly =
  /^\s*(?:@?import\b|from\s|using\s|#\s*include\b|use\s|package\s|(?:export\s+)?(?:default\s+)?(?:const|let|var|val|async\s+function|function|class|interface|type|enum|struct|trait|impl|namespace|module|def|fn|func|pub|public|private|protected|static)\s|return\b|break\b|continue\b|raise\b|throw\b|(?:else|finally)\s*[:{])/;
/** `name = value` without a call in it: to say it twice changes nothing. */
const plainAssignment = /^\s*[\w.$[\]'"]+\s*(?::=|=)\s*[^=(\n]+$/;

/**
 * The beginning of an answer that says the lines above the cursor again is taken off, as long as the cursor's own line is empty; an
 * answer that says nothing else is not shown.
 */
export const linesAbove: Filter = (text, { lineBefore, lineAfter, linesAbove: above, lexis }) => {
  const lines = text.split('\n');
  const full = lines.with(0, lineBefore + lines[0]).map((line) => line.trimEnd());
  if (lines.length === 1) full[0] = `${full[0]}${lineAfter.trimEnd()}`;
  const before = above.filter((line) => !isBlank(line)).map((line) => line.trim());
  const said = full.flatMap((line, index) => (isBlank(line) ? [] : [{ line: line.trim(), index }]));
  for (let count = Math.min(said.length, before.length, 40); count > 0; count--) {
    const repeated = said.slice(0, count);
    const tail = before.slice(-count);
    if (!repeated.every(({ line }, index) => line === tail[index])) continue;
    if (
      !isTelling(
        repeated.map(({ line }) => line),
        lexis.isProse,
      )
    )
      return text;
    if (count === said.length) return '';
    const next = (repeated.at(-1)?.index ?? 0) + 1;
    return isBlank(lineBefore) ? lines.slice(next).join('\n') : text;
  }
  return text;
};

function isTelling(lines: readonly string[], isProse: boolean): boolean {
  const [only = ''] = lines;
  if (lines.length === 1)
    return (isProse && only.length >= blockCharsMin) || onceOnly.test(only) || plainAssignment.test(only);
  const worded = lines.filter(hasWords);
  return worded.length >= 2 && worded.join('').length >= blockCharsMin;
}

/**
 * The end of an answer that says the lines below the cursor already is taken off.
 * 1. The last lines of the answer are the first below, in the same order: an answer that says nothing else is not shown.
 * 2. Two lines or more of the answer are the first below, and the answer goes on after them: it recites what follows, and is cut there.
 * Indentation counts: a closer that stands further in closes something else. Rows without words may be meant twice, but for closers
 * of a language that is known: at the same column two of them never follow each other.
 */
export const linesBelow: Filter = (text, { lineBefore, lineAfter, linesBelow: below, lexis, place }) => {
  const next = below.filter((line) => !isBlank(line)).map((line) => line.trimEnd());
  const lines = text.split('\n');
  const full = lines.with(0, lineBefore + lines[0]);
  full[full.length - 1] = `${full.at(-1)}${lineAfter}`;
  const said = full.flatMap((line, index) => (isBlank(line) ? [] : [{ line: line.trimEnd(), index }]));
  const isKnown = lexis.isKnown || lexis.isProse || /html|xml|vue|svelte/.test(place.languageId);
  const cut = said.find((_, start) => {
    const count = agreeing(
      said.slice(start).map(({ line }) => line),
      next,
    );
    const isLast = start + count === said.length;
    const repeated = next.slice(0, count);
    if (count === 0 || (!isLast && (count < 2 || !repeated.some(hasWords)))) return false;
    return repeated.some(hasWords) || (isKnown && repeated.every(isCloser));
  });
  if (cut === undefined) return text;
  // Of the cursor's line only what the answer adds can be taken off.
  return lines.slice(0, cut.index).join('\n');
};

/** How many lines from the first on are the same; with words in them, wherever they are indented. */
function agreeing(said: readonly string[], next: readonly string[]): number {
  let count = 0;
  while (count < Math.min(said.length, next.length, 40) && isSame(said[count] ?? '', next[count] ?? '')) count += 1;
  return count;
}

function isSame(said: string, next: string): boolean {
  return said === next || (said.trim() === next.trim() && hasWords(said));
}
