/** What of the user's wishes about single models is granted as things are now: asked for at every look at residency, worked out once. */
import type { ModelId } from '../core/task.ts';
import type { ChosenModels } from './chosen.ts';
import { withoutProblem } from './errors.ts';
import type { Fits } from './fits.ts';
import type { Library } from './library.ts';
import type { LibraryEntry } from './library-entry.ts';
import { sizesFor } from './sizes.ts';
import { type Granted, grantWishes, noWishes, type ResidencyWishes, type WishedModel } from './wishes.ts';

export interface GrantedWishesOptions {
  /** As they stand; the same object until they change. */
  readonly wishes?: () => ResidencyWishes;
  readonly library: Pick<Library, 'snapshot'>;
  /** Names of models that could be downloaded. */
  readonly downloadable: readonly string[];
  readonly fits: Fits;
  readonly chosen: Pick<ChosenModels, 'has' | 'sizesOf'>;
  readonly memorySetting: () => string;
  /** See Registry. */
  readonly budgetBytes: () => number | undefined;
}

export class GrantedWishes {
  readonly #options: GrantedWishesOptions;
  #last: { readonly key: readonly unknown[]; readonly granted: Granted } | undefined;

  constructor(options: GrantedWishesOptions) {
    this.#options = options;
  }

  /** Sizes, files or memory are not what they were. */
  changed(): void {
    this.#last = undefined;
  }

  /** @param completion the model that completions go to. */
  of(completion: ModelId | undefined): Granted {
    const { wishes, library, memorySetting } = this.#options;
    const key = [wishes?.() ?? noWishes, library.snapshot, completion, memorySetting()];
    const last = this.#last;
    if (last !== undefined && key.every((each, place) => each === last.key[place])) return last.granted;
    const granted = this.#grant(completion);
    this.#last = { key, granted };
    return granted;
  }

  #grant(completion: ModelId | undefined): Granted {
    const { wishes, library, downloadable, budgetBytes } = this.#options;
    const { entries, isUnread, problem } = library.snapshot;
    return grantWishes({
      wishes: wishes?.() ?? noWishes,
      isRead: isUnread !== true && problem === undefined,
      installed: entries.filter((entry) => entry.problem === undefined).map((entry) => this.#wished(entry)),
      downloadable,
      completion,
      budgetBytes: budgetBytes(),
    });
  }

  #wished(entry: LibraryEntry): WishedModel {
    const { chosen } = this.#options;
    const { file: id, name } = entry.model;
    return { id, name, bytes: chosen.has(id) ? chosen.sizesOf(id).bytes : this.#predictedBytes(entry) };
  }

  /** Of a model that nobody has chosen yet. */
  #predictedBytes(entry: LibraryEntry): number {
    const { fits, memorySetting } = this.#options;
    const memory = memorySetting();
    const fit = withoutProblem(() => fits.decide(entry, memory));
    const sequences = fit?.kind === 'fits' ? fit.settings.sequences : 1;
    return sizesFor(entry, fit, { sequences }, fit && fits.capacity(memory)).bytes;
  }
}
