/**
 * Infers from the edits of a document what became of the suggestions that were handed out for it. Pure: text and times in, outcomes out.
 * Editors do not tell whether they have shown a suggestion, nor that a part of it was taken; that it was taken whole they may tell.
 *
 * A suggestion stands until one of these:
 * 1. An edit puts in all of the rest of it at once, or the editor says that it was taken: `accepted`.
 * 2. It is typed to its end: it was there and of no use.
 * 3. An edit contradicts it, or another suggestion that is not its rest takes its place: `partly` if edits had put in several characters of
 *    it at once before, else `rejected`.
 *
 * It was `shown` if anything of it was taken or it had stood for {@link seenMs}; one that was there for less was not read, and nothing
 * is said of it. What was taken is looked for {@link retainedMs} later: `retained` if its line still says so, else `lost`.
 */
import type { Outcome, OutcomeKind } from './feedback.ts';
import { possiblyTyped, type Sides } from './since.ts';
import { lineBefore } from './situation.ts';

/** A person has noticed a suggestion by then; typing through one takes 228 ms at the median of the Copilot study (arXiv 2210.14306). */
export const seenMs = 250;
/** After so long, what was taken in error is gone. */
export const retainedMs = 30_000;
/** Fewer characters at once are a key, or a bracket that closed by itself. */
const takenCharsMin = 3;
/** Of what ends a suggestion. */
const restCharsMin = 2;
/** Documents that are followed; of the one not heard of for the longest time nothing more is told. */
const documentsMax = 64;
/** Of what was taken in one document, the latest are followed. */
const takenMax = 16;

/** A suggestion as it is handed out. */
export interface Offered extends Sides {
  readonly text: string;
  /** It goes on from an entry of the editor's list, which changes with each key: that it goes says nothing. */
  readonly isTentative: boolean;
  readonly about: Omit<Outcome, 'kind'>;
}

interface Standing extends Offered {
  readonly sinceMs: number;
  /** How much of it was put in so far, by typing or taking. */
  readonly typed: string;
  readonly isPartlyTaken: boolean;
}

/** How a suggestion came to its end. */
interface Left {
  readonly standing: Standing;
  readonly kinds: readonly OutcomeKind[];
}

interface Taken {
  /** The line up to the suggestion, and what was taken of it. */
  readonly text: string;
  readonly dueMs: number;
  readonly about: Offered['about'];
}

interface Followed {
  standing: Standing | undefined;
  /** Contradicted by the last edit; it counts when something else is heard of the document, as the editor may say first that it was taken. */
  left: Left | undefined;
  taken: readonly Taken[];
  /** What the document said last; kept only while something that was taken is looked for. */
  text: string;
}

export class Outcomes {
  /** The document not heard of for the longest time first. */
  readonly #documents = new Map<string, Followed>();

  /** Whether a suggestion is shown that nothing was heard of since, but that some of it was typed. */
  isStanding(document: string): boolean {
    return this.#documents.get(document)?.standing !== undefined;
  }

  offered(document: string, offered: Offered, nowMs: number): readonly Outcome[] {
    const followed = this.#of(document);
    const ended = [...leave(followed), ...(followed.standing ? outcomesOf(endOf(followed.standing, nowMs)) : [])];
    followed.standing = { ...offered, sinceMs: nowMs, typed: '', isPartlyTaken: false };
    return ended;
  }

  edited(document: string, text: string, nowMs: number): readonly Outcome[] {
    const followed = this.#documents.get(document);
    if (followed === undefined) return [];
    const told = [...due(followed, nowMs), ...leave(followed)];
    if (followed.taken.length > 0) followed.text = text;
    const { standing } = followed;
    if (standing === undefined) return told;
    const typed = possiblyTyped(standing, text).findLast((one) => standing.text.startsWith(one));
    if (typed === undefined) {
      followed.standing = undefined;
      followed.left = endOf(standing, nowMs); // 3
      return told;
    }
    const added = typed.length - standing.typed.length;
    const isWhole = typed.length === standing.text.length;
    const isTaken = added >= (isWhole ? restCharsMin : takenCharsMin);
    if (isTaken) take(followed, standing, typed, text, nowMs);
    if (!isWhole) {
      followed.standing = { ...standing, typed, isPartlyTaken: standing.isPartlyTaken || isTaken };
      return told;
    }
    followed.standing = undefined;
    const kinds: readonly OutcomeKind[] = isTaken ? ['shown', 'accepted'] : typedToEnd(standing, nowMs); // 1, 2
    return [...told, ...outcomesOf({ standing, kinds })];
  }

