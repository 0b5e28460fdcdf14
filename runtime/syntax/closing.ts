/**
 * Says while a completion is generated when the block that the cursor stands in has closed, and where to cut, so that nothing is
 * generated that would be thrown away.
 */
import { Code, closerOf } from './code.ts';
import type { Extent } from './extent.ts';
import { headerLineStart, isHeaderColon } from './header.ts';
import { Unparsed } from './limits.ts';
import { indentationAt, indentEndAt, lineEndAt, lineStartAt, nextLineAt } from './text.ts';
import type { SyntaxTree } from './tree.ts';
import { depthAt, trimmedEnd, type Unit, unitCut, unitOf } from './unit.ts';

export type Verdict =
  | { readonly kind: 'open' }
  /** `keep`: how many UTF-16 units of what was generated belong to the completion. */
  | { readonly kind: 'closed'; readonly keep: number };

const open: Verdict = { kind: 'open' };

/** How far before the cursor the open brackets are looked for, UTF-16 units; then four times as far, then no farther. */
const reachChars = 4_000;

/** How far behind the cursor the bracket is looked for that closes the block already. */
const suffixReachChars = 4_000;

/** What is known of the block before anything is generated. */
interface Block {
  /** Brackets that are open at the cursor, the innermost last. */
  readonly brackets: readonly Bracket[];
  /** A line that is no deeper than this ends the block; absent where brackets do. In columns. */
  readonly dedent: number | undefined;
  /** The bracket that closes the block stands behind the cursor: on its line, on a later one, or nowhere. */
  readonly closerBehind: 'sameLine' | 'laterLine' | 'none';
  /** What ends the completion besides: the end of one declaration or paragraph, or of one statement. */
  readonly unit: Unit | undefined;
  /** Columns of the cursor's line. */
  readonly indentation: number;
}

interface Bracket {
  readonly closer: string;
  readonly lineStart: number;
  readonly indentation: number;
  /** Whether what closes it may be followed by a semicolon or a comma. */
  readonly mayTrail: boolean;
}

/** One completion's judge. Deletes nothing of the document's tree, which is asked only here; its own is freed by `delete`. */
export class BlockJudge {
  readonly #block: Block;
  readonly #from: number;
  readonly #prefixLength: number;
  #tree: SyntaxTree | undefined;
  #generated = '';
  #verdict: Verdict = open;

