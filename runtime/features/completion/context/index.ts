/**
 * What completions of one client are asked with beside the text around the cursor: the door of this folder.
 *
 * A document has one context, the same object from keystroke to keystroke. It is made anew at these moments, and at no other:
 * 1. the document has come to the front;
 * 2. its user pauses (or has not paused for {@link editsMax} edits);
 * 3. declarations that were asked for have come.
 *
 * Whoever makes prompts takes {@link Contexts.at}, what of it the model is to have ({@link offeredTo}), ever less of that
 * ({@link lessAndLess}), and what is on time ({@link fitContext}). What a prompt was evaluated with
 * stays its context as long as it is typed on; the new one counts for the next prompt that is cut, or for a warm-up.
 *
 * Nothing is kept or said of a file that must not be read (readable.ts), and what was gathered is judged again each time.
 */
import type { Position, TextDocument } from 'vscode-languageserver-textdocument';
import { shortDeclaration } from './declared.ts';
import { type EditedPlace, type LineChange, RecentEdits } from './edits.ts';
import { importedPath } from './imports.ts';
import { type PlacedName, placesOf } from './names.ts';
import { assembled, budgetDefault, type CompletionContext, type Snippet } from './pieces.ts';
import { Readable, type WorkspaceFolder } from './readable.ts';
import type { DocumentReader, ReadPlace } from './reader.ts';
import { DocumentIndex, documentsMax, type VersionedText } from './similar.ts';

export { fitContext, lessAndLess, type OfferedContext, offeredTo } from './fit.ts';
export type { CompletionContext } from './pieces.ts';

export interface ContextSettings {
  /** Whether other files are read at all. */
  readonly context: boolean;
  /** Globs of files that are not, beside those that usually hold secrets. */
  readonly contextExclude: readonly string[];
}

/** The client's documents. */
export interface OpenDocuments {
  get(uri: string): TextDocument | undefined;
  all(): readonly TextDocument[];
}

/** What an editor says that a name near the cursor means. */
export interface Declared {
  readonly name: string;
  readonly uri: string;
  /** Whole lines from the declaration on. */
  readonly text: string;
}

export const editsMax = 256;
/** Documents whose contexts are remembered; the one made the longest ago is forgotten first. */
const contextsMax = 32;
/** A change of more places at once is no editing by hand: a name was changed everywhere. */
const changesMax = 8;
/** So much around the cursor is in the prompt already, about. */
const aroundChars = { before: 2_000, after: 600 };
const importCharsMax = 500;
const importsMax = 4;

/** How much each source says, to begin with: what is used by its name says most. */
const worths = { declaration: 0.9, usedImport: 0.75, edit: 0.8, import: 0.35, similar: 0.25 } as const;
/** What is farther off is worth a little less. */
const worthStep = 0.03;

interface Remembered {
  readonly near: ReadPlace;
  /** What stood around the cursor. */
  readonly around: string;
  readonly declared: readonly Declared[];
  readonly context: CompletionContext | undefined;
}

export class Contexts {
  readonly #reader: DocumentReader;
  readonly #documents: OpenDocuments;
  #index: DocumentIndex;
  #edits = new RecentEdits();
  readonly #contexts = new Map<string, Remembered>();
  /** The document that was in front last stands last. */
  readonly #recent = new Set<string>();
  #folders: readonly WorkspaceFolder[] = [];
  #settings: ContextSettings = { context: false, contextExclude: [] };
  #readable = new Readable([], []);
  #refreshing: Promise<void> = Promise.resolve();
  /** By document: whose turn has not come. */
  readonly #waiting = new Map<string, { position: Position; readonly done: Promise<void> }>();

  constructor(reader: DocumentReader, documents: OpenDocuments) {
    this.#reader = reader;
    this.#documents = documents;
    this.#index = new DocumentIndex(reader);
  }

  /** Before this nothing belongs together, and no file is read for another one. */
  workspace(folders: readonly WorkspaceFolder[]): void {
    this.#folders = folders;
    this.#judgeAnew();
  }

