/** The answer's lines do not stand where the language or the file wants them. Pure. */
import type { Language } from '../languages.ts';
import { type Checker, filled, indentOf, lineBefore, type Shown } from './checker.ts';

/**
 * 1. The cursor is behind the indentation of an empty line, and the answer begins with more of it.
 * 2. A line is indented with tabs in a file of spaces, or the other way round.
 * 3. What follows a line that opens a block is no deeper than that line.
 * 4. Python: a line is deeper than the one before it without a reason, or as deep as no block around it.
 * 5. The last line stands left of the cursor's block, and the block goes on below.
 */
export const misindents: Checker = (shown) => {
  const { before, answer, after, language } = shown;
  const head = lineBefore(before);
  if (head !== '' && head.trim() === '' && /^[ \t]/.test(answer)) return true; // 1
  const lines = filled(`${head}${answer}`.split('\n'));
  const own = head.trim() === '' ? lines : lines.slice(1);
  const mixed = styleOf(before + after);
  if (mixed !== undefined && own.some((line) => mixed.test(line))) return true; // 2
  if (lines.some((line, index) => isFlat(line, lines[index + 1], language))) return true; // 3
  if (language === 'python' && breaksPython(before, lines)) return true; // 4
  return leavesBlock(lines, shown); // 5
};

/** What no line of the file begins with; undefined where it has both or neither. */
function styleOf(text: string): RegExp | undefined {
  const tabs = text.match(/^\t/gm)?.length ?? 0;
  const spaces = text.match(/^ {2}/gm)?.length ?? 0;
  if (tabs > 0 && spaces === 0) return /^ {2}/;
  return spaces > 0 && tabs === 0 ? /^ *\t/ : undefined;
}

/** Labels and what stands at the first column by custom. */
const outdented = /^\s*(?:[)\]}]|case\b|default\b|\w+:|#|public|private|protected|end\b)/;

function isFlat(line: string, next: string | undefined, language: Language): boolean {
  if (next === undefined || outdented.test(next)) return false;
  const opens = language === 'python' ? /:\s*$/ : /\{\s*$/;
  // The contents of a namespace stand at its own column in many projects.
  if (!opens.test(line) || /\b(?:namespace|extern)\b/.test(line) || /^\s*[#/*]/.test(line)) return false;
  return indentOf(next) <= indentOf(line);
}

/** @param lines the cursor's line and those of the answer behind it, without blank ones. */
function breaksPython(before: string, lines: readonly string[]): boolean {
  const above = filled(before.slice(0, before.lastIndexOf('\n') + 1).split('\n'));
  const levels = blockLevels([...above, lines[0] ?? '']);
  let depth = bracketDepth(lines[0] ?? '');
  if (isInsideBrackets(above) || /"""|'''/.test(lines.join('\n'))) return false;
  for (let index = 1; index < lines.length; index += 1) {
    const [line, last] = [lines[index] ?? '', lines[index - 1] ?? ''];
    const indent = indentOf(line);
    if (depth <= 0 && !/\\\s*$/.test(last)) {
      const isDeeper = indent > indentOf(last);
      if (isDeeper !== /:\s*(?:#.*)?$/.test(last) && (isDeeper || !levels.has(indent))) return true;
      if (!isDeeper && !levels.has(indent)) return true;
      levels.add(indent);
    }
    depth += bracketDepth(line);
  }
  return false;
}

/** The columns of the blocks that the last of the lines stands in. */
function blockLevels(lines: readonly string[]): Set<number> {
  const levels = new Set([0]);
  let inner = Number.POSITIVE_INFINITY;
  for (const line of lines.toReversed()) {
    if (indentOf(line) >= inner) continue;
    inner = indentOf(line);
    levels.add(inner);
  }
  return levels;
}

function bracketDepth(line: string): number {
  return (line.match(/[([{]/g)?.length ?? 0) - (line.match(/[)\]}]/g)?.length ?? 0);
}

/** As far as the last lines tell. */
function isInsideBrackets(above: readonly string[]): boolean {
  return above.slice(-30).reduce((depth, line) => Math.max(0, depth + bracketDepth(line)), 0) > 0;
}

function leavesBlock(lines: readonly string[], { before, after }: Shown): boolean {
  const head = lineBefore(before);
  const [last, next] = [lines.at(-1), filled(after.split('\n').slice(1))[0]];
  if (lines.length < 2 || last === undefined || next === undefined || outdented.test(last)) return false;
  const base = indentOf(head === '' ? (lines[0] ?? '') : head);
  return indentOf(last) < base && indentOf(next) >= base && !outdented.test(next) && !/[{:([,]\s*$/.test(last);
}
