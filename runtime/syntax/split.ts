/**
 * A text in pieces that a model can read one at a time, cut where its syntax has borders. The pieces put together are the text,
 * unit for unit.
 */
import type { Node } from 'web-tree-sitter';
import { hasEmptyLine, nameOf, unwrapped } from './declarations.ts';
import { declaringOf } from './declaring.ts';
import { isFirstOnLine, isInsidePair, isLineEnd, lineEndAt, lineStartIfFirst, nextLineAt, type Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface Piece extends Range {
  /** Names of the declarations that this is only a part of, the outermost first. */
  readonly within: readonly string[];
}

/** Nodes deeper than this inside of one that is too large are cut between tokens. */
const depthMax = 100;

/** An export of a variable that is set to a function with a body is four. */
const headDepthMax = 8;

/**
 * `maxChars` in UTF-16 units, at least 1.
 *
 * 1. Whole declarations and statements at the top, as many as fit.
 * 2. What alone is too large is cut between its members, its statements, and so on inwards; at the start of a line where there is one.
 * 3. A single token is never cut: one that is longer than `maxChars` is a piece of its own.
 *
 * A text without a tree is cut at empty lines, else at line ends, else at blanks; a line without any is cut anywhere.
 */
export function split(source: SyntaxTree | string, maxChars: number): Piece[] {
  const limit = Math.max(1, Math.floor(maxChars));
  if (typeof source === 'string') return splitPlain(source, limit);
  const { text, root } = source;
  const pieces: Piece[] = [];
  const splitter = new Splitter(source, limit, pieces);
  if (text.length > 0) splitter.split({ start: 0, end: text.length }, [root], [], 0);
  return pieces;
}

class Splitter {
  readonly #tree: SyntaxTree;
  readonly #text: string;
  readonly #limit: number;
  readonly #pieces: Piece[];

  constructor(tree: SyntaxTree, limit: number, pieces: Piece[]) {
    this.#tree = tree;
    this.#text = tree.text;
    this.#limit = limit;
    this.#pieces = pieces;
  }

  /** Cuts `region`, in which `nodes` stand and nothing else but blanks. */
  split(region: Range, nodes: readonly Node[], within: readonly string[], depth: number): void {
    if (region.end - region.start <= this.#limit) return this.#emit(region, within);
    const isLarge = (node: Node): boolean => nodes.length === 1 || node.endIndex - node.startIndex > this.#limit;
    const large = nodes.find(isLarge);
    if (!large) return this.#pack(region, alone(nodes), within, depth);
    const parts = depth < depthMax ? this.#partsOf(large) : leavesOf(large);
    if (parts.length === 0 && nodes.length === 1) return this.#emitLeaf(region, large, within);
    const inner = nodes.flatMap((node) => (node.id === large.id && parts.length > 0 ? parts : [node]));
    const groups = parts.length > 0 ? this.#grouped(inner) : alone(inner);
    return this.#pack(region, groups, this.#inside(large, within), depth);
  }

  /** As many of `groups` as fit to a piece; of a group that does not fit alone, its parts. */
  #pack(region: Range, groups: readonly (readonly Node[])[], within: readonly string[], depth: number): void {
    const borders = this.#borders(region, groups);
    for (let at = region.start, group = 0; at < region.end; ) {
      const next = this.#cut(borders, group, at, region.end);
      if (next !== undefined) {
        this.#emit({ start: at, end: next.end }, within);
        at = next.end;
        group = next.group;
        continue;
      }
      // Not even one group fits.
      const end = borders[group + 1] ?? region.end;
      this.split({ start: at, end }, groups[group] ?? [], within, depth + 1);
      at = end;
      group += 1;
    }
  }

  /** Where the piece ends that begins at `at` with `group`: as far as the limit allows, but rather at a line's start. */
  #cut(borders: readonly number[], group: number, at: number, end: number): { end: number; group: number } | undefined {
    if (end - at <= this.#limit) return { end, group: borders.length };
    let best: { end: number; group: number } | undefined;
    let atLine: { end: number; group: number } | undefined;
    for (let next = group + 1; next < borders.length; next++) {
      const border = borders[next] ?? end;
      if (border - at > this.#limit) break;
      // A piece of nothing but closing brackets would tell nobody anything.
      if (best && next === borders.length - 1 && isClosing(this.#text.slice(border, end))) break;
      best = { end: border, group: next };
      if (isLineEnd(this.#text[border - 1])) atLine = best;
    }
    return atLine && 2 * (atLine.end - at) >= this.#limit ? atLine : best;
  }

  /** Where each group begins, the region's start for the first: at the start of its line, where nothing else stands before it. */
  #borders(region: Range, groups: readonly (readonly Node[])[]): number[] {
    const borders = [region.start];
    let end = groups[0]?.at(-1)?.endIndex ?? region.start;
    for (const nodes of groups.slice(1)) {
      const start = Math.min(Math.max(nodes[0]?.startIndex ?? end, end), region.end);
      const lineStart = lineStartIfFirst(this.#text, start);
      const border = lineStart >= end ? lineStart : start;
      const last = borders.at(-1) ?? region.start;
      borders.push(isInsideCharacter(this.#text, border) ? last : Math.max(last, border));
      end = Math.max(end, nodes.at(-1)?.endIndex ?? end);
    }
    return borders;
  }

  /**
   * What `node` is made of. What goes on in the line of its head, or is its body, is no part but its parts are, so that the head
   * stands with the first of them.
   */
  #partsOf(node: Node, depth = 0): Node[] {
    const bodyId = node.childForFieldName('body')?.id;
    const isWrapper = declaringOf[this.#tree.language].wrappers.includes(node.type);
    return node.children.flatMap((child) => {
      const { startIndex, endIndex } = child;
      const isLarge = endIndex - startIndex > this.#limit;
      const isInHead = startIndex > node.startIndex && !isFirstOnLine(this.#text, startIndex);
      const isBody = child.id === bodyId || this.#text[startIndex] === '{';
      const isOpened = isBody || isWrapper || (isInHead && isLarge);
      return isOpened && child.childCount > 0 && depth < headDepthMax ? this.#partsOf(child, depth + 1) : [child];
    });
  }

  /** Comments and attributes go with what they stand right above, or behind on the same line. */
  #grouped(nodes: readonly Node[]): Node[][] {
    const { comments } = this.#tree.grammar.facts;
    const { attributes } = declaringOf[this.#tree.language];
    const groups: Node[][] = [];
    let isLeading = false;
    let before: Node | undefined;
    for (const node of nodes) {
      const between = before ? this.#text.slice(before.endIndex, node.startIndex) : '';
      const isTouching = before !== undefined && !hasEmptyLine(between, this.#text[before.endIndex - 1]);
      const isComment = comments.includes(node.type);
      const isBehind = before !== undefined && !/[\r\n]/.test(between) && !isLineEnd(this.#text[before.endIndex - 1]);
      const isTrailing = isBehind && (isComment || (!node.isNamed && isClosing(node.type)));
      if ((isLeading && isTouching) || isTrailing) groups.at(-1)?.push(node);
      else groups.push([node]);
      isLeading = (isComment && !isTrailing) || attributes.includes(node.type);
      before = node;
    }
    return groups;
  }

  #inside(node: Node, within: readonly string[]): readonly string[] {
    const declaring = declaringOf[this.#tree.language];
    const inner = unwrapped(node, declaring);
    const name = declaring.kinds[inner.type] === undefined ? undefined : nameOf(inner)?.text;
    // What wraps a declaration has told its name already.
    return name === undefined || within.at(-1) === name ? within : [...within, name];
  }

  /** A token stays whole, the blanks around it need not, and what the parser could not read is no token. */
  #emitLeaf(region: Range, leaf: Node, within: readonly string[]): void {
    const isToken = !leaf.isError && leaf.parent !== null;
    let start = Math.max(region.start, isToken ? leaf.startIndex : region.end);
    if (start > region.start && start < region.end && isInsideCharacter(this.#text, start)) start -= 1;
    let end = Math.max(start, Math.min(region.end, leaf.endIndex));
    if (end < region.end && isInsideCharacter(this.#text, end)) end += 1;
    this.#emitPlain({ start: region.start, end: start }, within);
    this.#emit({ start, end }, within);
    this.#emitPlain({ start: end, end: region.end }, within);
  }

  #emitPlain(region: Range, within: readonly string[]): void {
    for (const { start, end } of splitPlain(this.#text.slice(region.start, region.end), this.#limit)) {
      this.#emit({ start: region.start + start, end: region.start + end }, within);
    }
  }

  #emit({ start, end }: Range, within: readonly string[]): void {
    if (end > start) this.#pieces.push({ start, end, within });
  }
}

function alone(nodes: readonly Node[]): Node[][] {
  return nodes.map((node) => [node]);
}

/** The tokens of `node`, found without recursion: expressions may be nested thousands deep. */
function leavesOf(node: Node): Node[] {
  const leaves: Node[] = [];
  const cursor = node.walk();
  for (let isDown = true; ; ) {
    if (isDown && cursor.gotoFirstChild()) continue;
    if (isDown && cursor.currentDepth > 0) leaves.push(cursor.currentNode);
    if (cursor.gotoNextSibling()) isDown = true;
    else if (cursor.gotoParent()) isDown = false;
    else break;
  }
  cursor.delete();
  return leaves;
}

/** Between the halves of a character or of a line end nothing is cut. */
function isInsideCharacter(text: string, offset: number): boolean {
  return isInsidePair(text, offset) || (text[offset - 1] === '\r' && text[offset] === '\n');
}

function isClosing(text: string): boolean {
  return /^[\s)\]};,]*$/.test(text);
}

/** Like `split`, of a text whose syntax is not known. */
function splitPlain(text: string, limit: number): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.length - start <= limit ? text.length : plainCut(text, start, limit);
    pieces.push({ start, end, within: [] });
    start = end;
  }
  return pieces;
}

function plainCut(text: string, start: number, limit: number): number {
  let afterLine: number | undefined;
  let afterEmptyLine: number | undefined;
  for (let line = nextLineAt(text, start); line - start <= limit && line > start; ) {
    afterLine = line;
    const next = nextLineAt(text, line);
    if (next - start <= limit && text.slice(line, lineEndAt(text, line)).trim() === '') afterEmptyLine = next;
    if (next === line) break;
    line = next;
  }
  if (afterEmptyLine !== undefined && 2 * (afterEmptyLine - start) >= limit) return afterEmptyLine;
  if (afterLine !== undefined) return afterLine;
  for (let at = start + limit; at > start; at--) if (/[ \t]/.test(text[at - 1] ?? '')) return at;
  const end = start + limit;
  if (!isInsideCharacter(text, end)) return end;
  return end - 1 > start ? end - 1 : end + 1;
}
