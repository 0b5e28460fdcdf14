/**
 * One client's conversation: LSP for documents and completions, `punctual/*` for the rest. Owns the client's documents, its settings
 * and what it asked for; when the client leaves, everything it asked for is cancelled.
 */
import {
  type CancellationToken,
  createConnection,
  createProtocolConnection,
  type InitializeResult,
  type MessageReader,
  type MessageWriter,
  ProposedFeatures,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
  type WatchDog,
} from 'vscode-languageserver';
import type { Position, TextDocument } from 'vscode-languageserver-textdocument';
import type { Contexts } from '../features/completion/context/index.ts';
import {
  type ClientSettings,
  clientSettingsSchema,
  didChangeConfigurationSchema,
  type EligibilityResultSaid as EligibilityResult,
  eligibilityMethod,
  eligibilityParamsSchema,
  errorCodes,
  feedbackMethod,
  feedbackParamsSchema,
  type InlineCompletionResultSaid as InlineCompletionResult,
  initializationOptionsSchema,
  inlineCompletionParamsSchema,
  type SaidSettings,
  type StatusSaid as Status,
  signalMethod,
  signalParamsSchema,
  statusMethod,
  stopMethod,
  stopParamsSchema,
  workspaceMethod,
  workspaceParamsSchema,
} from '../protocol.ts';
import { askOffer } from './ask.ts';
import { ContextDesk, declarationsFrom, foldersOf, observing } from './contexts.ts';
import { watchHandlers } from './dashboard.ts';
import { diagnoseHandlers } from './diagnose.ts';
import { feedbackHandlers } from './feedback.ts';
import { logHandlers } from './log.ts';
import { modelHandlers } from './models.ts';
import type { Services } from './services.ts';
import { type TextRequests, textHandlers } from './texts.ts';
import { WarmUps } from './warm-up.ts';

export type { Services };

const unknownDocument = 'The document is not open here: open it (textDocument/didOpen) before asking about it.';

export class Conversation {
  readonly #services: Services;
  /** Names this client among all; completions of one document in one window supersede each other. */
  readonly #name: string;
  readonly #connection: ReturnType<typeof connect>;
  readonly #documents = new TextDocuments<TextDocument>(
    observing((document, changes) => this.#desk?.edited(document, changes)),
  );
  readonly #running = new Set<AbortController>();
  readonly #warmUps: WarmUps;
  readonly #contexts: Contexts | undefined;
  readonly #desk: ContextDesk | undefined;
  readonly #onClose: () => void;
  #said: SaidSettings = clientSettingsSchema.parse({});
  #isReady = false;
  #isClosed = false;

