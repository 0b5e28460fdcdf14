/**
 * Where generated code is to stand: what is around it, how deep it is indented, and what has to be written before and after it so that
 * the lines around stay what they are. Pure.
 */
import type { Range, TextDocument } from 'vscode-languageserver-textdocument';
import { sentence } from '../../core/sentence.ts';
import { documentCharsMax } from '../../protocol.ts';
import { plainLines } from '../completion/cursor.ts';
import { indentStyle } from '../completion/filters/around.ts';
import { indentOf, isBlank, isOpener } from '../completion/filters/lines.ts';
import { FeatureError } from '../errors.ts';

export interface GeneratePlace {
  readonly languageId: string;
  /** All that stands before and after the range, with `\n` line ends. */
  readonly before: string;
  readonly after: string;
  /** What is replaced; empty at a cursor. */
  readonly selected: string;
  /** Written in front of the code: a line of its own where the cursor's line has ended, and the indentation that is lacking. */
  readonly lead: string;
  /** Written behind it, so that what follows begins a line as it did. */
  readonly tail: string;
  /** Of every line of the code but the first, which `lead` indents. */
  readonly indent: string;
}

/** Lines that say how a file is indented. */
const styleLines = 200;

export function placeOf(document: TextDocument, { start, end }: Range): GeneratePlace {
  const before = plainLines(document.getText({ start: { line: 0, character: 0 }, end: start }));
  const selected = plainLines(document.getText({ start, end }));
  const rest = { start: end, end: { line: document.lineCount, character: 0 } };
  const common = { languageId: document.languageId, before, selected, after: plainLines(document.getText(rest)) };
  return { ...common, ...(selected.trim() === '' ? atCursor(common) : overSelection(common)) };
}

type Texts = Pick<GeneratePlace, 'before' | 'selected' | 'after'>;
type Frame = Pick<GeneratePlace, 'lead' | 'tail' | 'indent'>;

/** The code begins where the first selected line did, and the line end behind the last one stays. */
function overSelection({ before, selected }: Texts): Frame {
  const lineBefore = lastLine(before);
  const lead = /^(?:[ \t]*\n)*[ \t]*/.exec(selected)?.[0] ?? '';
  const tail = /\n[ \t\n]*$/.exec(selected)?.[0] ?? '';
  const own = lastLine(before + lead);
  return { lead, tail, indent: isBlank(lineBefore) || lead.includes('\n') ? own : indentOf(lineBefore) };
}

/**
 * 1. On an empty line the code takes it, as deep as the cursor or else as the line above asks for.
 * 2. In front of code it takes lines of its own, as deep as that code.
 * 3. Behind a comment, or behind what ends or opens something, it begins on the next line.
 * 4. Elsewhere it goes on with the line.
 */
function atCursor({ before, after }: Texts): Frame {
  const lineBefore = lastLine(before);
  const lineAfter = after.split('\n', 1)[0] ?? '';
  if (isBlank(lineBefore) && isBlank(lineAfter)) {
    const lead = lineBefore === '' ? expectedIndent(before, after) : '';
    return { lead, tail: '', indent: lineBefore + lead }; // 1
  }
  if (isBlank(lineBefore)) {
    const lead = indentOf(lineAfter);
    return { lead, tail: `\n${lineBefore}`, indent: lineBefore + lead }; // 2
  }
  if (isBlank(lineAfter) && (isComment(lineBefore) || isOpener(lineBefore) || /[;}]$/.test(lineBefore.trimEnd()))) {
    const indent = expectedIndent(before, after);
    return { lead: `\n${indent}`, tail: '', indent }; // 3
  }
  return { lead: '', tail: '', indent: indentOf(lineBefore) }; // 4
}

/** As deep as the line above, or deeper by one block that it opens. Between two empty lines something else begins: as deep as what follows in that block. */
function expectedIndent(before: string, after: string): string {
  const lines = before.split('\n').slice(-styleLines);
  const above = lines.findLast((line) => !isBlank(line));
  if (above === undefined) return '';
  const own = indentOf(above);
  if (isComment(above) || !isOpener(above)) {
    const below = after.split('\n').slice(1);
    const isApart = emptyLines(lines.slice(0, -1).reverse()) + emptyLines(below) > 0;
    const next = below.find((line) => !isBlank(line)) ?? '';
    // What closes the block around the place is less deep than what stands in it.
    return isApart && !/^\s*[)\]}]/.test(next) ? indentOf(next) : own;
  }
  const style = indentStyle([...lines, ...after.split('\n', styleLines)]);
  return own + (style?.kind === 'tabs' ? '\t' : ' '.repeat(style?.unit ?? 4));
}

/** How many there are before the first line that says something, the end of the file aside. */
function emptyLines(lines: readonly string[]): number {
  return Math.max(
    0,
    lines.findIndex((line) => !isBlank(line)),
  );
}

export function isComment(line: string): boolean {
  return /^\s*(?:\/\/|#(?!\w)|#!|--|;|%|\/?\*|<!--)/.test(line);
}

export function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

/** @throws FeatureError for what is too large, or no text */
export function refuse({ before, selected, after }: GeneratePlace): void {
  const chars = before.length + selected.length + after.length;
  if (chars > documentCharsMax)
    throw new FeatureError(
      'tooLarge',
      sentence(
        'The file has {0} million characters; at most {1} million are read. Work in a smaller file.',
        (chars / 1e6).toFixed(1),
        documentCharsMax / 1024 ** 2,
      ),
    );
  if ([before, selected, after].some((text) => text.includes('\0')))
    throw new FeatureError('binary', sentence('The file contains null bytes, so it is not text. Open a source file.'));
}
