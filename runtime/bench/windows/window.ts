/**
 * A window of an editor: one WebSocket to the runtime, one document at a time, and what VS Code does with it: every edit is told and takes
 * back the question before, which is asked anew when no other edit follows at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { type Position, TextDocument } from 'vscode-languageserver-textdocument';
import type { RuntimeConnection } from '../../client/connect.ts';
import {
  eligibilityMethod,
  inlineCompletionResultSchema,
  type Status,
  statusMethod,
  statusSchema,
  summarizeMethod,
} from '../../protocol.ts';
import { applied, cursorAfter, cursorBefore, type EditingTrace } from '../replay/editing-trace.ts';
import type { PlayedEdit } from '../replay/sessions.ts';
import { editorWaitMs } from '../typing/play.ts';
import { sessions } from '../workloads.ts';
import { asides, type SessionPlan, type SummaryPlan } from './plan.ts';
import type { RequestKind, Tally } from './tally.ts';

export interface WindowOptions {
  readonly name: string;
  readonly connection: RuntimeConnection;
  readonly editing: EditingTrace;
  readonly tally: Tally;
  /** So many times as fast as recorded. */
  readonly speed: number;
  readonly onStatus: (status: Status) => void;
}

const languageId = 'rust';
/** Of LSP: the request was cancelled by its client. */
const requestCancelled = -32_800;
/** What cannot be an answer to a question in good order. */
const badReasons: ReadonlySet<string> = new Set([
  'failed',
  'rejected',
  'modelUnavailable',
  'documentUnknown',
  'positionOutside',
]);

export class EditorWindow {
  readonly #options: WindowOptions;
  readonly #rpc: MessageConnection;
  readonly #pending = new Set<Promise<void>>();
  #document = TextDocument.create('', languageId, 0, '');
  #question: CancellationTokenSource | undefined;
  #callOff: NodeJS.Timeout | undefined;
  #cursor: Position = { line: 0, character: 0 };
  #documents = 0;
  #isClosing = false;

  private constructor(options: WindowOptions) {
    this.#options = options;
    const { connection, tally, onStatus } = options;
    this.#rpc = createMessageConnection(connection.reader, connection.writer);
    this.#rpc.onNotification(statusMethod, (status: unknown) => onStatus(statusSchema.parse(status)));
    this.#rpc.onClose(() => this.#isClosing || tally.error('the connection closed'));
    this.#rpc.onError(([error]) => tally.error(`the connection failed: ${error.message}`));
    this.#rpc.listen();
  }

