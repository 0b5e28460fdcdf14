/**
 * Suggestions of before, by the text around their cursors. Pure.
 *
 * A suggestion is found where its cursor was, and wherever it has been typed on from there: the text before the cursor is walked back
 * until one is found that begins with what was passed. What stands behind the cursor must be the same: a suggestion that ignores it is
 * another one's.
 */
import { ownText } from './own-text.ts';
import type { Sides } from './since.ts';

/** Of the text around a cursor, what a suggestion is found by, in characters: a few dozen lines. */
const beforeChars = 1_024;
const afterChars = 256;
/** How far is walked back: a longer suggestion is not typed to its end by hand. */
const walkedMax = 128;

export class SuggestionCache {
  /** The one not asked for the longest time first. */
  readonly #suggestions = new Map<string, string>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** @param scope suggestions of one scope, such as a model and a language, are not found in another. */
  put(scope: string, { before, after }: Sides, text: string): void {
    if (text === '') return;
    const key = ownText(keyOf(scope, before, before.length, after));
    this.#suggestions.delete(key);
    this.#suggestions.set(key, ownText(text));
    const [oldest] = this.#suggestions.keys();
    if (this.#suggestions.size > this.#entriesMax && oldest !== undefined) this.#suggestions.delete(oldest);
  }

  /** What may stand at the cursor, never empty; the suggestion that was made nearest to it counts. */
  get(scope: string, { before, after }: Sides): string | undefined {
    for (let walked = 0; walked <= Math.min(walkedMax, before.length); walked += 1) {
      const end = before.length - walked;
      const key = keyOf(scope, before, end, after);
      const text = this.#suggestions.get(key);
      if (text === undefined || text.length <= walked || !text.startsWith(before.slice(end))) continue;
      this.#suggestions.delete(key);
      this.#suggestions.set(key, text);
      return text.slice(walked);
    }
    return undefined;
  }
}

function keyOf(scope: string, before: string, end: number, after: string): string {
  return `${scope}\0${before.slice(Math.max(0, end - beforeChars), end)}\0${after.slice(0, afterChars)}`;
}
