/**
 * From what was gathered to what a completion is asked with: which pieces, and in which order. Pure.
 *
 * What stands first in a prompt is what costs least when something behind it changes, so the order is not that of worth:
 * 1. Stable pieces (imports, declarations, similar ones): those of before stay where they are, new ones follow.
 * 2. Volatile ones (recent edits), the oldest first.
 *
 * Worth decides who is there at all. What was there before is worth a little more, so that two pieces of like worth do not take turns.
 */
import type { ContextPiece, InfillContext } from '../../../core/task.ts';
import { asComments } from './comments.ts';

export type Source = 'import' | 'declaration' | 'similar' | 'edit';

/** Some lines of another file, or of a far place in the same one. */
export interface Snippet {
  readonly source: Source;
  readonly uri: string;
  readonly path: string;
  /** With `\n` line ends. */
  readonly text: string;
  /** From 0 to 1, to be compared with those of other sources. */
  readonly worth: number;
}

export interface WorthyPiece extends ContextPiece, Pick<Snippet, 'source' | 'uri' | 'worth'> {}

/** What completions in one document are asked with. The same object as long as nothing of it changes. */
export interface CompletionContext extends Omit<InfillContext, 'pieces'> {
  readonly pieces: readonly WorthyPiece[];
  /** By which rules the files were read: when another one counts, nothing that was gathered by this one may be said any more. */
  readonly permit: object;
}

export interface ContextBudget {
  /** Of all pieces as they are written, in characters. */
  readonly chars: number;
  /** Of these, for recent edits at most; what they leave is for the others. */
  readonly volatileShare: number;
}

/** About 900 tokens: as much again as the text around the cursor. */
export const budgetDefault: ContextBudget = { chars: 3_200, volatileShare: 0.35 };

/** A model sees its context whole: text around the cursor, answer and this. Characters of a token of code, on the safe side. */
const charsPerToken = 3;
const contextShareMax = 0.4;

export function budgetFor(contextTokens: number): ContextBudget {
  const chars = Math.min(budgetDefault.chars, Math.floor(contextShareMax * contextTokens * charsPerToken));
  return { ...budgetDefault, chars };
}

/** One that was there before is replaced only by one that is worth this much more. */
const stayFactor = 1.25;
/** A piece says little that is shorter. */
const pieceCharsMin = 12;
export const piecesMax = 16;

export interface Here extends Pick<CompletionContext, 'permit'> {
  readonly repository: string;
  readonly path: string;
  readonly languageId: string;
  /** What stands around the cursor, and is in the prompt already. */
  readonly around: string;
}

/** @param before what the document's completions were asked with until now. */
export function assembled(
  snippets: readonly Snippet[],
  { repository, path, languageId, around, permit }: Here,
  budget: ContextBudget,
  before?: CompletionContext,
): CompletionContext | undefined {
  const former = new Map((before?.pieces ?? []).map((piece, place) => [keyOf(piece), place]));
  const written = snippets.map((snippet) => ({
    ...snippet,
    // The worth of edits is their order.
    worth: snippet.worth * (snippet.source !== 'edit' && former.has(keyOf(snippet)) ? stayFactor : 1),
    comments: asComments(languageId, snippet.path, snippet.text),
  }));
  const isNews = isNewsBeside(around);
  const worthiest = written.sort((a, b) => b.worth - a.worth || compare(keyOf(a), keyOf(b))).filter(isNews);
  const chosen = chosenOf(worthiest, budget);
  const placeOf = (piece: WorthyPiece): number => former.get(keyOf(piece)) ?? former.size;
  // Sorting keeps the order of equals: of new ones the worthiest comes first, and of edits the oldest.
  const stable = chosen.filter(({ source }) => source !== 'edit').sort((a, b) => placeOf(a) - placeOf(b));
  const volatile = chosen.filter(({ source }) => source === 'edit').reverse();
  const pieces = [...stable, ...volatile];
  if (pieces.length === 0) return undefined;
  const isSame =
    before?.permit === permit &&
    before.repository === repository &&
    before.path === path &&
    before.pieces.length === pieces.length &&
    pieces.every((piece, place) => former.get(keyOf(piece)) === place);
  return isSame ? before : { repository, path, pieces, permit };
}

/** Whoever is worth most goes first, as long as it fits. */
function chosenOf(snippets: readonly WorthyPiece[], { chars, volatileShare }: ContextBudget): WorthyPiece[] {
  const chosen: WorthyPiece[] = [];
  let left = chars;
  let volatileLeft = Math.floor(volatileShare * chars);
  for (const piece of snippets) {
    const { length } = piece.comments;
    const isVolatile = piece.source === 'edit';
    if (length > left || (isVolatile && length > volatileLeft) || chosen.length >= piecesMax) continue;
    chosen.push(piece);
    left -= length;
    if (isVolatile) volatileLeft -= length;
  }
  return chosen;
}

/** Says something that is neither in `around` nor in a worthier one. */
function isNewsBeside(around: string): (snippet: Snippet) => boolean {
  const seen: string[] = [flat(around)];
  return ({ text }) => {
    const own = flat(text);
    if (own.length < pieceCharsMin || seen.some((other) => other.includes(own))) return false;
    seen.push(own);
    return true;
  };
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function keyOf({ source, uri, text }: Pick<Snippet, 'source' | 'uri' | 'text'>): string {
  return `${source}\0${uri}\0${text}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** As it goes to the engine. */
export function infillContext({ repository, path, pieces }: CompletionContext): InfillContext {
  return { repository, path, pieces: pieces.map(({ path: of, text, comments }) => ({ path: of, text, comments })) };
}
