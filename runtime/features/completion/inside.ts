/**
 * Whether the cursor stands in code, in a string or in a comment. That is known by reading from the beginning, which takes milliseconds in
 * a long document: what stood before the cursor at the last keystroke is not read again while somebody types behind it. Pure.
 */
import { lexisOf } from './filters/languages.ts';
import { type Begun, type Frame, fromNothing, scan, scanOn } from './filters/scan.ts';
import { lineBefore } from './situation.ts';

export type Inside = 'comment' | 'string' | 'code';

/** Of a document no more is read than this many characters before the cursor: what is open before them is taken for code. */
const readCharsMax = 65_536;
/** Where reading begins in a longer document: on a multiple of this, so that it stays there for a while. */
const startStep = 16_384;
/** So much before the cursor is read each time: what is typed and taken back there leaves the rest as it was. */
const nearChars = 512;
/** So much is read each time at most, before more of it is remembered. */
const restCharsMax = 4 * nearChars;
/** The one not looked at for the longest time is forgotten first. */
const documentsMax = 64;

/** What was read, up to the beginning of a line. */
interface Head {
  readonly languageId: string;
  readonly start: number;
  readonly text: string;
  /** What is open at its end. */
  readonly begun: Begun;
}

/** Of a text that is looked at once. */
export function insideAt(before: string, languageId: string): Inside {
  return new InsideReader().at('', before, languageId);
}

export class InsideReader {
  readonly #heads = new Map<string, Head>();

  /** @param before all that stands before the cursor, with `\n` line ends. */
  at(document: string, before: string, languageId: string): Inside {
    const lexis = lexisOf(languageId);
    // Of an unknown language only the cursor's line is judged: who knows what its other lines mean.
    if (!lexis.isKnown) return insideOf(scan(lineBefore(before), lexis).open);
    const head = this.#headOf(document, before, languageId);
    return insideOf(scanOn(head.begun, before.slice(head.start + head.text.length), lexis).open);
  }

  #headOf(document: string, before: string, languageId: string): Head {
    const start = Math.max(0, Math.ceil((before.length - readCharsMax) / startStep) * startStep);
    const known = this.#heads.get(document);
    const isGood = known?.languageId === languageId && known.start === start && before.startsWith(known.text, start);
    const head = isGood ? known : { languageId, start, text: '', begun: fromNothing };
    const far = lengthened(head, before);
    this.#heads.delete(document);
    this.#heads.set(document, far);
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > documentsMax && oldest !== undefined) this.#heads.delete(oldest);
    return far;
  }
}

function lengthened(head: Head, before: string): Head {
  const from = head.start + head.text.length;
  if (before.length - from <= restCharsMax) return head;
  const end = before.lastIndexOf('\n', before.length - nearChars) + 1;
  if (end <= from) return head;
  const { open, last } = scanOn(head.begun, before.slice(from, end), lexisOf(head.languageId));
  return { ...head, text: before.slice(head.start, end), begun: { open, last } };
}

function insideOf(open: readonly Frame[]): Inside {
  const kind = open.at(-1)?.kind;
  return kind === 'comment' || kind === 'string' ? kind : 'code';
}
