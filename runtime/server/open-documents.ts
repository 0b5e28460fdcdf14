/**
 * How many documents are kept here, of how many characters. A document beyond a limit is not kept at all: half of a text would make
 * nonsense of every later change. Who asks about it hears why and what to do; the text itself is the editor's, and nothing of it is lost.
 */
import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type DocumentLimits, documentLimits, refusedMax } from './limits.ts';

const unknownDocument = 'The document is not open here: open it (textDocument/didOpen) before asking about it.';

interface Kept {
  documents: number;
  chars: number;
}

/** What all clients together have open. */
export class DocumentRoom {
  readonly limits: DocumentLimits;
  readonly all: Kept = { documents: 0, chars: 0 };

  constructor(limits: DocumentLimits = documentLimits) {
    this.limits = limits;
  }
}

/** What one client has open, as a part of that. Holds no text. */
export class OpenDocuments {
  readonly #room: DocumentRoom;
  readonly #own: Kept = { documents: 0, chars: 0 };
  readonly #chars = new Map<string, number>();
  /** Why documents that the client has open are not kept; who names more of them than are remembered hears less. */
  readonly #refused = new Map<string, string>();

  constructor(room: DocumentRoom) {
    this.#room = room;
  }

  /**
   * A document has been opened, or has another length by now.
   * @returns whether it may be kept; if not, nothing of it counts any more.
   */
  takes(uri: string, chars: number): boolean {
    this.closed(uri);
    const why = this.#whyNot(chars);
    if (why !== undefined) {
      if (this.#refused.size < refusedMax) this.#refused.set(uri, why);
      return false;
    }
    this.#count(uri, 1, chars);
    return true;
  }

  closed(uri: string): void {
    this.#refused.delete(uri);
    const chars = this.#chars.get(uri);
    if (chars !== undefined) this.#count(uri, -1, chars);
  }

  /** One sentence for who asks about a document that is not kept. */
  whyUnknown(uri: string): string {
    return this.#refused.get(uri) ?? unknownDocument;
  }

  /** The client is gone. */
  close(): void {
    for (const uri of [...this.#chars.keys()]) this.closed(uri);
    this.#refused.clear();
  }

  #count(uri: string, sign: 1 | -1, chars: number): void {
    for (const kept of [this.#own, this.#room.all]) {
      kept.documents += sign;
      kept.chars += sign * chars;
    }
    if (sign === 1) this.#chars.set(uri, chars);
    else this.#chars.delete(uri);
  }

  #whyNot(chars: number): string | undefined {
    const { client, all } = this.#room.limits;
    const sides = [
      { who: 'This window', kept: this.#own, limit: client },
      { who: 'All windows together', kept: this.#room.all, limit: all },
    ];
    for (const { who, kept, limit } of sides) {
      const tooMany = kept.documents + 1 > limit.documents && `${limit.documents.toLocaleString('en')} open documents`;
      const tooLong =
        kept.chars + chars > limit.chars && `open documents of ${limit.chars.toLocaleString('en')} characters`;
      const most = tooMany || tooLong;
      if (most)
        return `This document is not read: ${who.toLowerCase()} may have ${most}. Close some, then close this one and open it again.`;
    }
    return undefined;
  }
}

type Connection = Parameters<TextDocuments<TextDocument>['listen']>[0];

/**
 * The connection as the library's documents hear it: of documents beyond a limit nothing but that they are closed.
 * @param charsOf how long a document is that is kept, after its last change.
 */
export function withinLimits(
  connection: Connection,
  open: OpenDocuments,
  charsOf: (uri: string) => number | undefined,
): Connection {
  let close: Parameters<Connection['onDidCloseTextDocument']>[0] = () => undefined;
  const forget = (uri: string): void => void (charsOf(uri) !== undefined && close({ textDocument: { uri } }));
  return {
    onDidOpenTextDocument: (handler) =>
      connection.onDidOpenTextDocument((params) => {
        const { uri, text } = params.textDocument;
        if (open.takes(uri, text.length)) handler(params);
        else forget(uri);
      }),
    onDidChangeTextDocument: (handler) =>
      connection.onDidChangeTextDocument((params) => {
        handler(params);
        const { uri } = params.textDocument;
        const chars = charsOf(uri);
        if (chars !== undefined && !open.takes(uri, chars)) forget(uri);
      }),
    onDidCloseTextDocument: (handler) => {
      close = handler;
      return connection.onDidCloseTextDocument((params) => {
        open.closed(params.textDocument.uri);
        handler(params);
      });
    },
    onWillSaveTextDocument: (handler) => connection.onWillSaveTextDocument(handler),
    onWillSaveTextDocumentWaitUntil: (handler) => connection.onWillSaveTextDocumentWaitUntil(handler),
    onDidSaveTextDocument: (handler) => connection.onDidSaveTextDocument(handler),
  };
}
