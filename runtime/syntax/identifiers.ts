/** The names around a place: what a developer looks at who writes there. */
import type { Range } from './text.ts';
import type { SyntaxTree } from './tree.ts';

export interface NearLimits {
  readonly countMax: number;
  /** UTF-16 units before and behind the place. */
  readonly reachChars: number;
}

const nearDefault: NearLimits = { countMax: 32, reachChars: 2_000 };

/** Each name once, the nearest first; the one that is being written at `offset` is not among them. */
export function identifiersNear(tree: SyntaxTree, offset: number, limits: NearLimits = nearDefault): string[] {
  const { countMax, reachChars } = limits;
  const range = { start: Math.max(0, offset - reachChars), end: Math.min(tree.text.length, offset + reachChars) };
  const found = identifiersIn(tree, range)
    .filter(({ start, end }) => end < offset || start > offset)
    .map(({ name, start, end }) => ({ name, distance: end < offset ? offset - end : start - offset }))
    .sort((a, b) => a.distance - b.distance);
  return [...new Set(found.map(({ name }) => name))].slice(0, countMax);
}

export interface Identifier extends Range {
  readonly name: string;
}

/** Every name in `range`, where it stands; default: in the whole text. */
export function identifiersIn(tree: SyntaxTree, range?: Range): Identifier[] {
  const query = tree.grammar.facts.identifiers.map((type) => `(${type}) @name`).join('\n');
  const found = tree.find(query, range).map(({ node }) => ({ start: node.startIndex, end: node.endIndex }));
  // What is missing has a place and no length.
  return found
    .filter(({ start, end }) => start < end)
    .map(({ start, end }) => ({ name: tree.text.slice(start, end), start, end }));
}
