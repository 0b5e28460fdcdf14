/** What of a translation does not parse, in words for a model and for a person. */
import { sentence, type Words } from '../../core/sentence.ts';
import type { TargetLanguage } from '../../protocol.ts';
import { targetLanguages } from '../../protocol.ts';
import { declarations } from '../../syntax/declarations.ts';
import { type SyntaxProblem, syntaxErrors } from '../../syntax/errors.ts';
import type { Syntax } from '../../syntax/index.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { lineEnds, readSyntax } from '../text/pieces.ts';

export interface PlacedProblem extends Pick<SyntaxProblem, 'kind' | 'what'> {
  /** From 1. */
  readonly line: number;
}

/** Nothing where no grammar of the language is known. */
export async function problemsOf(
  syntax: Pick<Syntax, 'read'>,
  text: string,
  target: TargetLanguage,
): Promise<PlacedProblem[]> {
  return readSyntax(syntax, text, target, (tree) => {
    if (typeof tree === 'string') return [];
    return syntaxErrors(tree).map(({ kind, what, start }) => ({
      kind,
      what,
      line: 1 + lineEnds(text.slice(0, start)),
    }));
  });
}

/**
 * Whether what does not parse in a translation of this is a mistake: a file is, and so are whole declarations. A few statements are no file
 * in most languages, however right they are.
 */
export function isWholeCode(source: SyntaxTree | string, isFile: boolean): boolean {
  if (isFile || typeof source === 'string') return isFile;
  return syntaxErrors(source).length === 0 && declarations(source).every(({ kind }) => kind !== 'statement');
}

const shownMax = 8;

/** For the prompt of a repair, a line each. */
export function problemLines(problems: readonly PlacedProblem[]): string {
  return problems
    .slice(0, shownMax)
    .map(({ line, ...problem }) => `line ${line}: ${wordsOf(problem)}`)
    .join('\n');
}

/** For the person who gets the translation; undefined when it parses. */
export function problemSentence(problems: readonly PlacedProblem[], target: TargetLanguage): Words | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const others = problems.length - 1;
  const facts = [targetLanguages[target], first.line, wordsOf(first)] as const;
  if (others === 0) return sentence('The translation does not parse as {0} at line {1} ({2}): look it over.', ...facts);
  return others === 1
    ? sentence('The translation does not parse as {0} at line {1} ({2}), and 1 more place: look it over.', ...facts)
    : sentence(
        'The translation does not parse as {0} at line {1} ({2}), and {3} more places: look it over.',
        ...facts,
        others,
      );
}

/** More would hide the text that they are about. */
const marksMax = 50;

/** For an editor that shows the translation. */
export function marksOf(
  problems: readonly PlacedProblem[],
  target: TargetLanguage,
): { line: number; message: Words }[] {
  return problems.slice(0, marksMax).map(({ line, ...problem }) => ({
    line: line - 1,
    message: sentence('This does not parse as {0}: {1}.', targetLanguages[target], wordsOf(problem)),
  }));
}

function wordsOf({ kind, what }: Pick<PlacedProblem, 'kind' | 'what'>): Words {
  return kind === 'missing' ? sentence('{0} is missing', what) : sentence("'{0}' was not expected", what);
}
