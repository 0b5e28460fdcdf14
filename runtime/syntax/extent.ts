/** How much should be asked for at a cursor: the rest of its line, or a block of lines. */
import type { Node } from 'web-tree-sitter';
import { Code, closerOf } from './code.ts';
import { headerLineStart, isClassHeader, isHeaderColon } from './header.ts';
import { placeAt } from './place.ts';
import { indentationAt, indentEndAt, lineEndAt, lineStartAt, nextLineAt } from './text.ts';
import type { SyntaxTree } from './tree.ts';

/** What the cursor stands before, as the reason for the extent. */
export type Extent =
  | { readonly extent: 'line'; readonly because: 'text' | 'restOfLine' | 'filledBody' | 'header' }
  /** A block that closes: `opensBlock` at the end of a line that opens it, `emptyBody` on an empty line inside of it. */
  | { readonly extent: 'block'; readonly because: 'opensBlock' | 'emptyBody' }
  /** A block that is one thing among others: a member of a class, a declaration of a file, what a comment announces. */
  | { readonly extent: 'block'; readonly because: 'member' | 'afterComment' }
  /** One statement among others: it ends with its line, or with the block that it opens. */
  | { readonly extent: 'block'; readonly because: 'statement' };

/** How far around the cursor is looked, UTF-16 units: a header or a comment longer than this is read as something else. */
const reachChars = 4_000;

/**
 * 1. In a comment or string: the line.
 * 2. Before anything but closing brackets: the line.
 * 3. After code that opens a block (`{`, `(`, `[` or an arrow at the end of the line, Python's `:`): the block, if there is none yet.
 * 4. After other code: the line.
 * 5. On an empty line right inside a block that is empty: the block.
 * 6. On an empty line below a comment, or where declarations stand: what comes next, as a block.
 * 7. On an empty line among statements: the line if deeper lines follow, which it then opens; else a statement with the block that it opens.
 */
export function extentAt(tree: SyntaxTree, offset: number): Extent {
  const { text } = tree;
  const place = placeAt(tree, offset);
  if (place === 'comment' || place === 'string') return { extent: 'line', because: 'text' };
  const after = text.slice(offset, lineEndAt(text, offset));
  if (!/^[\s)\]};,]*$/.test(after)) return { extent: 'line', because: 'restOfLine' };
  const code = new Code(tree, {
    start: Math.max(0, lineStartAt(text, Math.max(0, offset - reachChars))),
    end: Math.min(text.length, offset + reachChars),
  });
  const lineStart = lineStartAt(text, offset);
  const previous = code.previous(offset);
  const opener = previous === undefined ? undefined : openerAt(code, previous);
  if (previous !== undefined && previous >= lineStart) {
    if (opener === undefined) return { extent: 'line', because: 'restOfLine' };
    if (opener.char !== '{' && after.trim() !== '') return { extent: 'line', because: 'restOfLine' };
    return isEmptyBelow(code, offset, opener)
      ? { extent: 'block', because: 'opensBlock' }
      : { extent: 'line', because: 'filledBody' };
  }
  if (text.slice(lineStart, offset).trim() !== '') return { extent: 'line', because: 'restOfLine' };
  return extentOnEmptyLine(tree, code, offset, opener);
}

interface Opener {
  readonly at: number;
  readonly char: string;
  /** Columns of the line that it begins with. */
  readonly indentation: number;
}

function extentOnEmptyLine(tree: SyntaxTree, code: Code, offset: number, opener: Opener | undefined): Extent {
  const isInside =
    opener !== undefined && (opener.char !== ':' || indentationAt(tree.text, offset) > opener.indentation);
  if (isInside && isEmptyBelow(code, offset, opener)) return { extent: 'block', because: 'emptyBody' };
  if (isBelowComment(code, offset)) return { extent: 'block', because: 'afterComment' };
  if (isAmongDeclarations(tree, code, offset)) return { extent: 'block', because: 'member' };
  return isAboveDeeper(tree.text, offset)
    ? { extent: 'line', because: 'header' }
    : { extent: 'block', because: 'statement' };
}

/** Whether the next line that is not empty is deeper than the cursor. */
function isAboveDeeper(text: string, offset: number): boolean {
  let line = nextLineAt(text, offset);
  while (line < text.length && indentEndAt(text, line) === lineEndAt(text, line)) line = nextLineAt(text, line);
  return line < text.length && indentationAt(text, line) > indentationAt(text, offset);
}

function openerAt(code: Code, at: number): Opener | undefined {
  if (code.opaqueAt(at)) return undefined;
  const char = code.text[at] ?? '';
  const isIndented = code.facts.blocks === 'indentation';
  // `->` is Java's arrow; elsewhere it points to a member or a type.
  const isArrow = char === '>' && !isIndented && code.text[at - 1] === (code.language === 'java' ? '-' : '=');
  const opens = closerOf(char) !== undefined || isArrow || (isIndented && isHeaderColon(code, at));
  if (!opens) return undefined;
  const lineStart = char === ':' ? headerLineStart(code, at) : lineStartAt(code.text, at);
  return { at, char: isArrow ? '>' : char, indentation: indentationAt(code.text, lineStart) };
}

/** Whether nothing stands in the block yet: its end comes next, or the end of the text, or something of a line that is no deeper. */
function isEmptyBelow(code: Code, offset: number, opener: Opener): boolean {
  const next = code.next(offset);
  if (next === undefined || code.text[next] === closerOf(opener.char)) return true;
  const isLaterLine = lineStartAt(code.text, next) > offset;
  return isLaterLine && indentationAt(code.text, next) <= opener.indentation;
}

/** Whether the line above is a comment and nothing else. */
function isBelowComment(code: Code, offset: number): boolean {
  const { text } = code;
  const above = text.slice(0, lineStartAt(text, offset)).replace(/\r\n$|[\r\n]$/, '').length;
  const lineStart = lineStartAt(text, above);
  const first = text.slice(lineStart, above).search(/\S/);
  if (first === -1) return false;
  const opaque = code.opaqueAt(lineStart + first);
  return opaque?.kind === 'comment' && opaque.end >= text.slice(0, above).trimEnd().length;
}

function isAmongDeclarations(tree: SyntaxTree, code: Code, offset: number): boolean {
  const { facts } = tree.grammar;
  if (facts.blocks === 'indentation') return isInClassByIndentation(code, offset);
  for (let node: Node | null = tree.root.descendantForIndex(offset); node; node = node.parent) {
    if (facts.memberLists.includes(node.type)) return true;
    if (node.parent === null) return facts.topLevelDeclares && !node.isError && code.unclosed(offset).length === 0;
    if (node.isError || node.type.endsWith('block') || node.type.endsWith('statement')) return false;
  }
  return false;
}

/** Whether the nearest line above that is less deep than the cursor begins a class. */
function isInClassByIndentation(code: Code, offset: number): boolean {
  const { text, range } = code;
  const columns = indentationAt(text, offset);
  for (let end = lineStartAt(text, offset); end > range.start; ) {
    const start = lineStartAt(text, end - 1);
    const line = text.slice(start, end);
    const first = start + line.search(/\S/);
    if (line.trim() !== '' && !code.opaqueAt(first) && indentationAt(text, start) < columns) return isClassHeader(line);
    end = start;
  }
  return false;
}
