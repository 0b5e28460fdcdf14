/** From the lines in which an editor says that something is declared, to what whoever uses it must know. Pure. */

export const declaredCharsMax = 480;
const linesMax = 16;
const headLinesMax = 5;

/** What consists of its members. */
const consistsOfMembers = /\b(?:interface|struct|enum|type|class|record|trait|union|protocol)\b/;
/** Where what comes next is how it does it. */
const bodyBegins = /(?:\{|=>|:|\bwhere)\s*$/;

/**
 * The lines up to the body; of what consists of its members, these too.
 *
 * @param text whole lines from the declaration on, with `\n` line ends.
 */
export function shortDeclaration(text: string): string {
  const lines = text.split('\n');
  const first = lines[0] ?? '';
  const end = consistsOfMembers.test(first) ? lastMember(lines) : headEnd(lines);
  let chars = 0;
  const kept = lines.slice(0, end).filter((line) => {
    chars += line.length + 1;
    return chars <= declaredCharsMax;
  });
  return outdented(kept).trimEnd();
}

function headEnd(lines: readonly string[]): number {
  const end = lines.slice(0, headLinesMax).findIndex((line, index) => {
    const isOver = bodyBegins.test(line) || /[;}]\s*$/.test(line);
    return isOver || (lines[index + 1] ?? '').trim() === '';
  });
  return end === -1 ? Math.min(headLinesMax, lines.length) : end + 1;
}

/** The first line behind the members has the indentation of the first line, or less. */
function lastMember(lines: readonly string[]): number {
  const indent = indentOf(lines[0] ?? '');
  const behind = lines.findIndex((line, index) => index > 0 && line.trim() !== '' && indentOf(line) <= indent);
  if (behind === -1) return Math.min(linesMax, lines.length);
  const closes = /^\s*[)\]}]/.test(lines[behind] ?? '');
  return Math.min(linesMax, closes ? behind + 1 : behind);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function outdented(lines: readonly string[]): string {
  const indent = indentOf(lines[0] ?? '');
  return lines.map((line) => line.slice(Math.min(indent, indentOf(line)))).join('\n');
}
