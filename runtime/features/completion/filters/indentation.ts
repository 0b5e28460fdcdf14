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

/** Step 1. An answer may go deeper than the cursor only where the line above opens something, or to the column of the line above. */
function continued(text: string, { lineBefore, linesAbove, isInText }: Around): string {
  const space = indentOf(text);
  if (isInText || lineBefore === '' || !isBlank(lineBefore) || space === '') return text;
  const rest = text.slice(space.length);
  if (/^(?:\n|\.(?!\.)|\?|:|&&|\|\||\|>)/.test(rest)) return text;
  const above = linesAbove.findLast((line) => !isBlank(line)) ?? '';
  // The stars of a comment stand a column further in than what they belong to.
  const stars = /^\s*\*/.test(above) ? 1 : 0;
  const [at, expected] = [columnsOf(lineBefore, 4), columnsOf(indentOf(above), 4) - stars];
  const reached = columnsOf(lineBefore + space, 4);
  // Nobody indents by a single column.
  const isDeeper = isOpener(above) ? at <= expected && reached > expected + 1 : reached === expected;
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

/** Lines that may stand left of the block they belong to: closers, directives, labels. */
const leftLine = /^\s*(?:[)\]}]|<\/|#\s*\w|\w+:(?!=|:)|(?:case|default|public|private|protected|end)\b)/;

/**
 * What stands where no line of the block can stand is not shown, nor what follows it.
 * 1. A block ends with its opener's column: what stands left of that belongs to what is around it.
 * 2. Where the block goes on below the cursor, the answer's last lines are not left of it.
 * 3. What follows an opened block's first line is deeper than that line.
 * 4. Where columns are the only brackets, a line is deeper only after an opener, and as deep as some block around it.
 */
export const outdent: Filter = (text, around) => {
  const { lexis, lineBefore, open } = around;
  if (lexis.isProse || !text.includes('\n')) return text;
  const { linesInside, linesOpen } = scan(text, lexis, open);
  const written = text.split('\n');
  const lines = written.with(0, lineBefore + written[0]).flatMap((line, index) => {
    const isJudged = !isBlank(line) && (index === 0 || !linesInside[index]);
    return isJudged ? [{ index, line, columns: columnsOf(indentOf(line), 4), open: linesOpen[index] ?? 0 }] : [];
  });
  const cuts = [leftOfOpener(lines, around), leftOfBlockBelow(lines, around)];
  if (lexis.isKnown)
    cuts.push(flatBlock(lines, lexis.isIndented), lexis.isIndented ? strayColumn(lines, around) : undefined);
  const end = Math.min(...cuts.map((cut) => cut ?? written.length));
  return end === written.length ? text : written.slice(0, end).join('\n');
};

/** A line that is judged, and its place in the answer. */
interface Written {
  readonly index: number;
  readonly line: string;
  readonly columns: number;
  /** Brackets that are open where it begins. */
  readonly open: number;
}

/** Column of what opened the block that the cursor is in; undefined where the cursor's line goes on with the one above. */
function openerColumns({ lineBefore, linesAbove, open }: Around): number | undefined {
  const cursor = columnsOf(indentOf(lineBefore), 4);
  if (open.at(-1)?.close === ')' || open.at(-1)?.close === ']') return undefined;
  const opener = linesAbove.findLast((line) => !isBlank(line) && columnsOf(indentOf(line), 4) < cursor);
  return opener !== undefined && isOpener(opener) ? columnsOf(indentOf(opener), 4) : undefined;
}

/** Step 1. */
function leftOfOpener(lines: readonly Written[], around: Around): number | undefined {
  const { lineBefore } = around;
  const isOpening = !isBlank(lineBefore) && isOpener(lineBefore);
  const limit = isOpening ? columnsOf(indentOf(lineBefore), 4) : (openerColumns(around) ?? 0);
  return lines.find(({ index, line, columns }) => index > 0 && columns < limit && !/^(?:#|\w+:\s*$)/.test(line))?.index;
}

/** Step 2; from where on all lines are left of the cursor's block. */
function leftOfBlockBelow(lines: readonly Written[], around: Around): number | undefined {
  const { lineBefore, lineAfter, linesBelow } = around;
  const below = linesBelow.find((line) => !isBlank(line));
  const last = lines.at(-1);
  if (below === undefined || last === undefined || !isBlank(lineAfter) || openerColumns(around) === undefined)
    return undefined;
  const cursor = columnsOf(indentOf(lineBefore), 4);
  const goesOn = columnsOf(indentOf(below), 4) >= cursor && !leftLine.test(below);
  if (!goesOn || leftLine.test(last.line) || isOpener(last.line) || last.line.endsWith(',')) return undefined;
  const kept = lines.findLastIndex(({ columns }) => columns >= cursor);
  return lines[kept + 1]?.index;
}

/** Step 3; where the line that opens begins. */
function flatBlock(lines: readonly Written[], isIndented: boolean): number | undefined {
  return lines.find(({ line, columns }, place) => {
    const next = lines[place + 1];
    if (next === undefined || next.columns > columns || leftLine.test(next.line)) return false;
    const code = line.trimEnd();
    return !/^\s*(?:[#/*]|.*\b(?:namespace|extern)\b)/.test(code) && code.endsWith(isIndented ? ':' : '{');
  })?.index;
}

/** Step 4. */
function strayColumn(lines: readonly Written[], { lineBefore, linesAbove, open }: Around): number | undefined {
  if (open.length > 0) return undefined;
  const levels = new Set([0]);
  let inner = Number.POSITIVE_INFINITY;
  for (const line of [...linesAbove, `${lineBefore}|`].reverse()) {
    const columns = columnsOf(indentOf(line), 4);
    if (isBlank(line) || columns >= inner) continue;
    inner = columns;
    levels.add(columns);
  }
  const statements = lines.filter((line) => line.open === 0);
  return statements.find(({ line, index, columns }, place) => {
    const last = place === 0 ? undefined : lines[lines.findIndex((one) => one.index === index) - 1];
    if (last === undefined || last.line.endsWith('\\') || line.trimStart().startsWith('#')) return false;
    const opener = statements[place - 1]?.columns ?? 0;
    const isDeeper = columns > opener;
    const isStray = isDeeper ? !/:\s*(?:#.*)?$/.test(last.line) : !levels.has(columns);
    levels.add(columns);
    return isStray;
  })?.index;
}
