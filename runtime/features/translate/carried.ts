/** What the prompt of a part says of the other parts: signatures as they were translated, and as they stand in the source. Bounded. Pure. */
import { declarations } from '../../syntax/declarations.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import type { SharedName, SourcePart } from './parts.ts';

/** Of each list in a prompt. */
const listCharsMax = 1_200;

/** All lists together, at most. */
export const carriedCharsMax = 3 * listCharsMax;

/** Whole lines, as many as there is room for. */
export function bounded(lines: Iterable<string>): string {
  let text = '';
  for (const line of lines) {
    if (text.length + line.length >= listCharsMax) continue;
    text += `${text === '' ? '' : '\n'}${line}`;
  }
  return text;
}

/** What an answer declares, for those that come after it; nothing without a grammar. */
export function signaturesOf(source: SyntaxTree | string): string[] {
  if (typeof source === 'string') return [];
  return declarations(source).flatMap(({ kind, signature, members }) => {
    if (kind === 'import' || kind === 'statement') return [];
    return [signature, ...members.filter(({ kind }) => kind !== 'variable').map((member) => `  ${member.signature}`)];
  });
}

/** Names that a part uses and that no part before it has translated. */
export function elsewhere({ uses, after }: SourcePart): string {
  const isOpen = ({ part }: SharedName): boolean => !after.includes(part);
  return bounded(uses.filter(isOpen).map(({ signature }) => signature));
}
