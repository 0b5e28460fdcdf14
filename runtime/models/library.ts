/**
 * The models on this machine as one snapshot: the embedded one, those of the models folder, and those that the user has elsewhere, each
 * with what its file says of itself. Slow to refresh, at once to read. A file that is damaged or gone stays in it, with a sentence.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Words } from '../core/sentence.ts';
import { reasonOf } from '../disk/reason.ts';
import type { Catalog, EmbeddedModel } from './catalog/catalog.ts';
import { Heads } from './heads.ts';
import { type Downloadable, downloadables, fileEntry, type LibraryEntry, storedEntry } from './library-entry.ts';
import { fromEmbedded } from './role-models.ts';
import type { StoredModel } from './store/listing.ts';
import type { ModelStore } from './store/store.ts';

export interface LibraryOptions {
  readonly catalog: Catalog;
  /** The demonstration model that ships with Punctual: an absolute path. */
  readonly embeddedFile: string;
  readonly store: Pick<ModelStore, 'list'>;
  readonly heads?: Heads;
  readonly log?: (line: string) => void;
}

export interface Snapshot {
  /** The embedded model first. */
  readonly entries: readonly LibraryEntry[];
  /** Why the models folder cannot be read, in one sentence. */
  readonly problem: Words | undefined;
  /** Nobody has looked yet what there is. */
  readonly isUnread?: true;
}

/** Files that are known by their path alone, as a setting names them; the one not looked at the longest time is forgotten first. */
const namedMax = 64;

export class Library {
  readonly #store: Pick<ModelStore, 'list'>;
  readonly #catalog: readonly Downloadable[];
  readonly #heads: Heads;
  readonly #log: (line: string) => void;
  readonly #listeners = new Set<() => void>();
  readonly #named = new Map<string, LibraryEntry>();
  /** Its shape is known from the start, what its file says after the first look. */
  #embedded: LibraryEntry;
  #snapshot: Snapshot;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor({ catalog, embeddedFile, store, heads, log }: LibraryOptions) {
    this.#store = store;
    this.#catalog = downloadables(catalog);
    this.#heads = heads ?? new Heads();
    this.#log = log ?? (() => undefined);
    this.#embedded = embeddedEntry(catalog, embeddedFile);
    this.#snapshot = { entries: [this.#embedded], problem: undefined, isUnread: true };
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** The model of this absolute path, installed or only looked at; undefined when nobody has looked there. */
  at(file: string): LibraryEntry | undefined {
    const place = path.normalize(file);
    return this.#snapshot.entries.find(({ model }) => model.file === place) ?? this.#named.get(place);
  }

  /** Called after each refresh or look that found something else than before. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What was changed before this call is seen by its end. Those who ask during a refresh share the next one. Never rejects. */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#refresh().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  /** Reads what the file at an absolute path says of itself, so that it can be chosen by its path. Never rejects. */
  async look(file: string): Promise<LibraryEntry> {
    const place = path.normalize(file);
    const listed = this.#snapshot.entries.find(({ model }) => model.file === place);
    if (listed !== undefined) return listed;
    const entry = await this.#entryAt(place);
    const before = this.#named.get(place);
    this.#named.delete(place);
    this.#named.set(place, entry);
    const [oldest] = this.#named.keys();
    if (this.#named.size > namedMax && oldest !== undefined) this.#named.delete(oldest);
    if (before === undefined || !isSame(before, entry)) this.#changed();
    return entry;
  }

  async #refresh(): Promise<void> {
    const before = this.#snapshot;
    this.#snapshot = await this.#read();
    const listed = new Set(this.#snapshot.entries.map(({ model }) => model.file));
    for (const file of [...this.#named.keys()]) {
      if (listed.has(file)) this.#named.delete(file);
      else await this.look(file);
    }
    for (const { model, problem } of this.#snapshot.entries)
      if (problem !== undefined && !before.entries.some((each) => String(each.problem) === String(problem)))
        this.#log(`${model.name} cannot be used: ${problem}`);
    const { entries, problem } = this.#snapshot;
    const isUnchanged =
      String(problem) === String(before.problem) &&
      entries.length === before.entries.length &&
      entries.every((entry, index) => isSame(entry, before.entries[index]));
    if (!isUnchanged) this.#changed();
  }

  async #read(): Promise<Snapshot> {
    const embedded = await this.#heads.of([this.#embedded.model.file]);
    if (embedded.kind === 'read') this.#embedded = { ...this.#embedded, metadata: embedded.model };
    let stored: readonly StoredModel[];
    try {
      stored = await this.#store.list();
    } catch (error) {
      const problem = reasonOf(error);
      if (problem !== String(this.#snapshot.problem)) this.#log(`the models folder cannot be read: ${problem}`);
      return { entries: [this.#embedded], problem };
    }
    const entries = [this.#embedded];
    // One after the other: each head may take some megabytes while it is read.
    for (const model of stored) {
      const head = await this.#heads.of(model.files.map((file) => file.path));
      entries.push(storedEntry(model, head, this.#catalog));
    }
    return { entries, problem: undefined };
  }

  async #entryAt(file: string): Promise<LibraryEntry> {
    const head = await this.#heads.of([file]);
    const bytes = head.kind === 'read' ? head.model.fileBytes : await sizeOf(file);
    if (head.kind === 'unusable') return fileEntry({ path: file, bytes }, undefined, head.problem);
    return fileEntry({ path: file, bytes }, head.model, undefined);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Heads are the same object as long as their file is the same. */
function isSame(a: LibraryEntry, b: LibraryEntry | undefined): boolean {
  return (
    b !== undefined &&
    a.model.file === b.model.file &&
    a.model.name === b.model.name &&
    a.metadata === b.metadata &&
    String(a.problem) === String(b.problem)
  );
}

function embeddedEntry(catalog: Catalog, file: string): LibraryEntry {
  const known = catalog.models.find((model): model is EmbeddedModel => model.kind === 'embedded');
  if (known === undefined) throw new RangeError('the catalog has no embedded model');
  const place = path.normalize(file);
  return {
    model: { ...fromEmbedded(known, place), file: place },
    title: known.title,
    quantization: known.file.quantization,
    licence: known.licence.spdx,
    metadata: undefined,
    problem: undefined,
    stored: undefined,
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