  /** `tree` is the document's, with what stands behind the cursor. `extent` is what `extentAt` said of `offset`. */
  constructor(tree: SyntaxTree, offset: number, extent: Extent) {
    const code = codeBefore(tree, offset);
    this.#block = blockAt(tree, code, offset, extent);
    this.#from = code.range.start;
    this.#prefixLength = offset - this.#from;
    const own = tree.grammar.parse(tree.text.slice(this.#from, offset));
    this.#tree = own instanceof Unparsed ? undefined : own;
  }

  /** What was generated so far, with `piece` at its end. After `closed` the verdict stays. */
  push(piece: string): Verdict {
    if (this.#verdict.kind === 'closed') return this.#verdict;
    this.#generated += piece;
    this.#verdict = this.#judge(false);
    return this.#verdict;
  }

  /** The verdict when nothing more comes: what waited for the next token need not wait. */
  end(): Verdict {
    if (this.#verdict.kind === 'open') this.#verdict = this.#judge(true);
    return this.#verdict;
  }

  delete(): void {
    this.#tree?.delete();
    this.#tree = undefined;
  }

  #judge(isEnd: boolean): Verdict {
    if (!this.#tree) return open;
    const text = this.#tree.text.slice(0, this.#prefixLength) + this.#generated;
    const change = { start: this.#tree.text.length, oldEnd: this.#tree.text.length, newEnd: text.length };
    const tree =
      text.length === this.#tree.text.length ? this.#tree : this.#tree.grammar.reparse(this.#tree, change, text);
    this.#tree = tree instanceof Unparsed ? undefined : tree;
    if (tree instanceof Unparsed) return open;
    const code = new Code(tree, { start: this.#prefixLength, end: text.length });
    const cut = firstOf(
      bracketCut(code, this.#block, isEnd),
      this.#block.dedent === undefined ? undefined : dedentCut(code, this.#block.dedent),
      this.#block.unit && unitCut(code, this.#block.unit, this.#block.indentation),
    );
    return cut === undefined ? open : { kind: 'closed', keep: Math.max(0, cut - this.#prefixLength) };
  }
}

/** The verdict on a whole text, generated at `offset`. */
export function closesAt(tree: SyntaxTree, offset: number, extent: Extent, generated: string): Verdict {
  const judge = new BlockJudge(tree, offset, extent);
  try {
    judge.push(generated);
    return judge.end();
  } finally {
    judge.delete();
  }
}

function firstOf(...cuts: (number | undefined)[]): number | undefined {
  const known = cuts.filter((cut) => cut !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The code before the cursor, as far back as the innermost open bracket, if one is in reach. */
function codeBefore(tree: SyntaxTree, offset: number): Code {
  const near = codeFrom(tree, offset - reachChars, offset);
  return near.range.start === 0 || near.unclosed(offset).length > 0
    ? near
    : codeFrom(tree, offset - 4 * reachChars, offset);
}

/** Begins on a line that is not the inside of a comment or a string. */
function codeFrom(tree: SyntaxTree, from: number, offset: number): Code {
  const start = lineStartAt(tree.text, Math.max(0, from));
  const code = new Code(tree, { start, end: offset });
  const [first] = code.opaque;
  if (first === undefined || first.start >= start) return code;
  return new Code(tree, { start: lineStartAt(tree.text, first.start), end: offset });
}

function blockAt(tree: SyntaxTree, code: Code, offset: number, extent: Extent): Block {
  const { text } = tree;
  const brackets = code.unclosed(offset).map((at): Bracket => {
    const lineStart = lineStartAt(text, at);
    return {
      closer: closerOf(text[at] ?? '') ?? '',
      lineStart,
      indentation: indentationAt(text, at),
      mayTrail: text[at] !== '{' || mayTrail(text.slice(lineStart, at)),
    };
  });
  const isIndented = tree.grammar.facts.blocks === 'indentation' && brackets.length === 0;
  return {
    brackets,
    dedent: isIndented ? dedentOf(code, offset) : undefined,
    closerBehind: closerBehind(tree, offset, brackets.at(-1)),
    unit: unitOf(extent),
    indentation: indentationAt(text, offset),
  };
}

/** Whether the block is a value, or the body of a type whose declaration ends with a semicolon in some languages. */
function mayTrail(header: string): boolean {
  return /(^|[^=!<>])=($|[^=])|=>|->|[?:]\s*$|\b(return|class|struct|union|enum)\b/.test(header);
}

/** The columns at or below which a line ends the block that the cursor stands in. */
function dedentOf(code: Code, offset: number): number {
  const { text } = code;
  const previous = code.previous(offset);
  const header = previous !== undefined && isHeaderColon(code, previous) ? headerLineStart(code, previous) : undefined;
  const columns = indentationAt(text, offset);
  if (header === undefined) return columns - 1;
  const isSameLine = previous !== undefined && previous >= lineStartAt(text, offset);
  const headerColumns = indentationAt(text, header);
  return isSameLine || columns > headerColumns ? headerColumns : columns - 1;
}

/** A closing bracket behind the cursor is the block's own when it stands on the cursor's line, or is as deep as the line that opened it. */
function closerBehind(tree: SyntaxTree, offset: number, bracket: Bracket | undefined): Block['closerBehind'] {
  if (bracket === undefined) return 'none';
  const { text } = tree;
  const code = new Code(tree, { start: offset, end: Math.min(text.length, offset + suffixReachChars) });
  const at = code.firstUnmatched(offset);
  if (at === undefined || text[at] !== bracket.closer) return 'none';
  if (at < lineEndAt(text, offset)) return 'sameLine';
  const isFirst = indentEndAt(text, at) === at;
  return isFirst && indentationAt(text, at) !== bracket.indentation ? 'none' : 'laterLine';
}

/** Where the block is closed by a bracket. Absent too while it is not known whether something of the same line still belongs to it. */
function bracketCut(code: Code, { brackets, closerBehind }: Block, isEnd: boolean): number | undefined {
  const at = code.firstUnmatched(code.range.start);
  if (at === undefined) return undefined;
  // Behind other code, in a line that is still being written, it may prove to stand in a literal: a regular expression, say.
  const isFirst = code.text.slice(Math.max(code.range.start, lineStartAt(code.text, at)), at).trim() === '';
  if (!isFirst && !isEnd && lineEndAt(code.text, at) === code.range.end) return undefined;
  const bracket = brackets.at(-1);
  const isOwn = bracket !== undefined && code.text[at] === bracket.closer;
  if (!isOwn || closerBehind === 'laterLine') return trimmedEnd(code, at);
  if (closerBehind === 'sameLine') return at;
  return trailerEnd(code, at + 1, brackets, isEnd);
}

/** Behind the block's bracket: brackets that were opened on the same line, then a semicolon or a comma. */
function trailerEnd(code: Code, from: number, brackets: readonly Bracket[], isEnd: boolean): number | undefined {
  const lineStart = brackets.at(-1)?.lineStart;
  const outer = brackets.slice(0, -1).filter((bracket) => bracket.lineStart === lineStart);
  let at = from;
  for (let next = outer.pop(); next && code.text[at] === next.closer; next = outer.pop()) at += 1;
  const canTrail = at > from || outer.length > 0 || brackets.at(-1)?.mayTrail === true || brackets.length > 1;
  if (!canTrail) return at;
  if (at >= code.range.end && !isEnd) return undefined;
  return code.text[at] === ';' || code.text[at] === ',' ? at + 1 : at;
}

/** Where the first line ends before one that is no deeper than `dedent`. The cursor's own line ends nothing. */
function dedentCut(code: Code, dedent: number): number | undefined {
  const { text, range } = code;
  for (let line = nextLineAt(text, range.start); line < range.end; line = nextLineAt(text, line)) {
    const first = indentEndAt(text, line);
    if (first >= range.end) return undefined;
    const opaque = code.opaqueAt(line);
    const goesOn =
      (opaque !== undefined && opaque.start < line) || depthAt(code, line) > 0 || first === lineEndAt(text, line);
    if (!goesOn && indentationAt(text, line) <= dedent) return trimmedEnd(code, line);
  }
  return undefined;
}
