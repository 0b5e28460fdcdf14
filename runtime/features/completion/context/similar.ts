/**
 * Pieces of open documents that speak of the same things as a place: the share of names that both have (Jaccard). Documents are read
 * once for each of their versions; a question compares sets of names, as many as {@link documentsMax} documents have pieces.
 */
import type { DocumentReader, Outlined, ReadDocument, Text } from './reader.ts';

export interface VersionedText extends Text {
  readonly version: number;
}

export interface SimilarPiece {
  readonly uri: string;
  readonly text: string;
  /** From 0 to 1. */
  readonly score: number;
}

export const documentsMax = 16;
/** With fewer names in common it is chance. */
const scoreMin = 0.08;
/** So many of one document at most: of the others something is to be seen too. */
const perDocumentMax = 2;
const similarMax = 6;

interface Indexed extends ReadDocument {
  readonly version: number;
}

export class DocumentIndex {
  readonly #reader: DocumentReader;
  /** The one read last stands last. */
  readonly #documents = new Map<string, Indexed>();

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  /** Reads what has changed, one document after the other; those that are not among `texts` are forgotten. */
  async refresh(texts: readonly VersionedText[]): Promise<void> {
    const wanted = texts.slice(0, documentsMax);
    const uris = new Set(wanted.map(({ uri }) => uri));
    for (const uri of [...this.#documents.keys()]) if (!uris.has(uri)) this.#documents.delete(uri);
    for (const text of wanted) {
      if (this.#documents.get(text.uri)?.version === text.version) continue;
      const read = await this.#reader.read(text);
      this.#documents.set(text.uri, { ...read, version: text.version });
    }
  }

  forget(uri: string): void {
    this.#documents.delete(uri);
  }

  /** What a document declares; nothing of one that was not read. */
  outline(uri: string): readonly Outlined[] {
    return this.#documents.get(uri)?.outline ?? [];
  }

  /** The most similar first. @param except the document that is asked about. */
  similar(names: ReadonlySet<string>, except: string): SimilarPiece[] {
    const found = [...this.#documents]
      .filter(([uri]) => uri !== except)
      .flatMap(([uri, { pieces }]) =>
        pieces
          .map(({ text, names: own }) => ({ uri, text, score: jaccard(names, own) }))
          .filter(({ score }) => score >= scoreMin)
          .sort((a, b) => b.score - a.score)
          .slice(0, perDocumentMax),
      );
    return found.sort((a, b) => b.score - a.score).slice(0, similarMax);
  }
}

/** The share of all names that both have; 0 of two empty sets. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let both = 0;
  for (const name of small) if (large.has(name)) both += 1;
  return both === 0 ? 0 : both / (a.size + b.size - both);
}
