/**
 * What is open at a cursor, and what the text behind it closes. Both are known by reading a document from end to end, which takes
 * milliseconds in a long one: what stood there at the last keystroke is not read again while somebody types. Pure but for what it
 * remembers.
 */
import { ownText } from '../own-text.ts';
import { lineBefore } from '../situation.ts';
import { type Lexis, lexisOf } from './languages.ts';
import { type Begun, type Frame, fromNothing, type Scan, scan, scanOn } from './scan.ts';

/** More of a document than this, on either side of the cursor, does not change what is open at it often enough to be read at each key. */
export const readCharsMax = 65_536;
/** Where reading begins in a longer document: on a multiple of this, so that it stays there for a while. */
const startStep = 16_384;
/** So much before the cursor is read each time: what is typed and taken back there leaves the rest as it was. */
const nearChars = 512;
/** So much is read each time at most, before more of it is remembered. */
const restCharsMax = 4 * nearChars;
/** The one not looked at for the longest time is forgotten first. */
const documentsMax = 64;

/** What was read before a cursor, up to the beginning of a line. */
interface Head {
  readonly languageId: string;
  readonly start: number;
  readonly text: string;
  /** What is open at its end. */
  readonly begun: Begun;
}

/** What was read behind a cursor. */
interface Tail {
  readonly languageId: string;
  readonly text: string;
  readonly open: readonly Frame[];
  readonly scan: Scan;
}

export class Reading {
  readonly #heads = new Latest<Head>();
  readonly #tails = new Latest<Tail>();

  /**
   * What is open at the cursor; positions in it mean nothing.
   * @param before all that stands before the cursor, with `\n` line ends.
   */
  openAt(document: string, before: string, languageId: string): readonly Frame[] {
    const lexis = lexisOf(languageId);
    // Of an unknown language only the cursor's line is judged: who knows what its other lines mean.
    if (!lexis.isKnown) return scan(lineBefore(before), lexis).open;
    const { start, text, begun } = this.#headOf(document, before, languageId);
    return scanOn(begun, before.slice(start + text.length), lexis).open;
  }

  /** What the text behind the cursor does to what is open there. @param after as much of it as is to be read. */
  behind(document: string, after: string, languageId: string, open: readonly Frame[]): Scan {
    const known = this.#tails.get(document);
    if (known?.languageId === languageId && known.text === after && areAlike(known.open, open)) return known.scan;
    const tail = { languageId, text: ownText(after), open, scan: scan(after, lexisOf(languageId), open) };
    this.#tails.set(document, tail);
    return tail.scan;
  }

  #headOf(document: string, before: string, languageId: string): Head {
    const start = Math.max(0, Math.ceil((before.length - readCharsMax) / startStep) * startStep);
    const known = this.#heads.get(document);
    const isGood = known?.languageId === languageId && known.start === start && before.startsWith(known.text, start);
    const head = isGood ? known : { languageId, start, text: '', begun: fromNothing };
    const far = lengthened(head, before, lexisOf(languageId));
    this.#heads.set(document, far);
    return far;
  }
}

function lengthened(head: Head, before: string, lexis: Lexis): Head {
  const from = head.start + head.text.length;
  if (before.length - from <= restCharsMax) return head;
  const end = before.lastIndexOf('\n', before.length - nearChars) + 1;
  if (end <= from) return head;
  const { open, last } = scanOn(head.begun, before.slice(from, end), lexis);
  return { ...head, text: ownText(before.slice(head.start, end)), begun: { open, last } };
}

/** Whether whatever follows does the same to both. */
export function areAlike(some: readonly Frame[], others: readonly Frame[]): boolean {
  return some.length === others.length && some.every((frame, index) => isAlike(frame, others[index]));
}

function isAlike(one: Frame, other: Frame | undefined): boolean {
  if (one.kind !== other?.kind || one.close !== other.close) return false;
  return one.kind !== 'string' || (other.kind === 'string' && one.quote === other.quote);
}

/** By document. */
class Latest<T> {
  readonly #values = new Map<string, T>();

  get(document: string): T | undefined {
    return this.#values.get(document);
  }

  set(document: string, value: T): void {
    this.#values.delete(document);
    this.#values.set(document, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > documentsMax && oldest !== undefined) this.#values.delete(oldest);
  }
}
