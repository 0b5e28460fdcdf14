/** Suggestions that need no task: the last one of each document, typed on, and those that were made before. Pure. */
import { SuggestionCache } from './cache.ts';
import { type Around, aroundOf, type Place } from './filters/around.ts';
import { type Postprocessed, postprocess } from './filters/postprocess.ts';
import { LastShown } from './shown.ts';
import type { Sides } from './since.ts';

const cachedMax = 256;
const documentsMax = 32;

export interface Found {
  readonly from: 'typed' | 'cache';
  readonly shaped: Postprocessed;
}

export class KeptSuggestions {
  readonly #cache = new SuggestionCache(cachedMax);
  readonly #shown = new LastShown(documentsMax);

  /**
   * What may stand here, never empty: 1. the rest of what was shown last in the document, 2. what was made here before.
   * @param scope what suggestions are made with: a model, a language.
   * @param around what stands around `here`; asked for where it is needed.
   */
  find(scope: string, document: string, here: Place, around = () => aroundOf(here)): Found | undefined {
    const rest = this.#shown.restAt(`${scope}\0${document}`, here);
    // A block goes on as it was shown, whatever its inner lines would be worth by themselves.
    if (rest?.isAsShown && rest.text.trim() !== '') return { from: 'typed', shaped: { text: rest.text, changed: [] } };
    const typed = shapedHere('typed', rest?.text, here, around);
    return typed ?? shapedHere('cache', this.#cache.get(scope, here), here, around);
  }

  /** Somebody may ask for it again, whoever sees it now. */
  made(scope: string, { before, after }: Sides, text: string): void {
    this.#cache.put(scope, { before, after }, text);
  }

  /** It stands in the editor from now on. */
  shown(scope: string, document: string, { before, after }: Sides, text: string): void {
    this.#shown.put(`${scope}\0${document}`, { before, after, text });
  }
}

function shapedHere(
  from: Found['from'],
  text: string | undefined,
  here: Place,
  around: () => Around,
): Found | undefined {
  if (text === undefined) return undefined;
  const shaped = postprocess({ text }, here, around());
  return shaped.text === '' ? undefined : { from, shaped };
}
