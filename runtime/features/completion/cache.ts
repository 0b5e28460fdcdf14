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

interface Kept {
  readonly text: string;
  /** See {@link behindOf}. */
  readonly behind: string;
}

export class SuggestionCache {
  /** The one not asked for the longest time first. */
  readonly #suggestions = new Map<string, Kept>();
  /** How many of them have the same scope and the same text behind their cursor: mostly there is none, and nothing is walked back. */
  readonly #behind = new Map<string, number>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** @param scope suggestions of one scope, such as a model and a language, are not found in another. */
  put(scope: string, { before, after }: Sides, text: string): void {
    if (text === '') return;
    const behind = behindOf(scope, after);
    const key = ownText(keyOf(behind, before, before.length));
    this.#forget(key);
    const kept = { text: ownText(text), behind: ownText(behind) };
    this.#suggestions.set(key, kept);
    this.#behind.set(kept.behind, (this.#behind.get(behind) ?? 0) + 1);
    const [oldest] = this.#suggestions.keys();
    if (this.#suggestions.size > this.#entriesMax && oldest !== undefined) this.#forget(oldest);
  }

  /** What may stand at the cursor, never empty; the suggestion that was made nearest to it counts. */
  get(scope: string, { before, after }: Sides): string | undefined {
    const behind = behindOf(scope, after);
    if (!this.#behind.has(behind)) return undefined;
    for (let walked = 0; walked <= Math.min(walkedMax, before.length); walked += 1) {
      const end = before.length - walked;
      const key = keyOf(behind, before, end);
      const kept = this.#suggestions.get(key);
      if (kept === undefined || kept.text.length <= walked || !kept.text.startsWith(before.slice(end))) continue;
      this.#suggestions.delete(key);
      this.#suggestions.set(key, kept);
      return kept.text.slice(walked);
    }
    return undefined;
  }

  #forget(key: string): void {
    const kept = this.#suggestions.get(key);
    if (kept === undefined) return;
    this.#suggestions.delete(key);
    const { behind } = kept;
    const count = (this.#behind.get(behind) ?? 0) - 1;
    if (count > 0) this.#behind.set(behind, count);
    else this.#behind.delete(behind);
  }
}

function behindOf(scope: string, after: string): string {
  return `${scope}\0${after.slice(0, afterChars)}`;
}

function keyOf(behind: string, before: string, end: number): string {
  return `${behind}\0${before.slice(Math.max(0, end - beforeChars), end)}`;
}