  /** @throws when the runtime does not greet. */
  static async open(options: WindowOptions): Promise<EditorWindow> {
    const window = new EditorWindow(options);
    const { runtime } = options.connection;
    // The demonstration model completes by itself where it was chosen.
    const settings = { model: 'embedded', threads: 1 };
    await window.#rpc.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions: { client: options.name, version: runtime.version, settings },
    });
    await window.#rpc.sendNotification('initialized', {});
    return window;
  }

  /** Opens a document, works in it as planned, and closes it; ends early at `untilMs`. */
  async play(plan: SessionPlan, untilMs: number): Promise<void> {
    const { editing } = this.#options;
    this.#open(editing.textBefore(plan.from), editing.edits[plan.from]);
    const startMs = performance.now() + this.#ms(sessions.openLeadMs);
    const summaries = plan.summaries.map((summary) => this.#summaryAt(summary, startMs, untilMs));
    for (const edit of plan.edits) {
      if (!(await until(startMs + this.#ms(edit.atMs), untilMs))) break;
      this.#edit(edit);
    }
    await until(startMs + this.#ms(plan.lengthMs), untilMs);
    await Promise.all(summaries);
    clearTimeout(this.#callOff);
    this.#question?.cancel();
    this.#notify('textDocument/didClose', { textDocument: this.#named });
  }

  /** Something that is answered without an engine. */
  async askCheaply(when: 'rest' | 'load'): Promise<void> {
    const { cheapMs } = this.#options.tally;
    const sentMs = performance.now();
    await this.#ask('cheap', eligibilityMethod, { textDocument: this.#named }, new CancellationTokenSource(), () =>
      cheapMs[when].push(performance.now() - sentMs),
    );
  }

  /** Until all is answered, for as long as `msMax`; what is not answered by then is an error. */
  async rest(msMax: number): Promise<void> {
    const patience = new AbortController();
    const all = Promise.all(this.#pending).finally(() => patience.abort());
    await Promise.race([all, sleep(msMax, undefined, { signal: patience.signal }).catch(() => undefined)]);
    for (const _ of this.#pending) this.#options.tally.error('a request was never answered');
  }

  close(): void {
    this.#isClosing = true;
    this.#rpc.dispose();
    this.#options.connection.socket.close();
  }

  #ms(recordedMs: number): number {
    return recordedMs / this.#options.speed;
  }

  get #named(): { readonly uri: string } {
    return { uri: this.#document.uri };
  }

  #open(text: string, first: Parameters<typeof cursorBefore>[0] | undefined): void {
    this.#documents += 1;
    const uri = `file:///bench/${encodeURIComponent(this.#options.name)}/${this.#documents}.rs`;
    this.#document = TextDocument.create(uri, languageId, 1, text);
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    const position = this.#document.positionAt(first === undefined ? 0 : cursorBefore(first));
    this.#cursor = position;
    // As the extension does with a document that has come to the front, which warms it up.
    void this.#ask(
      'cheap',
      eligibilityMethod,
      { textDocument: this.#named, position },
      new CancellationTokenSource(),
      () => undefined,
    );
  }

  #edit({ first, end }: PlayedEdit): void {
    const { editing, tally } = this.#options;
    const parts = editing.edits.slice(first, end);
    tally.edited();
    const contentChanges = parts.flatMap(({ patches }) =>
      patches.map(([position, deleted, text]) => {
        const range = {
          start: this.#document.positionAt(position),
          end: this.#document.positionAt(position + deleted),
        };
        const whole = applied(this.#document.getText(), [[position, deleted, text]]);
        this.#document = TextDocument.create(this.#document.uri, languageId, this.#document.version + 1, whole);
        return { range, text };
      }),
    );
    const { uri, version } = this.#document;
    this.#question?.cancel();
    this.#notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
    clearTimeout(this.#callOff);
    const last = parts.at(-1);
    if (last === undefined) return;
    const position = this.#document.positionAt(cursorAfter(last, editing.edits[end]));
    this.#cursor = position;
    this.#callOff = setTimeout(() => void this.#complete(position), this.#ms(editorWaitMs));
  }

  async #complete(position: Position): Promise<void> {
    const { tally } = this.#options;
    this.#question = new CancellationTokenSource();
    const params = { textDocument: this.#named, position, context: { triggerKind: 2 } };
    const sentMs = performance.now();
    await this.#ask('completion', 'textDocument/inlineCompletion', params, this.#question, (answer) => {
      const ms = performance.now() - sentMs;
      const { punctual } = inlineCompletionResultSchema.parse(answer);
      tally.reason(punctual.reason);
      if (badReasons.has(punctual.reason)) tally.error(`no suggestion: ${punctual.message ?? punctual.reason}`);
      // What the runtime had it for, from its receipt to the last token, is not the protocol's.
      if (punctual.e2eMs !== undefined) tally.overheadMs.push(ms - punctual.e2eMs);
    });
  }

  async #summaryAt({ atMs, cancelAfterMs }: SummaryPlan, startMs: number, untilMs: number): Promise<void> {
    if (!(await until(startMs + this.#ms(atMs), untilMs))) return;
    const { line } = this.#cursor;
    const first = Math.max(0, line - asides.summaryLines);
    const range = { start: { line: first, character: 0 }, end: { line: line + 1, character: 0 } };
    const source = new CancellationTokenSource();
    const token = `${this.#documents} ${atMs}`;
    const params = { textDocument: this.#named, range, partialResultToken: token };
    const callOff =
      cancelAfterMs === undefined ? undefined : setTimeout(() => source.cancel(), this.#ms(cancelAfterMs));
    await this.#ask('summary', summarizeMethod, params, source, () => undefined);
    clearTimeout(callOff);
  }

  /** Never rejects: what goes wrong is an error of the tally, unless it was taken back. */
  #ask(
    kind: RequestKind,
    method: string,
    params: object,
    source: CancellationTokenSource,
    heard: (answer: unknown) => void,
  ): Promise<void> {
    const { tally } = this.#options;
    const counts = tally.counts[kind];
    counts.asked += 1;
    const over = this.#rpc.sendRequest(method, params, source.token).then(
      (answer) => {
        if (source.token.isCancellationRequested) counts.takenBack += 1;
        else counts.answered += 1;
        heard(answer);
      },
      (error: unknown) => {
        const isTakenBack = error instanceof ResponseError && error.code === requestCancelled;
        if (isTakenBack && source.token.isCancellationRequested) counts.takenBack += 1;
        else tally.error(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    const pending = over
      .catch((error: unknown) => tally.error(`${kind}: an answer of another form: ${error}`))
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    return pending;
  }

  #notify(method: string, params: object): void {
    this.#rpc.sendNotification(method, params).catch((error) => this.#options.tally.error(`${method}: ${error}`));
  }
}

/** Waits until then, but not beyond `untilMs`. @returns whether there is time left. */
async function until(atMs: number, untilMs: number): Promise<boolean> {
  const waitMs = Math.min(atMs, untilMs) - performance.now();
  if (waitMs > 0) await sleep(waitMs);
  return performance.now() < untilMs;
}
