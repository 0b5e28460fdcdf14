/** A text in pieces that fit into prompts, cut where its syntax has borders. */
import { sentence } from '../../core/sentence.ts';
import { GrammarError, type Syntax } from '../../syntax/index.ts';
import { languageOf } from '../../syntax/language.ts';
import { Unparsed } from '../../syntax/limits.ts';
import { split } from '../../syntax/split.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { FeatureError } from '../errors.ts';
import { CallFailed } from '../workflows/call.ts';
import { shorterChars } from './budget.ts';
import type { Source } from './request.ts';

/** What `ask` answers of the syntax of `text`; without a grammar, and of what cannot be parsed, it is asked about the text alone. */
export async function readSyntax<T>(
  syntax: Pick<Syntax, 'read'>,
  text: string,
  languageId: string,
  ask: (source: SyntaxTree | string) => T,
): Promise<T> {
  const language = languageOf(languageId);
  if (language === undefined) return ask(text);
  const answer = await syntax
    .read<{ readonly value: T }>(text, language, (tree) => ({ value: ask(tree) }))
    .catch((error: unknown) => {
      if (error instanceof GrammarError) return undefined;
      throw error;
    });
  return answer === undefined || answer instanceof Unparsed ? ask(text) : answer.value;
}

export interface TextPiece {
  readonly text: string;
  /** Its first and its last line. */
  readonly lines: { readonly from: number; readonly to: number };
  /** Names of the declarations that this is only a part of, the outermost first. */
  readonly within: readonly string[];
}

/** Pieces of at most so many characters; together they are the text, whose first line has this number. */
export function piecesOf(source: SyntaxTree | string, maxChars: number, firstLine = 1): TextPiece[] {
  const whole = typeof source === 'string' ? source : source.text;
  let line = firstLine;
  return split(source, maxChars).map(({ start, end, within }) => {
    const text = whole.slice(start, end);
    const from = line;
    line += lineEnds(text);
    return { text, lines: { from, to: Math.max(from, text.endsWith('\n') ? line - 1 : line) }, within };
  });
}

export function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

const shortenTries = 2;

/** What `ask` answers of a piece, or of smaller ones in its place when the model finds it too long. @throws what `ask` throws */
export async function askShortening<T>(
  syntax: Pick<Syntax, 'read'>,
  languageId: string,
  piece: TextPiece,
  ask: (piece: TextPiece) => Promise<T>,
  tries = shortenTries,
): Promise<T[]> {
  try {
    return [await ask(piece)];
  } catch (error) {
    if (!(error instanceof CallFailed) || error.error.code !== 'promptTooLong' || tries === 0) throw error;
    const chars = shorterChars(piece.text.length, error.error);
    const read = (source: SyntaxTree | string): TextPiece[] => piecesOf(source, chars, piece.lines.from);
    const smaller = await readSyntax(syntax, piece.text, languageId, read);
    if (smaller.length < 2) throw error;
    const answers: T[] = [];
    for (const { text, lines, within } of smaller) {
      const inner = { text, lines, within: [...piece.within, ...within] };
      answers.push(...(await askShortening(syntax, languageId, inner, ask, tries - 1)));
    }
    return answers;
  }
}

/** Nobody can say anything of a part of a line. @throws FeatureError */
export function refuseLongLines({ text, firstLine }: Pick<Source, 'text' | 'firstLine'>, chars: number): void {
  if (text.length <= chars) return;
  let start = 0;
  for (let line = firstLine; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const length = (end === -1 ? text.length : end) - start;
    if (length > chars) {
      throw new FeatureError(
        'tooLarge',
        sentence(
          'Line {0} alone is longer than the {1} characters that the model can read at once. Select a part of it.',
          line,
          chars,
        ),
      );
    }
    if (end === -1) return;
    start = end + 1;
  }
}

/** So many groups of neighbours at most, of about the same size. */
export function grouped<T>(items: readonly T[], groupsMax: number): T[][] {
  const count = Math.max(1, Math.min(groupsMax, items.length));
  const groups = Array.from({ length: count }, (): T[] => []);
  for (const [index, item] of items.entries()) groups[Math.floor((index * count) / items.length)]?.push(item);
  return groups;
}
