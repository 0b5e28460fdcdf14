/**
 * The prompt fitted to the promise: how much of the text around the cursor a completion can be asked with and still be on time. Pure.
 *
 * The context is a list of segments in order of worth. The least are dropped until the predicted time to the first token fits:
 * 1. What was evaluated from the left edge of the last prompt of the document on, or from that of its warm-up, costs nothing: the edge
 *    stays, and the text behind the cursor is what is dropped. So a window that was made smaller does not shrink its own prefix away.
 * 2. Another window than a held one loses what is held. While it is larger, it is taken only when little is held and it fits with a
 *    reserve; otherwise it comes back through a warm-up, while nobody waits.
 * 3. When not even the least with the held edge fits, the edge is no longer warm: the window is cut anew, nearer to the cursor.
 * 4. When nothing fits, the promise cannot be kept by a prompt: the one that is there first is asked for. The current line and a few
 *    before it are never dropped.
 */
import { ownText } from './own-text.ts';
import {
  type InfillWindow,
  leftEdge,
  lineStartsBefore,
  rightEdge,
  snapToCharacter,
  type WindowLimits,
} from './prompt.ts';

/**
 * What is forecast may take this share of the promise. The forecast of a first token is at most 40 % too low in nine of ten cases
 * (`estimate.ttft_err_p90`), so 1 / 1.4 of the promise is kept in nine of ten.
 */
export const fitShare = 0.7;

/** A window that gives up what is held may take this part of the share, as it makes everybody else wait as well. */
const growPart = 0.5;

/** A held edge may lie so much farther from the cursor than a new one: so it moves seldom, and each time what is held is lost. */
const heldStretch = 1.25;

/** Of the wanted prefix: so much of it, held, is not given up for the rest, which comes back through a warm-up. */
const enoughPart = 0.5;

/** How much may be given up for the promise. */
export interface FitGoal {
  /** Of the promise that a forecast may take. */
  readonly share: number;
  /** Shares of the wanted window that are never dropped, besides a few lines. */
  readonly least: { readonly prefix: number; readonly suffix: number };
}

/** What the product does: a first token in time is worth more than far lines, which come back while nobody waits. */
export const promptly: FitGoal = { share: fitShare, least: { prefix: 0, suffix: 0 } };

/**
 * For a device that is never idle, where what was dropped would not come back: only the farther part of what stands behind the cursor is
 * given up, and early, as each keystroke evaluates it again. In the replayed sessions that keeps 88 % of the prompts, and as many promises
 * as {@link promptly}, which keeps 51 % there.
 */
export const sparingly: FitGoal = { share: 0.4, least: { prefix: 1, suffix: 0.35 } };

/** A stretch of text in the prompt. Those of one side are put together by `start`, however much each is worth. */
export interface Segment {
  readonly side: 'prefix' | 'suffix';
  /** Where it begins in the document, in UTF-16 units. */
  readonly start: number;
  readonly text: string;
}

/** Shares of the wanted window, the nearest first: each adds a little more of one side. */
const ladder: readonly { readonly prefix: number; readonly suffix: number }[] = [
  { prefix: 0.15, suffix: 0 },
  { prefix: 0.15, suffix: 0.15 },
  { prefix: 0.25, suffix: 0.15 },
  { prefix: 0.35, suffix: 0.15 },
  { prefix: 0.35, suffix: 0.5 },
  { prefix: 0.5, suffix: 0.5 },
  { prefix: 0.7, suffix: 0.5 },
  { prefix: 0.7, suffix: 1 },
  { prefix: 1, suffix: 1 },
];

/** Lines before the current one that are always sent, with what is left of the current one. */
const linesMin = 3;

/** Of the wanted window: more than this of a side need not be sent, however long its lines are. */
const leastShare = 0.25;

/** The last prompt of a document, as far as it says where the next one can begin. */
export interface HeldWindow {
  /** Where its prefix began in the document, in UTF-16 units. */
  readonly edge: number;
  /** Its first characters: where they are now, what was evaluated can go on. */
  readonly head: string;
}

