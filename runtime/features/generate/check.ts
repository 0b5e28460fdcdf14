/** Whether a file still parses with what was generated in it, in one sentence for the person who gets it. */
import { sentence, type Words } from '../../core/sentence.ts';
import { syntaxErrors } from '../../syntax/errors.ts';
import type { Syntax } from '../../syntax/index.ts';
import { lineEnds, readSyntax } from '../text/pieces.ts';
import type { GeneratePlace } from './place.ts';

/**
 * Undefined where it parses, where no grammar is known, and where what was there before did not parse any better: an unfinished file is
 * what code is generated in.
 */
export async function problemOf(
  syntax: Pick<Syntax, 'read'>,
  { before, selected, after, languageId }: Pick<GeneratePlace, 'before' | 'selected' | 'after' | 'languageId'>,
  newText: string,
): Promise<Words | undefined> {
  const errorsOf = (text: string) =>
    readSyntax(syntax, text, languageId, (tree) => (typeof tree === 'string' ? [] : syntaxErrors(tree)));
  const errors = await errorsOf(before + newText + after);
  if (errors.length === 0) return undefined;
  const former = await errorsOf(before + selected + after);
  if (errors.length <= former.length) return undefined;
  const inside = errors.find(({ start, end }) => end >= before.length && start <= before.length + newText.length);
  const line = 1 + lineEnds((before + newText + after).slice(0, (inside ?? errors[0])?.start ?? 0));
  return sentence('With it the file does not parse at line {0}: look it over.', line);
}
