/**
 * Prompts that typing only appends to. Pure.
 *
 * An anchor is a prompt as it was evaluated once: whole lines before the cursor, and the text behind it. What was typed since, with a few
 * lines before it, is put behind both (core/task.ts, `typed`). So while somebody types, or deletes what was typed, or a line more, nothing
 * of the anchor changes, and what the engine holds of it stays good.
 *
 * An anchor holds for a text when
 * 1. its prefix is there, where it was or elsewhere (text above it may have grown), and the cursor is behind it;
 * 2. its suffix follows the cursor, with nothing between them but what closes brackets: the model writes that by itself;
 * 3. what was typed since is no longer than a model has it in view well ({@link typedCharsMax}).
 */
import type { InfillContext, InfillPrompt } from '../../core/task.ts';
import { ownText } from './own-text.ts';
import { type InfillWindow, rightEdge, snapToCharacter } from './prompt.ts';

export interface Anchor {
  /** Where the prefix began in the document, in UTF-16 units. */
  readonly edge: number;
  /** Ends with a line end, or is empty, or the line is very long. */
  readonly prefix: string;
  readonly suffix: string;
  /** The suffix was the rest of the document. */
  readonly endsDocument: boolean;
  /** Characters that the wanted window has more. */
  readonly droppedChars: number;
  /** So many characters of whole lines stood between prefix and cursor already when it was made. */
  readonly leadChars: number;
  /** Its suffix ends sooner than is wanted, because the cursor had just come there: a pause brings the rest. */
  readonly isShort?: boolean;
  /** What of other files stood before all of it. It stays as it was: whatever is typed changes nothing of it. */
  readonly context?: InfillContext;
}

/** Half of the wanted prefix: the lines that the suffix follows on are no longer near the cursor then. */
export const typedCharsMax = 1_200;
export const typedLinesMax = 40;
/** Typed so much since, besides the cursor's line, and a pause is used to evaluate the prompt anew. */
const typedCharsStale = 240;
/** Lines before the cursor's that count as typed from the beginning, as far as all together are not longer than this. */
const leadLines = 6;
const leadCharsMax = 400;

/** Brackets and quotes that were closed, each perhaps on a line of its own. */
const closed = /^[\s)\]}>"'`;]*$/;
const closedCharsMax = 40;

export interface AnchoredPrompt {
  readonly anchor: Anchor;
  readonly prompt: InfillPrompt;
  /** A new anchor at the cursor is worth a pause. */
  readonly isStale: boolean;
}

/** What was cut around the cursor, made an anchor: the line of the cursor counts as typed. */
export function anchored(
  { text, offset }: { readonly text: string; readonly offset: number },
  window: InfillWindow,
  droppedChars: number,
  context?: InfillContext,
): AnchoredPrompt {
  const cursor = snapToCharacter(text, offset);
  const edge = cursor - window.prefix.length;
  const start = typedStart(window.prefix);
  const typed = ownText(window.prefix.slice(start));
  const anchor = {
    edge,
    prefix: ownText(window.prefix.slice(0, start)),
    suffix: ownText(window.suffix),
    endsDocument: cursor + window.suffix.length === text.length,
    droppedChars,
    leadChars: typed.lastIndexOf('\n') + 1,
    ...(context && { context }),
  };
  return { anchor, prompt: promptAt(anchor, typed), isStale: false };
}

/** Where what counts as typed begins in the text before the cursor: with a line, if the cursor's is not very long. */
function typedStart(before: string): number {
  const earliest = before.length - leadCharsMax;
  let start = before.lastIndexOf('\n') + 1;
  if (start < earliest) return snapToCharacter(before, earliest);
  for (let line = 0; line < leadLines && start > 0; line += 1) {
    const above = before.lastIndexOf('\n', start - 2) + 1;
    if (above < earliest) break;
    start = above;
  }
  return start;
}

function promptAt({ prefix, suffix, context }: Anchor, typed: string): InfillPrompt {
  return { kind: 'infill', prefix, suffix, typed, heals: true, ...(context && { context }) };
}

/** The prompt of an earlier anchor for the text of now; undefined when it does not hold. */
export function onAnchor(
  anchor: Anchor,
  { text, offset }: { readonly text: string; readonly offset: number },
): AnchoredPrompt | undefined {
  const cursor = snapToCharacter(text, offset);
  const typed = typedBehind(anchor, text, cursor); // 1, 3
  if (typed === undefined) return undefined;
  const between = betweenOf(anchor, text, cursor); // 2
  if (between === undefined) return undefined;
  const isStale = typed.lastIndexOf('\n') >= anchor.leadChars + typedCharsStale || between.includes('\n');
  return { anchor, prompt: promptAt(anchor, typed), isStale };
}

/** An anchor that holds here, with as long a suffix as is wanted when its own was short: what was evaluated up to there stays good. */
export function lengthened(
  { anchor, prompt }: AnchoredPrompt,
  { text, offset }: { readonly text: string; readonly offset: number },
  suffixChars: number,
): AnchoredPrompt {
  const { isShort: _, ...rest } = anchor;
  const cursor = snapToCharacter(text, offset);
  const start = cursor + (betweenOf(anchor, text, cursor) ?? '').length;
  const end = Math.max(rightEdge(text, start, suffixChars), start + anchor.suffix.length);
  const whole = { ...rest, suffix: ownText(text.slice(start, end)), endsDocument: end === text.length };
  return { anchor: whole, prompt: promptAt(whole, prompt.typed ?? ''), isStale: false };
}

function typedBehind({ edge, prefix }: Anchor, text: string, cursor: number): string | undefined {
  const start = startOf(edge, prefix, text, cursor);
  if (start === undefined) return undefined;
  const typed = text.slice(start + prefix.length, cursor);
  const isNear = typed.length <= typedCharsMax && typed.split('\n').length <= typedLinesMax;
  return isNear ? ownText(typed) : undefined;
}

function startOf(edge: number, prefix: string, text: string, cursor: number): number | undefined {
  const isThere = edge + prefix.length <= cursor && text.startsWith(prefix, edge);
  // What began with the document does so still, or text stands before it that is to be seen.
  if (isThere || edge === 0) return isThere ? edge : undefined;
  const from = Math.max(0, cursor - prefix.length - typedCharsMax);
  const found = prefix === '' ? -1 : text.slice(from, cursor).lastIndexOf(prefix);
  return found === -1 ? undefined : from + found;
}

/** What stands between the cursor and the suffix; undefined when it has to be seen, or the suffix is not there. */
function betweenOf({ suffix, endsDocument }: Anchor, text: string, cursor: number): string | undefined {
  const near = text.slice(cursor, cursor + closedCharsMax + suffix.length);
  const start = endsDocument ? text.length - suffix.length : cursor + near.indexOf(suffix);
  const isThere = start >= cursor && start - cursor <= closedCharsMax && text.startsWith(suffix, start);
  const between = text.slice(cursor, start);
  return isThere && closed.test(between) ? between : undefined;
}