const headChars = 256;

export interface Place {
  /** The whole document with `\n` line ends. */
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
  /** The window that is sent when there is time enough. */
  readonly wanted: WindowLimits;
}

export interface FitQuestion extends Place {
  /** The last prompt of the document and its last warm-up, as far as there were any. */
  readonly held: readonly HeldWindow[];
  /** What is promised for the first token. */
  readonly targetMs: number;
  /** Default: {@link promptly}. */
  readonly goal?: FitGoal;
  /** From arrival to the first token with such a prompt, in ms. */
  readonly forecastMs: (window: InfillWindow) => number;
}

export interface FittedWindow {
  readonly window: InfillWindow;
  /** What the next prompt of this document is to be fitted with, once this one was evaluated. */
  readonly holds: HeldWindow;
  readonly forecastMs: number;
  /** Characters that the wanted window has more. */
  readonly droppedChars: number;
}

export function fitWindow(question: FitQuestion): FittedWindow {
  const { targetMs, forecastMs } = question;
  const candidates = candidatesOf(question);
  const wantedChars = Math.max(charsOf(wantedWindow(question).window), ...candidates.map(({ chars }) => chars));
  let cheapest: FittedWindow | undefined;
  let cheapestMs = Number.POSITIVE_INFINITY;
  for (const { segments, chars, share } of candidates) {
    const window = windowOf(segments);
    const ms = forecastMs(window);
    const fitted = { window, holds: holdsOf(segments), forecastMs: ms, droppedChars: wantedChars - chars };
    if (ms <= share * targetMs) return fitted;
    if (cheapest !== undefined && ms / share >= cheapestMs) continue;
    cheapest = fitted; // 4
    cheapestMs = ms / share;
  }
  if (cheapest === undefined) throw new Error('There is always a least prompt.');
  return cheapest;
}

/** The whole window, whatever it takes: what a warm-up evaluates. */
export function wantedWindow(place: Place): Pick<FittedWindow, 'window' | 'holds'> {
  const segments = segmentsOf(place, snapToCharacter(place.text, place.offset));
  return { window: windowOf(segments), holds: holdsOf(segments) };
}

function charsOf({ prefix, suffix }: InfillWindow): number {
  return prefix.length + suffix.length;
}

interface Candidate {
  readonly segments: readonly Segment[];
  readonly chars: number;
  /** Of the promise that its forecast may take. */
  readonly share: number;
}

/** The longest first, so that less time never leads to a longer prompt. */
function candidatesOf(question: FitQuestion): Candidate[] {
  const cursor = snapToCharacter(question.text, question.offset);
  const { share, least } = question.goal ?? promptly;
  const partsFrom = (edge?: number): Candidate[] =>
    partsOf(segmentsOf(question, cursor, edge, least)).map((segments) => candidate(segments, share));
  const fresh = partsFrom();
  // A window that keeps all of its prefix has the edge that is wanted.
  const held = least.prefix < 1 ? question.held : [];
  const edges = held.flatMap((window) => heldEdge(question, cursor, window) ?? []);
  const warm = edges.flatMap((edge) => partsFrom(edge)); // 1
  const charsLeast = Math.min(...warm.map(({ chars }) => chars));
  const smaller = fresh.slice(1).filter(({ chars }) => chars < charsLeast); // 3
  // 2. What is held is not given up for a little more.
  const heldChars = cursor - Math.min(...edges);
  const isEnough = heldChars >= enoughPart * Math.min(cursor, question.wanted.prefixChars);
  const whole = fresh
    .slice(0, isEnough ? 0 : 1)
    .map((one) => ({ ...one, share: warm.length === 0 ? share : growPart * share }));
  return [...whole, ...warm, ...smaller].sort((a, b) => b.chars - a.chars);
}

function candidate(segments: readonly Segment[], share: number): Candidate {
  return { segments, share, chars: segments.reduce((sum, { text }) => sum + text.length, 0) };
}

