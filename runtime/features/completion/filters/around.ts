/** What stands around the cursor, as the filters ask for it: worked out once for an answer. Pure. */
import { type Lexis, lexisOf } from './languages.ts';
import { columnsOf, indentOf, isBlank, isOpener } from './lines.ts';
import { areAlike, Reading, readCharsMax } from './reading.ts';
import { type Closing, type Frame, isInsideText, type Scan, scan } from './scan.ts';

/** Where an answer is to stand. The texts may be the whole document's: only what is near the cursor is read. */
export interface Place {
  /** Before and after the cursor, with `\n` line ends. A selected entry of the suggestion list counts as typed: `before` ends with it. */
  readonly before: string;
  readonly after: string;
  /** The editor's language id. A language that is not known is judged by the cursor's line alone. */
  readonly languageId: string;
  /** Text of the entry that is selected in the editor's suggestion list. */
  readonly selected?: string;
}

export interface Around {
  readonly place: Place;
  readonly lexis: Lexis;
  /** The text of the cursor's line before and after the cursor. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Whole lines, in the order of the document: above the cursor's line and below it. */
  readonly linesAbove: readonly string[];
  readonly linesBelow: readonly string[];
  /** What is open at the cursor, as far as it was read. */
  readonly open: readonly Frame[];
  /** What was read of the text after the cursor. */
  readonly textAfter: string;
  /** What it does to what is open at the cursor. */
  readonly behind: Scan;
  /** Closers after the cursor that fit nothing, as the text is. */
  readonly mistakesAfter: number;
  /** How many of the frames that are open at the cursor nothing closes that was read. */
  readonly leftOpenAfter: number;
  /** Of the brackets that are open at the cursor, how many the text after it closes. */
  readonly bracketsClosedAfter: number;
  /** Whether the rest of the cursor's line closes the string that the cursor is in. */
  readonly isStringClosedAfter: boolean;
  /** The brackets that are open are all there are: nothing before them was left unread. */
  readonly isReadFromStart: boolean;
  /** Whether the cursor is in a string or a comment. */
  readonly isInText: boolean;
  readonly indent: IndentStyle | undefined;
}

/** How the file is indented; `unit` is in spaces, `steps` how many blocks say so. */
export type IndentStyle =
  | { readonly kind: 'tabs' }
  | { readonly kind: 'spaces'; readonly unit: number; readonly steps: number };

const linesMax = 80;

/** @param reading what was read of the document before, so that it is not read again. */
export function aroundOf(place: Place, document = '', reading = new Reading()): Around {
  const { before, languageId } = place;
  const after = place.after.slice(0, readCharsMax);
  const lexis = lexisOf(languageId);
  const [lineAfter = '', ...below] = after.split('\n', linesMax + 1);
  const linesAbove = lastLines(before, linesMax + 1);
  const lineBefore = linesAbove.pop() ?? '';
  // Of an unknown language only the cursor's line is judged: who knows what its other lines mean.
  const textAfter = lexis.isKnown ? after : lineAfter;
  const open = reading.openAt(document, before, languageId);
  const behind = reading.behind(document, textAfter, languageId, open);
  const outer = outerClosings(behind.closings);
  return {
    place,
    lexis,
    lineBefore,
    lineAfter,
    linesAbove,
    linesBelow: below,
    open,
    textAfter,
    behind,
    mistakesAfter: behind.mistakes.length,
    leftOpenAfter: leftOpen(behind),
    bracketsClosedAfter: outer.filter(({ kind }) => kind === 'bracket').length,
    isStringClosedAfter: isStringClosed(open, outer[0], lineAfter.length),
    isReadFromStart: lexis.isKnown && before.length <= readCharsMax,
    isInText: isInsideText(open),
    // The cursor's own line tells, too, while it is empty.
    indent: indentStyle([...linesAbove, `${lineBefore}${lineAfter || '|'}`, ...below]),
  };
}

/** What the text after the cursor does where this is open before it: after most answers, what was open at the cursor. */
export function behindOf({ open, behind, textAfter, lexis }: Around, end: readonly Frame[]): Scan {
  return areAlike(open, end) ? behind : scan(textAfter, lexis, end);
}

/** At most so many, the text's last one last; of a line that is longer than all that is read, its end. */
function lastLines(text: string, count: number): string[] {
  const read = text.slice(-readCharsMax);
  let from = read.length;
  for (let line = 0; line < count && from >= 0; line += 1) from = from === 0 ? -1 : read.lastIndexOf('\n', from - 1);
  return read.slice(from + 1).split('\n');
}

/** The closings of what was open before the text. */
export function outerClosings(closings: readonly Closing[]): Closing[] {
  return closings.filter(({ opened }) => opened === -1);
}

/** How many brackets were open before the text that was read, and still are. */
export function leftOpen({ open, outer }: Scan): number {
  return open.slice(0, outer).filter(({ kind }) => kind === 'bracket').length;
}

function isStringClosed(open: readonly Frame[], first: Closing | undefined, lineLength: number): boolean {
  const top = open.at(-1);
  return top?.kind === 'string' && first?.kind === 'string' && first.at < lineLength;
}

/** A file with more lines of the other kind than this uses both, as projects do whose tab is eight spaces. */
const mixedShareMax = 0.1;

/** What nearly all indented lines begin with; for spaces, by how much most blocks are deeper than what opens them. */
export function indentStyle(lines: readonly string[]): IndentStyle | undefined {
  const written = lines.filter((line) => !isBlank(line));
  const tabs = written.filter((line) => line.startsWith('\t')).length;
  const spaces = written.filter((line) => line.startsWith('  ')).length;
  const isMixed = Math.min(tabs, spaces) > mixedShareMax * Math.max(tabs, spaces);
  if ((tabs === 0 && spaces === 0) || isMixed) return undefined;
  if (tabs >= spaces) return { kind: 'tabs' };
  const steps = blockSteps(written);
  const unit = mostFrequent(steps) ?? smallestIndent(written);
  return { kind: 'spaces', unit, steps: steps.filter((step) => step === unit).length };
}

/** By how many columns lines are deeper than the block's opener that they follow. */
export function blockSteps(lines: readonly string[]): number[] {
  return lines.slice(1).flatMap((line, index) => {
    const opener = lines[index] ?? '';
    const step = columnsOf(indentOf(line), 4) - columnsOf(indentOf(opener), 4);
    return isOpener(opener) && step > 0 && step <= 8 ? [step] : [];
  });
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}

function smallestIndent(lines: readonly string[]): number {
  const columns = lines.map((line) => columnsOf(indentOf(line), 4)).filter((count) => count > 1);
  const smallest = Math.min(8, ...columns);
  return smallest >= 4 && smallest % 4 === 0 ? 4 : smallest;
}