  settings({ context, contextExclude }: ContextSettings): void {
    const excludes = contextExclude.join('\0');
    if (context === this.#settings.context && excludes === this.#settings.contextExclude.join('\0')) return;
    this.#settings = { context, contextExclude };
    // Whoever switches it off wants nothing to be kept; and of what is excluded now, nothing either.
    this.#edits = new RecentEdits();
    this.#index = new DocumentIndex(this.#reader);
    this.#judgeAnew();
  }

  /** At each change, after it was made: comparisons of line numbers. */
  edited(document: TextDocument, changes: readonly LineChange[]): void {
    if (!this.#settings.context || changes.length > changesMax || !this.#readable.placeOf(document.uri)) return;
    for (const change of changes) this.#edits.edited(document, change);
  }

  closed(uri: string): void {
    this.#edits.closed(uri);
    this.#index.forget(uri);
    this.#contexts.delete(uri);
    this.#recent.delete(uri);
  }

  /** What a completion in this document is asked with; undefined where there is nothing to say. */
  at(uri: string): CompletionContext | undefined {
    return this.#contexts.get(uri)?.context;
  }

  /**
   * One of the moments. Reads what has changed, in slices; over when the context is that of now. One at a time; of several for one
   * document that wait for their turn, the last place counts for all.
   */
  refresh(uri: string, position: Position): Promise<void> {
    const waiting = this.#waiting.get(uri);
    if (waiting !== undefined) {
      waiting.position = position;
      return waiting.done;
    }
    const place = { position };
    const done = this.#refreshing.then(() => {
      this.#waiting.delete(uri);
      return this.#refresh(uri, place.position);
    });
    this.#waiting.set(uri, Object.assign(place, { done }));
    this.#refreshing = done.catch(() => undefined);
    return done;
  }

  /** Names near the cursor, as it was when the context was made, and where they stand: what an editor is to be asked about. */
  wanted(uri: string, position: Position, countMax: number): readonly PlacedName[] {
    const document = this.#documents.get(uri);
    const near = this.#contexts.get(uri)?.near;
    if (!document || !near) return [];
    const imported = new Set(near.imports.flatMap(({ names }) => names));
    return placesOf(document, position, near.names, imported, countMax);
  }

  /** What an editor answered. @returns whether it changes the context. */
  declared(uri: string, declared: readonly Declared[]): boolean {
    const known = this.#contexts.get(uri);
    const document = this.#documents.get(uri);
    if (!known || !document) return false;
    const readable = declared.filter((each) => each.uri !== uri && this.#readable.placeOf(each.uri));
    return this.#assemble(document, { ...known, declared: readable }) !== known.context;
  }

  #judgeAnew(): void {
    this.#readable = new Readable(this.#folders, this.#settings.contextExclude);
    this.#contexts.clear();
  }

  async #refresh(uri: string, position: Position): Promise<void> {
    const document = this.#documents.get(uri);
    if (!document || !this.#settings.context || !this.#readable.placeOf(uri)) {
      this.#contexts.delete(uri);
      return;
    }
    this.#recent.delete(uri);
    this.#recent.add(uri);
    this.#edits.left(uri);
    const text = textOf(document);
    const offset = plainLines(document.getText({ start: { line: 0, character: 0 }, end: position })).length;
    const around = text.text.slice(Math.max(0, offset - aroundChars.before), offset + aroundChars.after);
    await this.#index.refresh(this.#others(uri).map(textOf));
    const near = await this.#reader.near(text, offset);
    // Meanwhile it may have been closed, or all of this switched off. What may be read is judged below.
    if (this.#documents.get(uri) !== document || !this.#settings.context) return;
    const known = this.#contexts.get(uri);
    this.#assemble(document, { near, around, declared: known?.declared ?? [], context: known?.context });
  }

