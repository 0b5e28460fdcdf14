/**
 * Indentation as the file has it. The only filter that may lengthen an answer: by the spaces that a tab stands for.
 *
 * 1. White space in front of the first line goes on from the cursor's column: what the cursor is already past is taken off.
 * 2. In a file of tabs, spaces become tabs; in a file of spaces, tabs become spaces.
 * 3. In a file of spaces whose blocks are deeper by another number of columns than the answer's, the answer's become as deep.
 * Lines inside strings and comments of several lines are what they are.
 */
import { type Around, blockSteps, type IndentStyle } from './around.ts';
import type { Filter } from './filter.ts';
import { columnsOf, indentOf, isBlank, isOpener } from './lines.ts';
import { scan } from './scan.ts';

export const indentation: Filter = (text, around) => {
  const first = continued(text, around);
  const { indent, lexis, open } = around;
  if (indent === undefined || lexis.isProse || !/(?:^|\n)[ \t]/.test(first)) return first;
  const { linesInside } = scan(first, lexis, open);
  const lines = first.split('\n');
  const indentNew = rewriterOf(indent, lines, around);
  const rewritten = lines.map((line, index) => {
    const isIndented = (index > 0 || isBlank(around.lineBefore)) && !linesInside[index] && !isBlank(line);
    const space = indentOf(line);
    return isIndented ? indentNew(space) + line.slice(space.length) : line;
  });
  return rewritten.join('\n');
};

/** Step 1. An answer may go deeper than the cursor only where the line above opens something, or as far as the line above is. */
function continued(text: string, { lineBefore, linesAbove, isInText }: Around): string {
  const space = indentOf(text);
  if (isInText || lineBefore === '' || !isBlank(lineBefore) || space === '') return text;
  const rest = text.slice(space.length);
  if (/^(?:[\n.?:&|+*/=<>-]|\|\||&&)/.test(rest)) return text;
  const above = linesAbove.findLast((line) => !isBlank(line)) ?? '';
  const [at, expected] = [columnsOf(lineBefore, 4), columnsOf(indentOf(above), 4)];
  const isDeeper = isOpener(above) ? at <= expected : at < expected;
  return isDeeper ? text : rest;
}

/** From the white space in front of a line to the same depth in the file's way. */
function rewriterOf(indent: IndentStyle, lines: readonly string[], around: Around): (space: string) => string {
  const { lineBefore } = around;
  // The first line of an answer stands behind the cursor; its depth is that of the cursor's line.
  const whole = [lineBefore + (lines[0] ?? ''), ...lines.slice(1)];
  if (indent.kind === 'tabs') {
    const unit = unitOf(whole, indentOf(lineBefore));
    return (space) => {
      if (!space.includes(' ')) return space;
      const columns = columnsOf(space, unit);
      return '\t'.repeat(Math.floor(columns / unit)) + ' '.repeat(columns % unit);
    };
  }
  const { unit, steps } = indent;
  if (lines.some((line) => indentOf(line).includes('\t'))) {
    return (space) => space.replaceAll('\t', ' '.repeat(unit));
  }
  const theirs = blockSteps(whole);
  const [step = unit] = theirs;
  const isOther =
    step !== unit && steps >= stepsMin && theirs.every((other) => other === step) && step % 2 === unit % 2;
  if (!isOther) return (space) => space;
  const base = columnsOf(indentOf(lineBefore), unit);
  return (space) => {
    const deeper = space.length - base;
    if (deeper <= 0) return space;
    return ' '.repeat(base + Math.floor(deeper / step) * unit + (deeper % step));
  };
}

/** So many blocks of the file must agree before an answer is made to. */
const stepsMin = 2;

/** How many spaces the answer means by a tab: of one depth only, as many as make up the cursor's; of several, their least difference. */
function unitOf(lines: readonly string[], cursorSpace: string): number {
  const steps = blockSteps(lines.map((line) => line.replaceAll('\t', '    ')));
  const [step] = steps;
  const widths = [...new Set(lines.slice(1).map((line) => indentOf(line).replaceAll('\t', '').length))].filter(
    (n) => n > 1,
  );
  const tabs = cursorSpace.replaceAll(' ', '').length;
  const [width = 4] = widths;
  if (widths.length === 1 && tabs > 0 && [2, 3, 4, 8].includes(width / tabs)) return width / tabs;
  const sorted = [0, ...widths.sort((a, b) => a - b)];
  const least = Math.min(...sorted.slice(1).map((value, index) => value - (sorted[index] ?? 0)));
  const unit = tabs > 0 ? least : (step ?? least);
  return [2, 3, 4, 8].includes(unit) ? unit : 4;
}

/** Lines that stand at the margin wherever they are: directives and labels. */
const marginLine = /^(?:#\s*\w+|[A-Za-z_]\w*:\s*$)/;

/** A block ends with its opener's indentation: what stands left of that belongs to what is around it, and is not shown. */
export const outdent: Filter = (text, around) => {
  const { lexis, lineBefore, linesAbove, open } = around;
  const opener = openerColumns(lineBefore, linesAbove);
  if (lexis.isProse || opener === 0 || !text.includes('\n')) return text;
  const { linesInside } = scan(text, lexis, open);
  const lines = text.split('\n');
  const end = lines.findIndex((line, index) => {
    const isJudged = index > 0 && !isBlank(line) && !linesInside[index] && !marginLine.test(line);
    return isJudged && columnsOf(indentOf(line), 4) < opener;
  });
  return end === -1 ? text : lines.slice(0, end).join('\n');
};

/** Column of the line that opened the block which the cursor is in, or is about to open. */
function openerColumns(lineBefore: string, linesAbove: readonly string[]): number {
  const cursor = columnsOf(indentOf(lineBefore), 4);
  if (!isBlank(lineBefore) && isOpener(lineBefore)) return cursor;
  const opener = linesAbove.findLast((line) => !isBlank(line) && columnsOf(indentOf(line), 4) < cursor);
  return opener === undefined ? 0 : columnsOf(indentOf(opener), 4);
}
