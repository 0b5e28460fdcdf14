/** Where one thing among others ends that no bracket closes: a declaration, a paragraph, a statement. */
import type { Code } from './code.ts';
import type { Extent } from './extent.ts';
import { isHeaderColon } from './header.ts';
import { indentationAt, indentEndAt, lineEndAt, nextLineAt } from './text.ts';

/** `item`: one declaration, or a paragraph. */
export type Unit = 'item' | 'statement';

export function unitOf({ because }: Extent): Unit | undefined {
  if (because === 'statement') return 'statement';
  return because === 'member' || because === 'afterComment' ? 'item' : undefined;
}

/**
 * Where the unit ends that begins with the range of `code`; absent while it has not.
 * @param indentation columns of the line in which it begins.
 */
export function unitCut(code: Code, unit: Unit, indentation: number): number | undefined {
  return unit === 'item' ? itemCut(code, indentation) : statementCut(code, indentation);
}

/** Where one statement ends: with its line, if nothing is open there, or with the block that it opens. */
function statementCut(code: Code, indentation: number): number | undefined {
  const { text, range } = code;
  for (let line = range.start; line < range.end; line = nextLineAt(text, line)) {
    const end = lineEndAt(text, line);
    if (end === range.end) return undefined;
    const last = code.previous(end);
    if (text.slice(range.start, end).trim() === '' || depthAt(code, end) > 0) continue;
    if ((code.opaqueAt(end)?.start ?? end) < end) continue;
    return last !== undefined && isHeaderColon(code, last) ? itemCut(code, indentation) : trimmedEnd(code, end);
  }
  return undefined;
}

/**
 * Where one declaration or paragraph ends: before the line that follows its body and is no deeper, or at an empty line, which where
 * indentation shows the blocks may stand in a body too.
 */
function itemCut(code: Code, indentation: number): number | undefined {
  const { text, range } = code;
  let hasBody = false;
  let hasText = text.slice(range.start, lineEndAt(text, range.start)).trim() !== '';
  for (let line = nextLineAt(text, range.start); line < range.end; line = nextLineAt(text, line)) {
    const first = indentEndAt(text, line);
    // A line that has not ended may still become anything.
    if (first >= range.end) return undefined;
    const isEmpty = first === lineEndAt(text, line);
    const opaque = code.opaqueAt(line);
    if ((opaque !== undefined && opaque.start < line) || depthAt(code, line) > 0) {
      hasBody = true;
      continue;
    }
    if (isEmpty) {
      if (hasText && (!hasBody || code.facts.blocks === 'braces')) return trimmedEnd(code, line);
      continue;
    }
    const isDeeper = indentationAt(text, line) > indentation;
    if (hasBody && !isDeeper) {
      const word = text.slice(first, lineEndAt(text, first));
      if (first + word.length === range.end && continuers.some((one) => one.startsWith(word))) return undefined;
      if (!goesOnWith(text, first)) return trimmedEnd(code, line);
    }
    hasText = true;
    hasBody ||= isDeeper;
  }
  return undefined;
}

const continuers = ['else', 'elif', 'catch', 'except', 'finally', 'while', 'where'];
const continuing = new RegExp(`^(?:[)\\]}{.?:]|(?:${continuers.join('|')})\\b)`);

/** Whether what begins at `first` continues the statement above it. */
function goesOnWith(text: string, first: number): boolean {
  return continuing.test(text.slice(first, first + 10));
}

/** How many brackets are open that were opened in the range. */
export function depthAt(code: Code, offset: number): number {
  return code.unclosed(offset).length;
}

/** The end of what stands before `offset`, without the blanks there. */
export function trimmedEnd(code: Code, offset: number): number {
  const { text, range } = code;
  let at = offset;
  while (at > range.start && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}
