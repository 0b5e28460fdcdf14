/** How an answer ends: with something whole. */
import { loopAtEnd, type TextLoop } from '../../repetition.ts';
import type { Filter } from './filter.ts';
import { hasWords, isBlank, withoutLastLine } from './lines.ts';

/** The token limit cut the last line somewhere: it is not shown, or of an only line the word that it may have cut. */
export const partialLine: Filter = (text, _around, { end }) => {
  if (end !== 'length') return text;
  const others = withoutLastLine(text);
  if (!isBlank(others)) return others;
  const whole = text.replace(/[A-Za-z0-9_$]{1,60}$/, '');
  return isBlank(whole) ? text : whole;
};

const periodLinesMax = 8;
/** A line with words may be meant twice; rows of a table are meant as often as they are there. */
const repeatsMinWords = 3;
const repeatsMinRows = 10;
/** Within a line of code, fewer characters than in prose are a loop. */
const loopCharsMin = 30;
/** A rule in a comment or a row of zeros ends by itself within a line of usual length. */
const rowCharsMax = 120;

/** Before what the next item of a list or of a condition is joined with. */
const joint = /\s*(?:[,;]|&&|\|\|)/g;

/**
 * 1. A loop over lines at the end is said once.
 * 2. Behind the same line three times over comes nothing that is worth showing: the line is said once, and nothing after it.
 * 3. A loop within the cursor's line is said once if it is of items of a list. Any other line that loops within itself is not shown.
 * Linear: each period is looked at from the end until it breaks.
 */
export const repetition: Filter = (text, { lineBefore }) => {
  const written = text.split('\n');
  const lines = written.with(0, lineBefore + written[0]);
  for (let period = 1; period <= Math.min(periodLinesMax, lines.length / 2); period++) {
    const { start, count } = loopStart(lines, period);
    const unit = lines.slice(start, start + period);
    const repeatsMin = unit.some(hasWords) ? repeatsMinWords : repeatsMinRows;
    if (!unit.every(isBlank) && count >= repeatsMin * period) return written.slice(0, start + period).join('\n');
  }
  const row = lines.findIndex(
    (line, index) => hasWords(line) && line === lines[index + 1] && line === lines[index + 2],
  );
  if (row !== -1) return written.slice(0, row + 1).join('\n');
  const loop = loopAtEnd(text.trimEnd(), loopCharsMin);
  if (loop === undefined) return text;
  const looped = text.slice(loop.start).trimEnd();
  const isRow = looped.length <= rowCharsMax && /^(?:[^\p{L}]|true|false|null|None)*$/u.test(looped);
  if (looped.includes('\n') || isRow) return text;
  const lineEnd = text.lastIndexOf('\n', loop.start);
  return lineEnd === -1 ? firstItems(text, loop) : text.slice(0, lineEnd);
};

/** Of a list that ends in a loop, what comes before the loop and its items once; nothing where it is no list. */
function firstItems(text: string, { start, period }: TextLoop): string {
  const joints = [...text.matchAll(joint)];
  const items = text.split(joint).map((item) => item.trim());
  const inLoop = joints.filter(({ index }) => index >= start && index < start + period).length;
  const first = items.findIndex((item, index) => {
    const next = items[index + inLoop] ?? '';
    // The last one may be cut.
    return index + inLoop < items.length - 1 && next !== '' && item.endsWith(next);
  });
  return inLoop === 0 || first === -1 ? '' : text.slice(0, joints[first + inLoop - 1]?.index);
}

/** From where on each line equals the one `period` before it, the last one being perhaps only the beginning of one. */
function loopStart(lines: readonly string[], period: number): { start: number; count: number } {
  const last = lines.length - 1;
  const expected = lines[last - period] ?? '';
  if (!expected.startsWith(lines[last] ?? '')) return { start: lines.length, count: 0 };
  let at = last - 1;
  while (at >= period && lines[at] === lines[at - period]) at -= 1;
  const start = Math.max(0, at - period + 1);
  return { start, count: last - start + (expected === lines[last] ? 1 : 0) };
}

/**
 * Space at the end is nobody's code, but for two cases with text behind the cursor: a space before a word, and a line end before what
 * closes the block.
 */
export const blank: Filter = (text, { lineAfter }) => {
  const trimmed = text.trimEnd();
  const space = text.slice(trimmed.length);
  if (trimmed === '' || isBlank(lineAfter) || space === '') return trimmed;
  if (space.includes('\n'))
    return trimmed.includes('\n') ? `${trimmed}${space.slice(space.lastIndexOf('\n'))}` : trimmed;
  return /^[\s)\]};,.:]/.test(lineAfter) ? trimmed : `${trimmed} `;
};
