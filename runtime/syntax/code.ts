/**
 * A part of a text with what in it is code and what is not: comments and strings are known from the tree, so that brackets in the
 * code can simply be counted.
 */
import type { Facts } from './facts.ts';
import type { Language } from './language.ts';
import { lineEndAt, type Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export type Kind = 'comment' | 'string';

export interface Opaque extends Range {
  readonly kind: Kind;
  /** Whether what is typed at its very beginning already belongs to it, as in a string after code inside of it. */
  readonly isOpenStart: boolean;
  /** Whether what is typed at its very end still belongs to it. */
  readonly isOpenEnded: boolean;
}

const closers: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** The bracket that closes `char`, when it is one that opens. */
export function closerOf(char: string): string | undefined {
  return closers.get(char);
}

export function isCloser(char: string | undefined): boolean {
  return char === ')' || char === ']' || char === '}';
}

export class Code {
  readonly text: string;
  readonly language: Language;
  readonly facts: Facts;
  readonly range: Range;
  /** In order, none within another. */
  readonly opaque: readonly Opaque[];

  constructor(tree: SyntaxTree, range: Range) {
    this.text = tree.text;
    this.language = tree.language;
    this.facts = tree.grammar.facts;
    this.range = range;
    const closed = opaqueIn(tree, range);
    this.opaque = withUnclosed(tree, range, closed);
  }

  /** The comment or string that the unit at `offset` belongs to. */
  opaqueAt(offset: number): Opaque | undefined {
    let low = 0;
    for (let high = this.opaque.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((this.opaque[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const found = this.opaque[low];
    return found && found.start <= offset ? found : undefined;
  }

  /** The first offset from `from` on with a unit of code or of a string: neither blank nor comment. Absent: none up to the end of the range. */
  next(from: number): number | undefined {
    for (let at = from; at < this.range.end; ) {
      const opaque = this.opaqueAt(at);
      if (opaque?.kind === 'string') return at;
      if (!opaque && !isBlank(this.text[at])) return at;
      at = opaque?.end ?? at + 1;
    }
    return undefined;
  }

  /** The last such offset before `before`. */
  previous(before: number): number | undefined {
    for (let at = before - 1; at >= this.range.start; ) {
      const opaque = this.opaqueAt(at);
      if (opaque?.kind === 'string') return at;
      if (!opaque && !isBlank(this.text[at])) return at;
      at = (opaque?.start ?? at) - 1;
    }
    return undefined;
  }

  /** Brackets in code; those in comments and strings are none. */
  *brackets(from: number, end: number): Generator<{ at: number; char: string }> {
    const bracket = /[()[\]{}]/g;
    bracket.lastIndex = from;
    for (let match = bracket.exec(this.text); match && match.index < end; match = bracket.exec(this.text)) {
      const opaque = this.opaqueAt(match.index);
      if (opaque) bracket.lastIndex = opaque.end;
      else yield { at: match.index, char: match[0] };
    }
  }

  /** Where brackets stand that are opened before `offset` in this range and not closed, the outermost first. */
  unclosed(offset: number): number[] {
    const open: number[] = [];
    for (const { at, char } of this.brackets(this.range.start, offset)) {
      if (closerOf(char)) open.push(at);
      else if (isCloser(char) && closerOf(this.text[open.at(-1) ?? -1] ?? '') === char) open.pop();
    }
    return open;
  }

  /** Where the first bracket stands from `from` on that closes what was opened before. */
  firstUnmatched(from: number): number | undefined {
    let depth = 0;
    for (const { at, char } of this.brackets(from, this.range.end)) {
      if (closerOf(char)) depth += 1;
      else if (isCloser(char) && depth-- === 0) return at;
    }
    return undefined;
  }
}

function isBlank(char: string | undefined): boolean {
  return char === undefined || /\s|\uFEFF|\0/.test(char);
}

/** Comments and strings that the tree knows, without the code inside of strings. */
function opaqueIn(tree: SyntaxTree, range: Range): Opaque[] {
  const { comments, strings, interpolations } = tree.grammar.facts;
  const alternatives = (types: readonly string[], name: string): string[] => types.map((type) => `(${type}) @${name}`);
  const source = [
    ...alternatives(comments, 'comment'),
    ...alternatives(strings, 'string'),
    ...alternatives(interpolations, 'code'),
  ].join('\n');
  const found: Opaque[] = [];
  const around: { kind: Kind | 'code'; start: number; end: number; isOpenEnded: boolean }[] = [];
  let at = 0;
  const advance = (to: number): void => {
    const inner = around.at(-1);
    if (inner && inner.kind !== 'code' && to > at) {
      const { kind, start, end } = inner;
      found.push({
        start: at,
        end: to,
        kind,
        isOpenStart: at > start,
        isOpenEnded: to < end || inner.isOpenEnded,
      });
    }
    at = Math.max(at, to);
  };
  const leaveUntil = (offset: number): void => {
    for (let inner = around.at(-1); inner && inner.end <= offset; inner = around.at(-1)) {
      advance(inner.end);
      around.pop();
    }
  };
  for (const { name, node } of tree.find(source, range)) {
    const kind = name === 'comment' || name === 'string' ? name : 'code';
    const start = node.startIndex;
    leaveUntil(start);
    advance(start);
    const isLineComment = kind === 'comment' && !tree.text.startsWith('/*', start);
    // Some grammars take the line end to a comment, and the carriage return before it.
    const end = isLineComment ? Math.min(node.endIndex, lineEndAt(tree.text, start)) : node.endIndex;
    around.push({ kind, start, end, isOpenEnded: isLineComment || node.lastChild?.isMissing === true });
  }
  leaveUntil(Number.POSITIVE_INFINITY);
  return found;
}

/**
 * A quote that the tree left among the code begins a string that is still being written: it reaches to the end of its line, or to
 * the end of the range when its kind goes on over lines.
 */
function withUnclosed(tree: SyntaxTree, range: Range, closed: readonly Opaque[]): readonly Opaque[] {
  const { quotes } = tree.grammar.facts;
  const { text } = tree;
  const all: Opaque[] = [];
  let at = range.start;
  const scanCode = (end: number): void => {
    while (at < end) {
      const isLong = quotes.lines.some((quote) => text.startsWith(quote, at));
      const isShort = !isLong && quotes.line.some((quote) => text.startsWith(quote, at));
      const isComment = text.startsWith('/*', at) && tree.grammar.facts.lineComment === '//';
      if (isLong || isShort || isComment) {
        const to = isShort ? Math.min(lineEndAt(text, at), range.end) : range.end;
        all.push({ start: at, end: to, kind: isComment ? 'comment' : 'string', isOpenStart: false, isOpenEnded: true });
        at = to;
      } else if (text[at] === "'" && !quotes.line.includes("'")) {
        // The beginning of a character, or of a lifetime: no bracket behind it counts.
        all.push({
          start: at,
          end: Math.min(at + 2, range.end),
          kind: 'string',
          isOpenStart: false,
          isOpenEnded: false,
        });
        at += 2;
      } else at += 1;
    }
  };
  for (const opaque of closed) {
    if (opaque.end <= at) continue;
    scanCode(Math.min(opaque.start, range.end));
    // What an unclosed string swallowed is no longer anything of its own.
    if (opaque.start < at && at > range.start) continue;
    all.push(opaque);
    at = opaque.end;
  }
  scanCode(range.end);
  return all;
}
