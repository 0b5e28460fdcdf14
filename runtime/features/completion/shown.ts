/** Typed as suggested: the last suggestion of a document, as long as the text goes on as it said. Pure. */
import { type Sides, typedSince } from './since.ts';

/** A suggestion as it stood at its cursor. */
export interface Shown extends Sides {
  readonly text: string;
}

export interface RestOfShown {
  readonly text: string;
  /** Nothing but what it said was typed: what was fit to be shown is so still. Else the editor has closed brackets behind the cursor. */
  readonly isAsShown: boolean;
}

/** What is left of the suggestion; undefined when it was typed to its end, or something else was. */
export function restOfShown({ text, ...then }: Shown, now: Sides): RestOfShown | undefined {
  const typed = typedSince(then, now);
  if (typed === undefined || typed.length >= text.length || !text.startsWith(typed)) return undefined;
  return { text: text.slice(typed.length), isAsShown: then.after === now.after };
}

/** The last suggestion of each document; the document not asked about for the longest time is forgotten first. */
export class LastShown {
  readonly #shown = new Map<string, Shown>();
  readonly #documentsMax: number;

  constructor(documentsMax: number) {
    this.#documentsMax = documentsMax;
  }

  restAt(document: string, now: Sides): RestOfShown | undefined {
    const shown = this.#shown.get(document);
    return shown && restOfShown(shown, now);
  }

  put(document: string, shown: Shown): void {
    this.#shown.delete(document);
    this.#shown.set(document, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > this.#documentsMax && oldest !== undefined) this.#shown.delete(oldest);
  }
}