  /** Those that may be read, the one in front last first. */
  #others(uri: string): TextDocument[] {
    const open = this.#documents.all().map((document) => document.uri);
    const recent = [...this.#recent].reverse();
    return [...new Set([...recent, ...open])]
      .filter((other) => other !== uri && this.#readable.placeOf(other))
      .flatMap((other) => this.#documents.get(other) ?? [])
      .slice(0, documentsMax);
  }

  #assemble(document: TextDocument, known: Remembered): CompletionContext | undefined {
    const { uri, languageId } = document;
    const here = this.#readable.placeOf(uri);
    if (!here) return undefined;
    const { folder: repository, path } = here;
    const snippets = this.#snippets(document, path, known);
    const place = { repository, path, languageId, around: known.around, permit: this.#readable };
    const context = assembled(snippets, place, budgetDefault, known.context);
    this.#contexts.delete(uri);
    this.#contexts.set(uri, { ...known, context });
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > contextsMax && oldest !== undefined) this.#contexts.delete(oldest);
    return context;
  }

  /** Everything that may be said, from files that may be read. */
  #snippets(document: TextDocument, path: string, { near, declared }: Remembered): Snippet[] {
    const { uri } = document;
    const names = new Set(near.names);
    const found: Omit<Snippet, 'path'>[] = [
      ...declared.map((each, rank) => ({
        ...{ source: 'declaration' as const, uri: each.uri, text: shortDeclaration(plainLines(each.text)) },
        worth: worths.declaration - worthStep * rank,
      })),
      ...this.#imported(uri, path, near, names),
      ...this.#index.similar(names, uri).map(({ uri: of, text, score }) => ({
        ...{ source: 'similar' as const, uri: of, text, worth: worths.similar + score },
      })),
      ...this.#editsBeside(document).map((place, index, { length }) => ({
        ...{ source: 'edit' as const, uri: place.uri, text: place.text },
        worth: worths.edit - worthStep * (length - 1 - index),
      })),
    ];
    return found.flatMap((snippet) => {
      const place = this.#readable.placeOf(snippet.uri);
      return place ? [{ ...snippet, path: place.path }] : [];
    });
  }

  /** What the document itself says otherwise by now is no news to it. */
  #editsBeside(document: TextDocument): readonly EditedPlace[] {
    const { places } = this.#edits;
    if (places.every(({ uri }) => uri !== document.uri)) return places;
    const { text } = textOf(document);
    return places.filter((place) => place.uri !== document.uri || text.includes(place.text));
  }

  /** What open documents declare that this one imports: what is used near the cursor, else what is imported by its name. */
  #imported(uri: string, path: string, { imports, language }: ReadPlace, names: ReadonlySet<string>) {
    if (language === undefined) return [];
    const byPath = new Map(
      this.#others(uri).map((other) => [this.#readable.placeOf(other.uri)?.path ?? '', other.uri]),
    );
    const paths = [...byPath.keys()];
    return imports
      .flatMap((each) => {
        const of = byPath.get(importedPath(each, language, path, paths) ?? '');
        if (of === undefined) return [];
        const outline = this.#index.outline(of);
        const used = outline.filter(({ name }) => names.has(name));
        const named = outline.filter(({ name }) => each.names.includes(name) || each.names.includes('*'));
        const isUsed = used.length > 0;
        const text = joined((isUsed ? used : named).map((declaration) => declaration.text));
        return [{ source: 'import' as const, uri: of, text, worth: isUsed ? worths.usedImport : worths.import }];
      })
      .sort((a, b) => b.worth - a.worth)
      .slice(0, importsMax);
  }
}

function joined(texts: readonly string[]): string {
  let chars = 0;
  const fitting = texts.filter((text) => {
    chars += text.length + 1;
    return chars <= importCharsMax;
  });
  return fitting.join('\n');
}

function textOf(document: TextDocument): VersionedText {
  const { uri, languageId, version } = document;
  return { uri, languageId, version, text: plainLines(document.getText()) };
}

function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
