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
  errorCodes,
  feedbackMethod,
  feedbackParamsSchema,
  initializationOptionsSchema,
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
import { askOffer, Questions } from './ask.ts';
import { completionHandlers } from './completions.ts';
import { ContextDesk, declarationsFrom, foldersOf, observing } from './contexts.ts';
import { watchHandlers } from './dashboard.ts';
import { diagnoseHandlers } from './diagnose.ts';
import { feedbackHandlers } from './feedback.ts';
import { logHandlers } from './log.ts';
import { modelHandlers } from './models.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type DocumentRoom, OpenDocuments, withinLimits } from './open-documents.ts';
import type { Services } from './services.ts';
import { type TextRequests, textHandlers } from './texts.ts';
import { WarmUps } from './warm-up.ts';

export type { Services };

/** Who a client is, and what it shares with the others. */
export interface Membership {
  /** Names this client among all; completions of one document in one window supersede each other. */
  readonly name: string;
  readonly room: DocumentRoom;
  /** It can take notifications from now on. */
  readonly onReady: () => void;
  /** It is gone. */
  readonly onClose: () => void;
}

export class Conversation {
  readonly #services: Services;
  readonly #name: string;
  readonly #connection: ReturnType<typeof connect>;
  readonly #questions: Questions;
  readonly #documents = new TextDocuments<TextDocument>(
    observing((document, changes) => this.#desk?.edited(document, changes)),
  );
  readonly #open: OpenDocuments;
  readonly #running = new Set<AbortController>();
  readonly #statuses = new OneAtATime(() => this.#sendStatus());
  readonly #warmUps: WarmUps;
  readonly #contexts: Contexts | undefined;
  readonly #desk: ContextDesk | undefined;
  readonly #onClose: () => void;
  /** The newest, while it is not told. */
  #status: Status | undefined;
  #said: SaidSettings = clientSettingsSchema.parse({});
  #isReady = false;
  #isClosed = false;

  constructor(
    reader: MessageReader,
    writer: MessageWriter,
    services: Services,
    { name, room, onReady, onClose }: Membership,
  ) {
    this.#name = name;
    this.#open = new OpenDocuments(room);
    this.#services = services;
    this.#onClose = onClose;
    this.#warmUps = new WarmUps({
      warmUp: (uri, position, signal) => this.#warmUp(uri, position, signal),
      timer: services.timer,
    });
    this.#connection = connect(reader, writer);
    this.#questions = new Questions(this.#connection);
    this.#contexts = services.contexts?.(this.#documents);
    this.#desk = this.#contexts && this.#deskFor(this.#contexts);
    // A reader fires its close when the socket is gone, however that came about.
    reader.onClose(() => this.#close());
    this.#register(onReady);
    const charsOf = (uri: string): number | undefined => this.#documents.get(uri)?.getText().length;
    this.#documents.listen(withinLimits(this.#connection, this.#open, charsOf));
    this.#connection.listen();
  }

  /** Of several that come while the client does not read, it is told the last. */
  pushStatus(status: Status): void {
    this.#status = status;
    this.#statuses.want();
  }

  async #sendStatus(): Promise<void> {
    const status = this.#status;
    this.#status = undefined;
    if (status && this.#isReady && !this.#isClosed) await this.#connection.sendNotification(statusMethod, status);
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
      ask: declarationsFrom(this.#questions, (why) => this.#unanswered(why)),
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
    const completions = completionHandlers({
      ...{ ...shared, completion: this.#services.completion, client: this.#name },
      context: (uri) => this.#contexts?.at(uri),
      now: () => tasks.now(),
      document: (uri) => this.#documents.get(uri),
      whyUnknown: (uri) => this.#open.whyUnknown(uri),
      fellShort: (uri, position) => this.#warmUps.wanted(uri, position),
      active: (uri, position) => void this.#active(uri, position),
    });
    const texts: TextRequests = {
      ...{ ...shared, summarize, translate, generate, client: this.#name },
      context: (uri) => this.#contexts?.at(uri),
      now: () => tasks.now(),
      document: (uri) => this.#document(uri),
      ask: (offer, moot) => askOffer(this.#questions, offer, moot, (why) => this.#unanswered(why)),
    };
    const counts = feedback ? feedbackHandlers(feedback.store) : [];
    const log = turns ? logHandlers(turns) : [];
    const watch = source ? watchHandlers({ ...shared, source, timer }) : [];
    const probe = diagnosis ? diagnoseHandlers({ ...shared, desk: diagnosis }) : [];
    const more = [...completions, ...counts, ...log, ...watch, ...probe];
    return [...textHandlers(texts), ...modelHandlers({ ...shared, desk: models }), ...more] as const;
  }

  #warmUp(uri: string, position: Position, signal: AbortSignal): Promise<void> {
    const document = this.#documents.get(uri);
    if (!document) return Promise.resolve();
    const context = this.#contexts?.at(uri);
    const request = { document, position, settings: this.#settings, client: this.#name, context };
    return this.#services.completion.warmUp(request, signal);
  }

  #unanswered(why: string): void {
    if (!this.#isClosed) this.#services.log(`${this.#name} did not answer a question: ${why}`);
  }

  /** What is evaluated for a document that has come to the front begins with its context, so that is made first. */
  async #active(uri: string, position: Position): Promise<void> {
    await this.#desk?.active(uri, position);
    this.#warmUps.active(uri, position);
  }

  /** Over when it has left this process, or the client has. */
  #progress(token: string | number, value: object): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return this.#connection.sendNotification('$/progress', { token, value });
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
    if (document) return document;
    const why = this.#open.whyUnknown(uri);
    throw new ResponseError(errorCodes.unknownDocument, why, { code: 'unknownDocument' });
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#warmUps.close();
    this.#desk?.close();
    for (const controller of this.#running) controller.abort();
    this.#open.close();
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
