/** Where the documentation of a declaration stands, or would stand. Pure. */
import type { Declaration } from '../../syntax/declarations.ts';
import { declarationsAround } from '../../syntax/declarations.ts';
import type { Range } from '../../syntax/text.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { isDocumentedInside } from './format.ts';

export interface DocPlace {
  readonly name: string | undefined;
  /** The declaration without what documents it. */
  readonly code: string;
  /** What is replaced; empty where nothing documents it yet. */
  readonly range: Range;
  /** Blanks before each line. */
  readonly indent: string;
  /** What stands around the comment in its place. */
  readonly before: string;
  readonly after: string;
}

/** Kinds that nobody documents by themselves. */
const undocumented: ReadonlySet<Declaration['kind']> = new Set(['import', 'statement']);

/** Of the innermost declaration around `offset` that can be documented. */
export function docPlaceAt(tree: SyntaxTree, offset: number): DocPlace | undefined {
  const around = declarationsAround(tree, offset).filter(({ kind }) => !undocumented.has(kind));
  const inside = isDocumentedInside(tree.language);
  const declaration = around.findLast(({ body }) => !inside || body !== undefined);
  if (declaration === undefined) return undefined;
  const { text } = tree;
  const { name, range, doc } = declaration;
  const code =
    inside && doc ? text.slice(range.start, doc.start) + text.slice(doc.end, range.end) : codeOf(text, declaration);
  const place = inside ? insidePlace(text, declaration) : beforePlace(text, declaration);
  return place && { name, code: code.trim(), ...place };
}

type Place = Pick<DocPlace, 'range' | 'indent' | 'before' | 'after'>;

function codeOf(text: string, { range, doc }: Declaration): string {
  return text.slice(Math.max(range.start, doc?.end ?? range.start), range.end);
}

/** In place of the comment that is there, or on lines of its own before the declaration. */
function beforePlace(text: string, { range, doc }: Declaration): Place {
  const indent = indentAt(text, range.start);
  if (doc !== undefined) return { range: doc, indent, before: '', after: '' };
  return { range: { start: range.start, end: range.start }, indent, before: '', after: `\n${indent}` };
}

function insidePlace(text: string, { body, doc, start }: Declaration): Place | undefined {
  if (body === undefined) return undefined;
  if (doc !== undefined) return { range: doc, indent: indentAt(text, doc.start), before: '', after: '' };
  const at = { start: body.start, end: body.start };
  const lineStart = text.lastIndexOf('\n', body.start - 1) + 1;
  const isAlone = text.slice(lineStart, body.start).trim() === '';
  if (isAlone) {
    const indent = indentAt(text, body.start);
    return { range: at, indent, before: '', after: `\n${indent}` };
  }
  // The body stands behind the head, in its line.
  const indent = `${indentAt(text, start)}    `;
  return { range: at, indent, before: `\n${indent}`, after: `\n${indent}` };
}

function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}

/** The text that takes the place of `range`; `lines` have their indentation. */
export function docEdit({ indent, before, after }: Place, lines: readonly string[]): string {
  // What stands before the first line is there already.
  return `${before}${lines.join('\n').slice(indent.length)}${after}`;
}
