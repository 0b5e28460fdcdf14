/**
 * What the context of completions needs to know of a text: the pieces that it falls into and the names in them, what it declares, and
 * what stands around a place. By its syntax where there is a grammar, else by its lines and words. Nothing of this happens at a keystroke.
 */
import { type Declaration, declarations } from '../../../syntax/declarations.ts';
import { identifiersIn, identifiersNear } from '../../../syntax/identifiers.ts';
import { type Import, importsOf } from '../../../syntax/imports.ts';
import { GrammarError, type Syntax } from '../../../syntax/index.ts';
import { type Language, languageOf } from '../../../syntax/language.ts';
import { type ParseLimits, Unparsed } from '../../../syntax/limits.ts';
import { split } from '../../../syntax/split.ts';
import type { SyntaxTree } from '../../../syntax/tree.ts';

/** With `\n` line ends. */
export interface Text {
  readonly text: string;
  /** As editors name it. */
  readonly languageId: string;
  readonly uri: string;
}

/** Some lines that belong together. */
export interface Piece {
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

export interface Outlined {
  readonly name: string;
  /** What whoever uses it must know: its signature, and those of its members. */
  readonly text: string;
}

export interface ReadDocument {
  readonly pieces: readonly Piece[];
  readonly outline: readonly Outlined[];
}

export interface ReadPlace {
  /** Each once, the nearest first. */
  readonly names: readonly string[];
  readonly imports: readonly Pick<Import, 'module' | 'names'>[];
  readonly language: Language | undefined;
}

export interface DocumentReader {
  read(text: Text): Promise<ReadDocument>;
  /** @param offset in UTF-16 units. */
  near(text: Text, offset: number): Promise<ReadPlace>;
}

export const pieceCharsMax = 700;
/** Of a longer text only the beginning is cut into pieces: what this takes, some 10 ms, nobody else has a turn. */
export const readCharsMax = 48 * 1024;
export const piecesMax = 200;
const outlineMax = 200;
const membersMax = 12;
const namesMax = 96;
const reachChars = 1_500;

const limits: ParseLimits = { charsMax: 512 * 1024, msMax: 300 };

export class SyntaxReader implements DocumentReader {
  readonly #syntax: Pick<Syntax, 'read'>;

  constructor(syntax: Pick<Syntax, 'read'>) {
    this.#syntax = syntax;
  }

  async read(source: Text): Promise<ReadDocument> {
    const text = source.text.slice(0, readCharsMax);
    const read = await this.#ask({ ...source, text }, documentOf);
    return read ?? { pieces: plainPieces(text), outline: [] };
  }

  async near(source: Text, offset: number): Promise<ReadPlace> {
    const language = languageFor(source);
    const read = await this.#ask(source, (tree) => ({
      names: identifiersNear(tree, offset, { countMax: namesMax, reachChars }),
      imports: importsOf(tree),
    }));
    return { ...(read ?? { names: wordsNear(source.text, offset), imports: [] }), language };
  }

  /** Undefined where there is no grammar, or no tree within the limits. */
  async #ask<T>(source: Text, ask: (tree: SyntaxTree) => T): Promise<T | undefined> {
    const language = languageFor(source);
    if (language === undefined) return undefined;
    try {
      const answer = await this.#syntax.read(source.text, language, ask, limits);
      return answer instanceof Unparsed ? undefined : answer;
    } catch (error) {
      // A grammar that is not there is no reason to complete nothing.
      if (error instanceof GrammarError) return undefined;
      throw error;
    }
  }
}

function languageFor({ languageId, uri }: Pick<Text, 'languageId' | 'uri'>): Language | undefined {
  return languageOf(languageId) ?? languageOf(uri);
}

function documentOf(tree: SyntaxTree): ReadDocument {
  const names = identifiersIn(tree);
  let next = 0;
  const pieces = split(tree, pieceCharsMax)
    .slice(0, piecesMax)
    .map(({ start, end }) => {
      // Both go through the text in its order.
      const first = next;
      while ((names[next]?.start ?? end) < end) next += 1;
      const own = names.slice(first, next).map(({ name }) => name);
      return { text: trimmed(tree.text.slice(start, end)), names: new Set(own) };
    });
  return { pieces, outline: declarations(tree).flatMap(outlined).slice(0, outlineMax) };
}

function outlined({ kind, name, signature, members }: Declaration): Outlined[] {
  if (name === undefined || kind === 'import' || kind === 'statement') return [];
  const inner = members.slice(0, membersMax).map((member) => `  ${member.signature}`);
  return [{ name, text: [signature, ...inner].join('\n') }];
}

function plainPieces(text: string): Piece[] {
  return split(text, pieceCharsMax)
    .slice(0, piecesMax)
    .map(({ start, end }) => {
      const piece = trimmed(text.slice(start, end));
      return { text: piece, names: new Set(wordsOf(piece).slice(0, namesMax)) };
    });
}

function wordsNear(text: string, offset: number): string[] {
  const before = wordsOf(text.slice(Math.max(0, offset - reachChars), offset)).reverse();
  return [...new Set([...before, ...wordsOf(text.slice(offset, offset + reachChars))])].slice(0, namesMax);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? [];
}

/** Without blank lines around it. */
function trimmed(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}
