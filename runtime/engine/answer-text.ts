/**
 * From the tokens of one answer to the text that may be shown: whole characters only, and nothing of a stop text.
 * Pure, apart from the detokenizer that the model brings along.
 */

/** Turns the tokens of one answer into text, one after the other. */
export interface Detokenizer {
  /** The text that became complete with this token; empty while a character is incomplete. */
  push(token: number): string;
}

export interface AnswerPiece {
  /** Text that is safe to show now. */
  readonly text: string;
  /** A stop text is complete: the answer ends before it. */
  readonly stopped: boolean;
}

export class AnswerText {
  readonly #detokenizer: Detokenizer;
  readonly #stops: readonly string[];
  /** The longest end of the text so far that a stop text may begin with; shown only when it turns out to be something else. */
  #held = '';
  #cut: string;

  /**
   * @param stops the answer ends before the first of these texts to be complete; empty ones are ignored.
   * @param cut what was taken off the prompt and the answer begins with: the asker has it already.
   */
  constructor(detokenizer: Detokenizer, stops: readonly string[], cut = '') {
    this.#detokenizer = detokenizer;
    this.#stops = stops.filter((stop) => stop !== '');
    this.#cut = cut;
  }

  /** What the next token has to begin with, or to be the beginning of; a space may be missing. */
  get owed(): string {
    return this.#cut.trim() === '' ? '' : this.#cut;
  }

  push(token: number): AnswerPiece {
    const text = this.#held + this.#withoutCut(this.#detokenizer.push(token));
    const stopStart = this.#findStop(text);
    if (stopStart !== undefined) {
      this.#held = '';
      return { text: text.slice(0, stopStart), stopped: true };
    }
    const held = this.#lengthToHold(text);
    this.#held = text.slice(text.length - held);
    return { text: text.slice(0, text.length - held), stopped: false };
  }

  #withoutCut(text: string): string {
    const cut = this.#cut;
    this.#cut = cut.startsWith(text) ? cut.slice(text.length) : '';
    if (text.startsWith(cut)) return text.slice(cut.length);
    return this.#cut === '' ? text : '';
  }

  /** What was held back for a stop text that never came. An incomplete character at the end is dropped. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  /** The match that is complete first counts, so that the answer does not depend on how the text was cut into tokens. */
  #findStop(text: string): number | undefined {
    let first: { readonly start: number; readonly end: number } | undefined;
    for (const stop of this.#stops) {
      const start = text.indexOf(stop);
      if (start < 0) continue;
      const end = start + stop.length;
      if (first === undefined || end < first.end || (end === first.end && start < first.start)) first = { start, end };
    }
    return first?.start;
  }

  #lengthToHold(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length -= 1) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