  /** The editor says that the suggestion was taken; the text may have said so already. */
  accepted(document: string, nowMs: number): readonly Outcome[] {
    const followed = this.#documents.get(document);
    const standing = followed?.standing ?? followed?.left?.standing;
    if (followed === undefined || standing === undefined) return [];
    followed.standing = undefined;
    followed.left = undefined;
    const { before, text, after } = standing;
    take(followed, standing, text, followed.text || before + text + after, nowMs);
    return outcomesOf({ standing, kinds: ['shown', 'accepted'] }); // 1
  }

  /** What was taken long enough ago, in all documents. */
  lapsed(nowMs: number): readonly Outcome[] {
    return [...this.#documents.values()].flatMap((followed) => due(followed, nowMs));
  }

  /** When {@link lapsed} has something to say; undefined when nothing is looked for. */
  get dueMs(): number | undefined {
    const times = [...this.#documents.values()].flatMap(({ taken }) => taken.map(({ dueMs }) => dueMs));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Nothing more is told of any suggestion so far. */
  forget(): void {
    this.#documents.clear();
  }

  /** Nothing more is told of the document. */
  closed(document: string): readonly Outcome[] {
    const followed = this.#documents.get(document);
    this.#documents.delete(document);
    return followed === undefined ? [] : leave(followed);
  }

  #of(document: string): Followed {
    const followed = this.#documents.get(document) ?? { standing: undefined, left: undefined, taken: [], text: '' };
    this.#documents.delete(document);
    this.#documents.set(document, followed);
    const [oldest] = this.#documents.keys();
    if (this.#documents.size > documentsMax && oldest !== undefined) this.#documents.delete(oldest);
    return followed;
  }
}

function leave(followed: Followed): readonly Outcome[] {
  const { left } = followed;
  followed.left = undefined;
  return left === undefined ? [] : outcomesOf(left);
}

function endOf(standing: Standing, nowMs: number): Left {
  if (standing.isPartlyTaken) return { standing, kinds: ['shown', 'partly'] };
  const isSeen = !standing.isTentative && nowMs - standing.sinceMs >= seenMs;
  return { standing, kinds: isSeen ? ['shown', 'rejected'] : [] };
}

function typedToEnd(standing: Standing, nowMs: number): readonly OutcomeKind[] {
  if (standing.isPartlyTaken) return ['shown', 'partly'];
  return nowMs - standing.sinceMs >= seenMs ? ['shown'] : [];
}

function outcomesOf({ standing, kinds }: Left): readonly Outcome[] {
  return kinds.map((kind) => ({ ...standing.about, kind }));
}

function take(followed: Followed, { before, about }: Standing, taken: string, text: string, nowMs: number): void {
  const whole = { text: lineBefore(before) + taken, dueMs: nowMs + retainedMs, about };
  followed.taken = [...followed.taken, whole].slice(-takenMax);
  followed.text = text;
}

function due(followed: Followed, nowMs: number): readonly Outcome[] {
  const over = followed.taken.filter(({ dueMs }) => dueMs <= nowMs);
  if (over.length === 0) return [];
  const { text } = followed;
  followed.taken = followed.taken.filter(({ dueMs }) => dueMs > nowMs);
  if (followed.taken.length === 0) followed.text = '';
  return over.map(({ text: whole, about }) => ({ ...about, kind: text.includes(whole) ? 'retained' : 'lost' }));
}
