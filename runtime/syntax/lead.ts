/** What the first line of a block begins with, where the cursor still stands behind what opens it. */
import { Code } from './code.ts';
import { headerLineStart, isHeaderColon } from './header.ts';
import { indentEndAt, lineEndAt, lineStartAt } from './text.ts';
import type { SyntaxTree } from './tree.ts';

/** Names may stand in such brackets on the same line. */
const opensList = /\b(?:import|export|const|let|var|type|use|using)\s*\{$/;
/** Behind these a bracket opens statements and no value. */
const opensStatements = /(?:\)|=>|->|\b(?:else|try|finally|do|unsafe|loop))\s*\{$/;

/**
 * The line end and the indentation of the line that `{` or Python's `:` opened, without the step that is added to it; undefined where
 * the block may as well go on in the same line.
 */
export function blockLeadAt(tree: SyntaxTree, offset: number): string | undefined {
  const { text } = tree;
  const lineStart = lineStartAt(text, offset);
  const code = new Code(tree, { start: Math.max(0, lineStartAt(text, Math.max(0, lineStart - 2_000))), end: offset });
  const previous = code.previous(offset);
  if (previous === undefined || previous < lineStart || code.opaqueAt(previous)) return undefined;
  const rest = text.slice(offset, lineEndAt(text, offset)).trim();
  const header = text.slice(lineStart, previous + 1);
  const isBrace = text[previous] === '{' && (rest === '' ? !opensList.test(header) : opensStatements.test(header));
  const isColon = code.facts.blocks === 'indentation' && rest === '' && isHeaderColon(code, previous);
  if (!isBrace && !isColon) return undefined;
  const start = isColon ? headerLineStart(code, previous) : lineStart;
  return `\n${text.slice(start, indentEndAt(text, start)).replace('\uFEFF', '')}`;
}