  /** `onReady` is called once the client can take notifications, `onClose` once it is gone. */
  constructor(
    name: string,
    reader: MessageReader,
    writer: MessageWriter,
    services: Services,
    { onReady, onClose }: { onReady: () => void; onClose: () => void },
  ) {
    this.#name = name;
    this.#services = services;
    this.#onClose = onClose;
    this.#warmUps = new WarmUps({
      warmUp: (uri, position, signal) => this.#warmUp(uri, position, signal),
      timer: services.timer,
    });
    this.#connection = connect(reader, writer);
    this.#contexts = services.contexts?.(this.#documents);
    this.#desk = this.#contexts && this.#deskFor(this.#contexts);
    // A reader fires its close when the socket is gone, however that came about.
    reader.onClose(() => this.#close());
    this.#register(onReady);
    this.#documents.listen(this.#connection);
    this.#connection.listen();
  }

  pushStatus(status: Status): void {
    if (this.#isReady && !this.#isClosed) void this.#connection.sendNotification(statusMethod, status);
  }

  get #settings(): ClientSettings {
    return this.#services.machineWide.over(this.#said);
  }

  #say(said: SaidSettings): void {
    this.#said = said;
    this.#services.machineWide.says(said);
    this.#contexts?.settings(said.completion);
  }

  #deskFor(contexts: Contexts): ContextDesk {
    const { completion, timer, log } = this.#services;
    return new ContextDesk({
      ...{ contexts, documents: this.#documents, timer, log },
      isWanted: (document) => completion.eligibility(document, this.#settings).automatic,
      ask: declarationsFrom(this.#connection, (why) => this.#unanswered(why)),
      changed: (uri, position) => this.#warmUps.wanted(uri, position),
    });
  }

  #register(onReady: () => void): void {
    const connection = this.#connection;
    connection.onInitialize(async (params): Promise<InitializeResult> => {
      const options = initializationOptionsSchema.parse(params.initializationOptions ?? {});
      this.#say(options.settings);
      if (!options.tellsWorkspace) this.#contexts?.workspace(foldersOf(params.workspaceFolders));
      await this.#services.know(this.#settings);
      this.#services.log(`${this.#name}: ${options.client} ${options.version}`);
      const capabilities = {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        inlineCompletionProvider: true,
        positionEncoding: 'utf-16',
      } as const;
      return { capabilities, serverInfo: { name: 'punctual', version: this.#services.version } };
    });
    connection.onInitialized(() => {
      this.#isReady = true;
      onReady();
    });
    connection.onDidChangeConfiguration((params) => {
      this.#say(didChangeConfigurationSchema.parse(params).settings.punctual);
      if (this.#documents.keys().length > 0) this.#services.prepare(this.#settings);
      else void this.#services.know(this.#settings);
    });
    this.#documents.onDidOpen(() => this.#services.prepare(this.#settings));
    this.#documents.onDidChangeContent(({ document }) => {
      this.#warmUps.edited(document.uri);
      this.#services.completion.edited({ client: this.#name, document });
    });
    this.#documents.onDidClose(({ document }) => {
      this.#warmUps.stop(document.uri);
      this.#desk?.closed(document.uri);
      this.#services.feedback?.restraint.closed({ client: this.#name, uri: document.uri });
    });
    connection.onRequest('textDocument/inlineCompletion', (params: unknown, token: CancellationToken) =>
      this.#complete(params, token),
    );
    connection.onRequest(eligibilityMethod, (params: unknown) => this.#eligibility(params));
    for (const [method, handle] of this.#requests()) connection.onRequest(method, handle);
    connection.onNotification(signalMethod, (params: unknown) =>
      this.#services.onSignal?.(signalParamsSchema.parse(params)),
    );
    connection.onNotification(workspaceMethod, (params: unknown) =>
      this.#contexts?.workspace(workspaceParamsSchema.parse(params).folders),
    );
    connection.onNotification(feedbackMethod, (params: unknown) => {
      const { uri } = feedbackParamsSchema.parse(params).textDocument;
      this.#services.feedback?.restraint.accepted({ client: this.#name, uri });
    });
    connection.onRequest(stopMethod, (params: unknown) => {
      this.#services.stop(stopParamsSchema.parse(params ?? {}).reason);
      return null;
    });
  }

  /** What other files answer. */
  #requests() {
    const { summarize, translate, generate, tasks, models, feedback, turns, watch: source, timer } = this.#services;
    const { diagnosis } = this.#services;
    const shared = {
      settings: () => this.#settings,
      cancellable: this.#cancellable.bind(this),
      progress: (token: string | number, value: object) => this.#progress(token, value),
    };
    const texts: TextRequests = {
      ...{ ...shared, summarize, translate, generate, client: this.#name },
      context: (uri) => this.#contexts?.at(uri),
      now: () => tasks.now(),
      document: (uri) => this.#document(uri),
      ask: (offer, moot) => askOffer(this.#connection, offer, moot, (why) => this.#unanswered(why)),
    };
    const counts = feedback ? feedbackHandlers(feedback.store) : [];
    const log = turns ? logHandlers(turns) : [];
    const watch = source ? watchHandlers({ ...shared, source, timer }) : [];
    const probe = diagnosis ? diagnoseHandlers({ ...shared, desk: diagnosis }) : [];
    const more = [...counts, ...log, ...watch, ...probe];
    return [...textHandlers(texts), ...modelHandlers({ ...shared, desk: models }), ...more] as const;
  }

  async #complete(params: unknown, token: CancellationToken): Promise<InlineCompletionResult> {
    const receivedMs = this.#services.tasks.now();
    const { textDocument, position, context } = inlineCompletionParamsSchema.parse(params);
    const document = this.#documents.get(textDocument.uri);
    if (!document) return { items: [], punctual: { reason: 'documentUnknown', message: unknownDocument } };
    const selected = context.selectedCompletionInfo;
    const request = {
      document,
      position,
      invoked: context.triggerKind === 1,
      settings: this.#settings,
      client: this.#name,
      context: this.#contexts?.at(document.uri),
      receivedMs,
    };
    const result = await this.#cancellable(token, (signal) =>
      this.#services.completion.complete({ ...request, ...(selected && { selected }) }, signal),
    );
    if (result.punctual.fitted || result.punctual.stale) this.#warmUps.wanted(document.uri, position);
    return result;
  }

  #warmUp(uri: string, position: Position, signal: AbortSignal): Promise<void> {
    const document = this.#documents.get(uri);
    if (!document) return Promise.resolve();
    const context = this.#contexts?.at(uri);
    const request = { document, position, settings: this.#settings, client: this.#name, context };
    return this.#services.completion.warmUp(request, signal);
  }

  #eligibility(params: unknown): EligibilityResult {
    const { textDocument, position } = eligibilityParamsSchema.parse(params);
    const document = this.#documents.get(textDocument.uri);
    if (!document) return { automatic: false, reason: 'documentUnknown', message: unknownDocument };
    if (position) void this.#active(document.uri, position);
    return this.#services.completion.eligibility(document, this.#settings);
  }

  #unanswered(why: string): void {
    if (!this.#isClosed) this.#services.log(`${this.#name} did not answer a question: ${why}`);
  }

  /** What is evaluated for a document that has come to the front begins with its context, so that is made first. */
  async #active(uri: string, position: Position): Promise<void> {
    await this.#desk?.active(uri, position);
    this.#warmUps.active(uri, position);
  }

  #progress(token: string | number, value: object): void {
    if (!this.#isClosed) void this.#connection.sendNotification('$/progress', { token, value });
  }

  /** Ends with the request's own token or with the conversation, whichever comes first. */
  async #cancellable<T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#running.add(controller);
    const subscription = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      return await run(controller.signal);
    } finally {
      subscription.dispose();
      this.#running.delete(controller);
    }
  }

  #document(uri: string): TextDocument {
    const document = this.#documents.get(uri);
    if (!document) throw new ResponseError(errorCodes.unknownDocument, unknownDocument, { code: 'unknownDocument' });
    return document;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#warmUps.close();
    this.#desk?.close();
    for (const controller of this.#running) controller.abort();
    this.#connection.dispose();
    this.#onClose();
  }
}

/**
 * The library's Node flavour ends the process at LSP's `exit` and when the parent process dies. This runtime serves others too, so
 * `exit` closes the client's socket and nothing else.
 */
function connect(reader: MessageReader, writer: MessageWriter) {
  const watchDog: WatchDog = { shutdownReceived: false, initialize: () => undefined, exit: () => writer.end() };
  return createConnection((logger) => createProtocolConnection(reader, writer, logger), watchDog, ProposedFeatures.all);
}