/** What is left when ever more of the least worth is dropped: the first two are the least that is sent. */
function partsOf(segments: readonly Segment[]): Segment[][] {
  return segments.slice(1).map((_, dropped) => segments.slice(0, segments.length - dropped));
}

/**
 * The context in order of worth: the lines nearest to the cursor, the text right behind it, then ever farther of both by the
 * {@link ladder}. With an `edge`, the whole prefix from there on is one segment of the highest worth.
 */
function segmentsOf({ text, wanted }: Place, cursor: number, edge?: number, least = promptly.least): Segment[] {
  const starts = lineStartsBefore(text, cursor, wanted.prefixChars);
  const startOf = (share: number): number => leftEdge(text, cursor, Math.floor(share * wanted.prefixChars), starts);
  const endOf = (share: number): number => rightEdge(text, cursor, Math.floor(share * wanted.suffixChars));
  let start = edge ?? Math.min(leastStart(text, cursor, wanted), startOf(least.prefix));
  let end = Math.max(leastEnd(text, cursor, wanted), endOf(least.suffix));
  const segments: Segment[] = [
    { side: 'prefix', start, text: text.slice(start, cursor) },
    { side: 'suffix', start: cursor, text: text.slice(cursor, end) },
  ];
  for (const { prefix, suffix } of ladder) {
    const nextStart = edge ?? startOf(prefix);
    const nextEnd = endOf(suffix);
    if (nextStart < start) segments.push({ side: 'prefix', start: nextStart, text: text.slice(nextStart, start) });
    if (nextEnd > end) segments.push({ side: 'suffix', start: end, text: text.slice(end, nextEnd) });
    start = Math.min(start, nextStart);
    end = Math.max(end, nextEnd);
  }
  return segments;
}

/** Where the text begins that is always sent: a few lines up, or nearer where lines are long. */
function leastStart(text: string, cursor: number, { prefixChars }: WindowLimits): number {
  let start = cursor;
  for (let line = 0; line <= linesMin && start > 0; line += 1) start = text.lastIndexOf('\n', start - 1);
  return Math.max(Math.min(start + 1, cursor), leftEdge(text, cursor, Math.floor(leastShare * prefixChars)));
}

/** Where the text ends that is always sent: with the line, or nearer where that is long. */
function leastEnd(text: string, cursor: number, { suffixChars }: WindowLimits): number {
  const lineEnd = text.indexOf('\n', cursor);
  const end = lineEnd === -1 ? text.length : lineEnd;
  const chars = Math.floor(leastShare * suffixChars);
  return end - cursor <= chars ? end : rightEdge(text, cursor, chars);
}

/** Where the last prompt begins in the text of now; undefined when it does not, or when the cursor has left it. */
function heldEdge({ text, wanted }: Place, cursor: number, { edge, head }: HeldWindow): number | undefined {
  const earliest = Math.max(0, cursor - Math.floor(heldStretch * wanted.prefixChars));
  const isThere = edge >= earliest && text.startsWith(head, edge);
  const moved = head === '' ? -1 : text.slice(earliest, cursor).lastIndexOf(head);
  const found = isThere ? edge : earliest + moved;
  const isKnown = isThere || moved >= 0;
  return isKnown && found <= leastStart(text, cursor, wanted) ? found : undefined;
}

function windowOf(segments: readonly Segment[]): InfillWindow {
  const side = (name: Segment['side']): string =>
    segments
      .filter((segment) => segment.side === name)
      .sort((a, b) => a.start - b.start)
      .map(({ text }) => text)
      .join('');
  return { prefix: side('prefix'), suffix: side('suffix') };
}

function holdsOf(segments: readonly Segment[]): HeldWindow {
  const prefix = segments.filter(({ side }) => side === 'prefix').sort((a, b) => a.start - b.start);
  const edge = prefix[0]?.start ?? 0;
  const head = prefix
    .map(({ text }) => text)
    .join('')
    .slice(0, headChars);
  // Without the line that is being typed, which may change.
  return { edge, head: ownText(head.slice(0, head.lastIndexOf('\n') + 1)) };
}
