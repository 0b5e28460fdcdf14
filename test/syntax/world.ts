/** The grammars as they are built, and texts with the cursor marked in them. */
import path from 'node:path';
import { Syntax } from '../../runtime/syntax/index.ts';
import type { Language } from '../../runtime/syntax/language.ts';
import { Unparsed } from '../../runtime/syntax/limits.ts';
import type { SyntaxTree } from '../../runtime/syntax/tree.ts';

export const grammarsFolder = path.resolve(import.meta.dirname, '../../dist/grammars');

/** A clock that stands still: no text is ever too slow. */
export const syntax = new Syntax(grammarsFolder, () => 0);

const mark = '‸';

/** `marked` holds one mark, where the cursor stands. */
export function cursorIn(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf(mark);
  if (offset === -1 || marked.includes(mark, offset + 1)) throw new Error(`One ${mark} should stand in: ${marked}`);
  return { text: marked.replace(mark, ''), offset };
}

/** What `ask` answers of the tree of `text`. */
export async function asked<T>(language: Language, text: string, ask: (tree: SyntaxTree) => T): Promise<T> {
  const answer = await syntax.read(text, language, ask);
  if (answer instanceof Unparsed) throw new Error(answer.sentence);
  return answer;
}

export async function askedAt<T>(
  language: Language,
  marked: string,
  ask: (tree: SyntaxTree, offset: number) => T,
): Promise<T> {
  const { text, offset } = cursorIn(marked);
  return await asked(language, text, (tree) => ask(tree, offset));
}
