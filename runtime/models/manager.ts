/** What people do with models: get, add, remove. Changes the store and sees to it that the library knows before it answers. */
import path from 'node:path';
import { sentence, type Words } from '../core/sentence.ts';
import { type Catalog, findModel } from './catalog/catalog.ts';
import { ModelsError } from './errors.ts';
import type { Library } from './library.ts';
import { type Downloadable, downloadables, type LibraryEntry, nameOf } from './library-entry.ts';
import { didYouMean } from './near.ts';
import { type PullOrder, requestOf } from './pull.ts';
import { forgottenSentence, type InMemory, removedSentence } from './removal.ts';
import { sizeOf } from './size-words.ts';
import type { Leftover } from './store/listing.ts';
import type { NetworkSettings } from './store/network.ts';
import type { DownloadWatch, ModelStore } from './store/store.ts';

export interface ManagerOptions {
  readonly catalog: Catalog;
  readonly store: Pick<ModelStore, 'download' | 'remove' | 'forget' | 'remember' | 'leftovers' | 'removeLeftover'>;
  readonly library: Library;
  /** The models folder: an absolute path. */
  readonly folder: string;
}

export interface Removal {
  readonly freedBytes: number;
  /** One sentence. */
  readonly message: Words;
}

/** What a name can mean: a model of this machine, or one that could be. */
export type Found =
  | { readonly kind: 'installed'; readonly entry: LibraryEntry }
  | { readonly kind: 'absent'; readonly downloadable: Downloadable };

export class ModelManager {
  readonly #options: ManagerOptions;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** @throws ModelsError, StoreError */
  async pull(order: PullOrder, network: NetworkSettings, watch: DownloadWatch): Promise<LibraryEntry> {
    const { catalog, store, library } = this.#options;
    const stored = await store.download({ ...requestOf(order, catalog), network }, watch);
    await library.refresh();
    return this.#at(stored.path);
  }

  /**
   * A file that the user has already is used where it is.
   * @throws ModelsError `badFile`, StoreError
   */
  async import(file: string): Promise<LibraryEntry> {
    const { store, library, folder } = this.#options;
    if (!path.isAbsolute(file))
      throw new ModelsError('badFile', sentence("'{0}' is not the full path of a GGUF file: give that.", file));
    const place = path.normalize(file);
    // One that is to be imported again may have changed since.
    await library.refresh();
    const { problem } = await library.look(place);
    if (problem !== undefined) throw new ModelsError('badFile', problem);
    // What lies in the models folder is there already.
    if (path.dirname(place) !== folder) await store.remember(place);
    await library.refresh();
    return this.#at(place);
  }

  /**
   * Deletes what Punctual downloaded or what is left of a download, and forgets what the user has elsewhere.
   * @param name of a model, of its file, or its full path.
   * @param stateOf what has become of a file in memory; asked when the library knows that it is gone.
   * @throws ModelsError, StoreError
   */
  async remove(name: string, stateOf: (file: string) => InMemory): Promise<Removal> {
    const { store, library } = this.#options;
    await library.refresh();
    const entry = this.#removable(name);
    if (entry === undefined) return await this.#removeLeftover(name);
    const { stored, model } = entry;
    if (stored === undefined)
      throw new ModelsError('embedded', sentence('{0} is part of Punctual and cannot be removed.', model.name));
    if (stored.origin === 'remembered') await store.forget(stored.id);
    else await store.remove(stored.id);
    await library.refresh();
    const inMemory = stateOf(model.file);
    return stored.origin === 'remembered'
      ? { freedBytes: 0, message: forgottenSentence(model.name, stored.path, stored.state !== 'missing', inMemory) }
      : { freedBytes: stored.bytes, message: removedSentence(model.name, stored.bytes, inMemory) };
  }

  /** @throws ModelsError `unknownModel`, `ambiguous` */
  async find(model: string): Promise<Found> {
    const { catalog, library } = this.#options;
    if (path.isAbsolute(model)) return { kind: 'installed', entry: await library.look(model) };
    const { entries } = library.snapshot;
    const meant = entries.filter((each) =>
      model === 'embedded' ? each.stored === undefined : each.model.name === model,
    );
    const [entry] = meant;
    if (meant.length > 1 && meant.some((each) => each.model.origin === 'imported')) throw ambiguous(model, meant);
    if (entry !== undefined) return { kind: 'installed', entry };
    const known = findModel(catalog, model.toLowerCase());
    const downloadable = downloadables(catalog).find((each) => each.model === known);
    if (downloadable !== undefined) return { kind: 'absent', downloadable };
    throw this.#unknown(model);
  }

  #removable(name: string): LibraryEntry | undefined {
    const { entries } = this.#options.library.snapshot;
    const place = path.isAbsolute(name) ? path.normalize(name) : undefined;
    const exact = entries.find(({ stored, model }) => stored?.id === name || model.file === place);
    if (exact !== undefined) return exact;
    const meant = entries.filter(({ model }) => model.name === name || (name === 'embedded' && model.origin === name));
    if (meant.length > 1) throw ambiguous(name, meant);
    return meant[0];
  }

  async #removeLeftover(name: string): Promise<Removal> {
    const { store, catalog } = this.#options;
    const known = findModel(catalog, name.toLowerCase());
    const files = known?.kind === 'download' ? known.files.map(({ file }) => file) : [];
    const isMeant = (each: Leftover): boolean =>
      each.name === name || nameOf(each.name) === name || files.includes(each.name);
    const leftovers = (await store.leftovers()).filter(isMeant);
    if (leftovers.length === 0) throw this.#unknown(name);
    for (const each of leftovers) await store.removeLeftover(each.name);
    const freedBytes = leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      freedBytes,
      message: sentence(
        'What was left of the download of {0} is removed; {1} are free again.',
        name,
        sizeOf(freedBytes),
      ),
    };
  }

  #unknown(name: string): ModelsError {
    const { catalog, library } = this.#options;
    const known = findModel(catalog, name.toLowerCase());
    if (known !== undefined)
      return new ModelsError(
        'notInstalled',
        sentence("{0} is not installed: 'punctual models pull {1}' gets it.", name, known.name),
      );
    const names = [...library.snapshot.entries.map(({ model }) => model), ...catalog.models];
    return new ModelsError(
      'unknownModel',
      sentence(
        "No model is called '{0}'{1}: 'punctual models list --all' shows the names.",
        name,
        didYouMean(name, names),
      ),
    );
  }

  #at(file: string): LibraryEntry {
    const entry = this.#options.library.at(file);
    if (entry === undefined)
      throw new ModelsError(
        'badFile',
        sentence('{0} is gone again, as somebody removed it meanwhile: get it once more.', file),
      );
    return entry;
  }
}

function ambiguous(name: string, entries: readonly LibraryEntry[]): ModelsError {
  const files = entries.map(({ stored, model }) => stored?.id ?? model.file).sort();
  return new ModelsError(
    'ambiguous',
    sentence("Several models are called '{0}': name one of {1}.", name, files.join(', ')),
  );
}
