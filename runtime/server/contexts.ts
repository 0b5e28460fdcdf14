/**
 * When the context of a client's completions is made anew, and who is asked for it: the moments that features/completion/context knows,
 * as they are seen from a conversation. Nothing here is on the way of a keystroke but the note of what was edited.
 */
import { ErrorCodes, ResponseError } from 'vscode-languageserver';
import { type Position, TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { type Contexts, editsMax } from '../features/completion/context/index.ts';
import {
  type DeclarationsParams,
  type DeclarationsResult,
  declarationsMax,
  declarationsMethod,
  declarationsResultSchema,
  type WorkspaceParams,
  workspaceParamsSchema,
} from '../protocol.ts';
import { type Questions, sentenceOf } from './ask.ts';

export interface ContextDeskOptions {
  readonly contexts: Contexts;
  readonly documents: { get(uri: string): TextDocument | undefined };
  /** Whether completion answers by itself in this document: elsewhere nothing is gathered. */
  readonly isWanted: (document: TextDocument) => boolean;
  /** Asks the client. Never rejects; undefined when it has no answer, `never` when it will not have one. */
  readonly ask: (params: DeclarationsParams, moot: AbortSignal) => Promise<Answer>;
  /** The context of this document has changed: whoever has time may evaluate it. */
  readonly changed: (uri: string, position: Position) => void;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
}

export type Answer = DeclarationsResult | 'never' | undefined;

/** Who has not edited for this long may be reading, in ms. */
const quietMs = 1_000;
/** What language servers have not said by then is not waited for, in ms. */
const declarationsMs = 2_000;

interface Place {
  readonly uri: string;
  readonly position: Position;
}

export class ContextDesk {
  readonly #options: ContextDeskOptions;
  #callOff: (() => void) | undefined;
  /** A question to the client that is under way. */
  #asking: AbortController | undefined;
  #canAsk = true;
  /** What was asked about last: the same is not asked again. */
  #asked = '';
  #edits = 0;
  #isClosed = false;

  constructor(options: ContextDeskOptions) {
    this.#options = options;
  }

  /** After the change was made. */
  edited(document: TextDocument, changes: readonly TextDocumentContentChangeEvent[]): void {
    if (this.#isClosed) return;
    const ranged = changes.flatMap((change) => ('range' in change ? [change] : []));
    const { contexts } = this.#options;
    const lineChanges = ranged.map(({ range, text }) => ({
      line: range.start.line,
      removedLines: range.end.line - range.start.line,
      addedLines: lineEndsIn(text),
    }));
    // The whole text anew is no place where somebody edits.
    if (ranged.length === changes.length) contexts.edited(document, lineChanges);
    const last = ranged.at(-1);
    const place = {
      uri: document.uri,
      position: last ? endOf(last.range.start, last.text) : { line: 0, character: 0 },
    };
    this.#callOff?.();
    this.#callOff = this.#options.timer(quietMs, () => this.#rested(place));
    this.#edits += 1;
    if (this.#edits >= editsMax) this.#rested(place);
  }

  /** The cursor is there now. Over when the context is that of this place; what language servers say comes later. Never rejects. */
  async active(uri: string, position: Position): Promise<void> {
    const { contexts, documents, isWanted, log } = this.#options;
    const document = documents.get(uri);
    if (this.#isClosed || !document || !isWanted(document)) return;
    this.#edits = 0;
    try {
      await contexts.refresh(uri, position);
    } catch (error) {
      // Not of which document: names of a user's files are in no log.
      log(`the context of a document could not be read: ${sentenceOf(error)}`);
      return;
    }
    void this.#askAbout({ uri, position });
  }

  closed(uri: string): void {
    this.#options.contexts.closed(uri);
  }

  close(): void {
    this.#isClosed = true;
    this.#callOff?.();
  }

  #rested(place: Place): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const { contexts, changed } = this.#options;
    const before = contexts.at(place.uri);
    void this.active(place.uri, place.position).then(() => {
      if (!this.#isClosed && contexts.at(place.uri) !== before) changed(place.uri, place.position);
    });
  }

  async #askAbout({ uri, position }: Place): Promise<void> {
    const { contexts, documents, ask, changed } = this.#options;
    const document = documents.get(uri);
    if (!document || !this.#canAsk || this.#isClosed) return;
    const names = contexts.wanted(uri, position, declarationsMax);
    const asked = `${uri}\0${names
      .map(({ name }) => name)
      .sort()
      .join('\0')}`;
    if (names.length === 0 || asked === this.#asked) return;
    this.#asked = asked;
    this.#asking?.abort();
    const moot = new AbortController();
    this.#asking = moot;
    const textDocument = { uri, version: document.version };
    const answer = await ask({ textDocument, names: [...names], withinMs: declarationsMs }, moot.signal);
    if (answer === 'never') this.#canAsk = false;
    if (answer === undefined || answer === 'never' || moot.signal.aborted) return;
    if (contexts.declared(uri, answer.declarations)) changed(uri, position);
  }
}

/** The questions of a desk, put to a client that answers what it is asked. */
export function declarationsFrom(questions: Questions, unanswered: (why: string) => void): ContextDeskOptions['ask'] {
  return async (params, moot) => {
    if (!questions.canAsk) return undefined;
    try {
      return declarationsResultSchema.parse(await questions.ask(declarationsMethod, params, moot));
    } catch (error) {
      if (error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound) return 'never';
      if (!moot.aborted) unanswered(sentenceOf(error));
      return undefined;
    }
  };
}

function endOf(start: Position, text: string): Position {
  const lines = lineEndsIn(text);
  const lastLine = text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
  return { line: start.line + lines, character: (lines === 0 ? start.character : 0) + lastLine.length };
}

function lineEndsIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** As LSP has them, of a client that tells no more; none when they are not what they should be. */
export function foldersOf(folders: unknown): WorkspaceParams['folders'] {
  const said = workspaceParamsSchema.safeParse({ folders });
  return said.success ? said.data.folders : [];
}

/** Makes and changes documents as the library does, and tells what was changed. */
export function observing(edited: (document: TextDocument, changes: TextDocumentContentChangeEvent[]) => void) {
  return {
    create: TextDocument.create,
    update(document: TextDocument, changes: TextDocumentContentChangeEvent[], version: number): TextDocument {
      const updated = TextDocument.update(document, changes, version);
      edited(updated, changes);
      return updated;
    },
  };
}
