/** A client's open documents, and a person who types in them. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ContextSettings, Contexts } from '../../../../runtime/features/completion/context/index.ts';
import { type DocumentReader, SyntaxReader } from '../../../../runtime/features/completion/context/reader.ts';
import { syntax } from '../../../syntax/world.ts';

export const folder = { uri: 'file:///folder/shop', name: 'shop' };
export const uriOf = (path: string): string => `${folder.uri}/${path}`;
export const at = (line: number, character: number) => ({ line, character });

export class ContextWorld {
  readonly contexts: Contexts;
  readonly #documents = new Map<string, TextDocument>();

  constructor(reader: DocumentReader = new SyntaxReader(syntax), settings: Partial<ContextSettings> = {}) {
    const documents = { get: (uri: string) => this.#documents.get(uri), all: () => [...this.#documents.values()] };
    this.contexts = new Contexts(reader, documents);
    this.contexts.workspace([folder]);
    this.contexts.settings({ context: true, contextExclude: [], ...settings });
  }

  /** @param path in the folder, or a whole address. */
  open(path: string, text: string, languageId = 'typescript'): TextDocument {
    const uri = path.includes(':') ? path : uriOf(path);
    const document = TextDocument.create(uri, languageId, 1, text);
    this.#documents.set(uri, document);
    return document;
  }

  close({ uri }: TextDocument): void {
    this.#documents.delete(uri);
    this.contexts.closed(uri);
  }

  /** Replaces whole lines. */
  replace(document: TextDocument, line: number, removedLines: number, text: string): void {
    const range = { start: at(line, 0), end: at(line + removedLines, 0) };
    TextDocument.update(document, [{ range, text }], document.version + 1);
    this.contexts.edited(document, [{ line, removedLines, addedLines: text.split('\n').length - 1 }]);
  }

  /** Types at a place, character by character. */
  type(document: TextDocument, line: number, character: number, text: string): void {
    for (const [index, char] of [...text].entries()) {
      const place = at(line, character + index);
      TextDocument.update(document, [{ range: { start: place, end: place }, text: char }], document.version + 1);
      this.contexts.edited(document, [{ line, removedLines: 0, addedLines: 0 }]);
    }
  }

  /** Everything that completions in this document are told of others. */
  said(document: TextDocument): string {
    return (this.contexts.at(document.uri)?.pieces ?? []).map(({ comments }) => comments).join('');
  }
}
