/** A file in parts that are translated apart, and what each part takes from the others. Pure. */
import type { Declaration } from '../../syntax/declarations.ts';
import { declarations } from '../../syntax/declarations.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { piecesOf, type TextPiece } from '../text/pieces.ts';

export interface SourcePart extends TextPiece {
  /** Empty lines between the part before and this one. */
  readonly emptyLinesBefore: number;
  /** Places of earlier parts that declare what this one uses, or begin what it goes on with. */
  readonly after: readonly number[];
  /** It is not whole: a declaration begins or ends in another part. */
  readonly isCut: boolean;
  /** What the file declares elsewhere and this part uses, by its place there. */
  readonly uses: readonly SharedName[];
}

/** A name that parts may share. */
export interface SharedName {
  readonly name: string;
  readonly signature: string;
  /** Which part declares it. */
  readonly part: number;
}

export interface SourceFile {
  readonly parts: readonly SourcePart[];
  /** As they are written, one in a line. */
  readonly imports: string;
}

/** In a longer text nobody looks for names, as everybody else would wait for that: a second for every 30,000 declarations. */
const namesCharsMax = 256 * 1024;

/** Two empty lines are the most that any style asks for. */
const emptyLinesMax = 2;

/** @param firstLine the number of the first line of the text. */
export function sourceFile(source: SyntaxTree | string, maxChars: number, firstLine: number): SourceFile {
  const pieces = trimmed(piecesOf(source, maxChars, firstLine));
  if (typeof source === 'string') {
    // Nothing is known of what they share: each goes on where the one before ended.
    const parts = pieces.map((piece, index) => ({ ...piece, after: index > 0 ? [index - 1] : [], uses: [] }));
    return { parts, imports: '' };
  }
  const declared = source.text.length <= namesCharsMax ? declarations(source) : [];
  const names = sharedNames(declared, pieces);
  const parts = pieces.map((piece, index) => linked(piece, index, pieces, names));
  const imports = declared
    .filter(({ kind }) => kind === 'import')
    .map(({ start, range }) => source.text.slice(start, range.end).trim());
  return { parts, imports: imports.join('\n') };
}

interface PlacedPiece extends TextPiece {
  readonly start: number;
  readonly end: number;
  readonly emptyLinesBefore: number;
  readonly isCut: boolean;
}

/** Without the empty lines around them, and without those that are nothing else. */
function trimmed(pieces: readonly TextPiece[]): PlacedPiece[] {
  const placed: PlacedPiece[] = [];
  let offset = 0;
  let lineEndsBefore = 1;
  for (const { text, lines, within } of pieces) {
    const [leading = ''] = /^(?:[ \t]*\n)*/.exec(text) ?? [];
    const inner = text.slice(leading.length).trimEnd();
    const trailing = text.slice(leading.length + inner.length);
    const count = (blank: string): number => blank.split('\n').length - 1;
    lineEndsBefore += count(leading);
    if (inner !== '') {
      const from = lines.from + count(leading);
      placed.push({
        text: inner,
        lines: { from, to: from + count(inner) },
        within,
        start: offset,
        end: offset + text.length,
        emptyLinesBefore: Math.max(0, Math.min(emptyLinesMax, lineEndsBefore - 1)),
        isCut: within.length > 0,
      });
      lineEndsBefore = 0;
    }
    lineEndsBefore += count(trailing);
    offset += text.length;
  }
  return placed;
}

function sharedNames(declared: readonly Declaration[], pieces: readonly PlacedPiece[]): SharedName[] {
  const inner = declared.flatMap(({ members }) => members.filter(({ kind }) => kind !== 'variable'));
  return [...declared, ...inner].flatMap(({ name, kind, signature, start }) => {
    const part = pieces.findIndex((piece) => piece.start <= start && start < piece.end);
    return name === undefined || kind === 'statement' || part === -1 ? [] : [{ name, signature, part }];
  });
}

const word = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/gu;

function linked(
  { text, lines, within, emptyLinesBefore, isCut }: PlacedPiece,
  index: number,
  pieces: readonly PlacedPiece[],
  names: readonly SharedName[],
): SourcePart {
  const words = new Set(text.match(word));
  const own = new Set(names.filter(({ part }) => part === index).map(({ name }) => name));
  const uses = names.filter(({ name, part }) => part !== index && words.has(name) && !own.has(name));
  const after = new Set(uses.filter(({ part }) => part < index).map(({ part }) => part));
  const [outer] = within;
  if (outer !== undefined && pieces[index - 1]?.within[0] === outer) after.add(index - 1);
  return { text, lines, within, emptyLinesBefore, isCut, after: [...after].sort((a, b) => a - b), uses };
}
