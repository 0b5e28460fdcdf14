/**
 * How much is asked for at a cursor, and what ends the answer: the rest of the line, or a block that ends when it closes.
 *
 * 1. The syntax of the document decides (syntax/extent.ts), and judges a block while it is written (syntax/closing.ts).
 * 2. Where there is none, as the language is not known or the document too large, the cursor's line decides, and an empty line ends a block.
 */
import { BlockJudge, type Verdict } from '../../syntax/closing.ts';
import { SyntaxDocuments } from '../../syntax/documents.ts';
import { extentAt } from '../../syntax/extent.ts';
import { GrammarError, type Syntax } from '../../syntax/index.ts';
import { type Language, languageOf } from '../../syntax/language.ts';
import { blockLeadAt } from '../../syntax/lead.ts';
import { type Clock, Unparsed } from '../../syntax/limits.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { indentStyle } from './filters/around.ts';

/** How much is asked for: the rest of this line, or a block of lines. */
export type ExtentName = 'line' | 'block';

/** Says of an answer, piece by piece, whether it is whole. Whoever has one deletes it. */
export interface AnswerJudge {
  push(piece: string): Verdict;
  /** When nothing more comes. */
  end(): Verdict;
  delete(): void;
}

export interface AnswerEnd {
  readonly extent: ExtentName;
  /** The engine ends the answer before these. */
  readonly stop: readonly string[];
  /** Of a block whose syntax is known. */
  readonly judge?: AnswerJudge;
  /**
   * What the answer begins with, whatever the model says: behind what opens a block, the line end and the indentation of its first line.
   * It is put behind the prompt, because models that stop there, or go on in the same line, go on well from it.
   */
  readonly lead?: string;
}

export interface ExtentPlace {
  readonly uri: string;
  readonly languageId: string;
  /** The whole document with `\n` line ends. */
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
}

const restOfLine: AnswerEnd = { extent: 'line', stop: ['\n'] };
const paragraph: AnswerEnd = { extent: 'block', stop: ['\n\n'] };

/** Of open documents the trees are kept, so that a keystroke parses what it changed. */
export class AnswerEnds {
  readonly #documents: SyntaxDocuments;

  constructor(syntax: Syntax, nowMs: Clock) {
    this.#documents = new SyntaxDocuments(syntax, nowMs);
  }

  /** Never rejects: a grammar that cannot be read is one that is not known. */
  async at({ uri, languageId, text, offset }: ExtentPlace): Promise<AnswerEnd> {
    const language = languageOf(languageId);
    if (language === undefined) return endByLine(text, offset);
    try {
      const end = await this.#documents.read({ uri, language, text }, (tree): AnswerEnd => {
        const extent = extentAt(tree, offset);
        if (extent.extent === 'line') return restOfLine;
        const lead = extent.because === 'opensBlock' ? leadAt(tree, offset) : undefined;
        const judge = new BlockJudge(tree, offset, extent);
        return { extent: 'block', stop: [], judge, ...(lead !== undefined && { lead }) };
      });
      return end instanceof Unparsed ? endByLine(text, offset) : end;
    } catch (error) {
      if (error instanceof GrammarError) return endByLine(text, offset);
      throw error;
    }
  }
}

/** Lines on each side of the cursor that show how the file is indented. */
const linesNear = 80;

/** The first line of a block is one step deeper than the line that opens it. */
function leadAt(tree: SyntaxTree, offset: number): string | undefined {
  const lead = blockLeadAt(tree, offset);
  if (lead === undefined) return undefined;
  const above = tree.text.slice(0, offset).split('\n').slice(-linesNear);
  const below = tree.text.slice(offset).split('\n', linesNear).slice(1);
  const style = indentStyle([...above, ...below]) ?? styleUsual[tree.language];
  return lead + (style.kind === 'tabs' ? '\t' : ' '.repeat(style.unit));
}

const twoSpaces = { kind: 'spaces', unit: 2 } as const;
const fourSpaces = { kind: 'spaces', unit: 4 } as const;
const styleUsual = {
  c: fourSpaces,
  cpp: fourSpaces,
  csharp: fourSpaces,
  go: { kind: 'tabs' },
  java: fourSpaces,
  javascript: twoSpaces,
  python: fourSpaces,
  rust: fourSpaces,
  tsx: twoSpaces,
  typescript: twoSpaces,
} as const satisfies Readonly<
  Record<Language, { readonly kind: 'tabs' } | { readonly kind: 'spaces'; readonly unit: number }>
>;

/** Without syntax. */
export function endByLine(text: string, offset: number): AnswerEnd {
  return extentByLine(text, offset) === 'block' ? paragraph : restOfLine;
}

/**
 * A block is asked for where one can begin: on a blank line, or after an opening bracket or colon at the end of a line. Everywhere
 * else more than the line is more likely wrong than useful.
 */
export function extentByLine(text: string, offset: number): ExtentName {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const lineEnd = text.indexOf('\n', offset);
  const after = text.slice(offset, lineEnd === -1 ? text.length : lineEnd);
  if (after.trim() !== '') return 'line';
  return before.trim() === '' || /(?:[{([:]|=>)\s*$/.test(before) ? 'block' : 'line';
}
