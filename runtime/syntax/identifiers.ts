/** The names around a place: what a developer looks at who writes there. */
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
  const query = tree.grammar.facts.identifiers.map((type) => `(${type}) @name`).join('\n');
  const range = { start: Math.max(0, offset - reachChars), end: Math.min(tree.text.length, offset + reachChars) };
  const found = tree
    .find(query, range)
    .map(({ node }) => ({ start: node.startIndex, end: node.endIndex }))
    // What is missing has a place and no length.
    .filter(({ start, end }) => start < end && (end < offset || start > offset))
    .map(({ start, end }) => ({
      name: tree.text.slice(start, end),
      distance: end < offset ? offset - end : start - offset,
    }))
    .sort((a, b) => a.distance - b.distance);
  return [...new Set(found.map(({ name }) => name))].slice(0, countMax);
}
