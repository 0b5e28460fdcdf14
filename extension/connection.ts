/**
 * One connection to a runtime that is up. Whoever holds one need not ask whether there is a runtime; when it is lost, its requests
 * fail and `onDidClose` fires once. Checks everything that arrives against the protocol.
 */
import type * as vscode from 'vscode';
import { EventEmitter } from 'vscode';
import { type LanguageClientOptions, type MessageTransports, State } from 'vscode-languageclient/node';
import * as z from 'zod/mini';
import {
  type DeclarationsParams,
  type DeclarationsResult,
  declarationsMethod,
  declarationsParamsSchema,
  type EligibilityResult,
  eligibilityMethod,
  eligibilityResultSchema,
  feedbackMethod,
  type InlineCompletionParams,
  type InlineCompletionResult,
  inlineCompletionResultSchema,
  type ListedModel,
  listedModelSchema,
  logMethod,
  logResultSchema,
  type ModelsListResult,
  type ModelsPullParams,
  modelsImportMethod,
  modelsListMethod,
  modelsListResultSchema,
  modelsPullMethod,
  modelsRemoveMethod,
  modelsRemoveResultSchema,
  type PullProgress,
  pullProgressSchema,
  type SaidSettings,
  type SignalParams,
  type Status,
  type SummarizeParams,
  signalMethod,
  statisticsClearMethod,
  statisticsResultSchema,
  statusMethod,
  statusSchema,
  stopMethod,
  summarizeMethod,
  type TextResult,
  type TranslateParams,
  textResultSchema,
  translateMethod,
  type WatchNews,
  type WorkspaceParams,
  watchMethod,
  watchNewsSchema,
  workspaceMethod,
} from '../runtime/protocol.ts';
import { documentGuard } from './document-guard.ts';
import { documentSelector } from './documents.ts';
import { l10n } from './l10n.ts';
import { QuietLanguageClient } from './language-client.ts';
import {
  type AnswerOffer,
  type AnswerPart,
  answerOffers,
  answerPartSchema,
  asked,
  heard,
  type TextDocumentName,
  type UnshownText,
  withProgress,
  withText,
} from './requests.ts';
import { within } from './within.ts';

type OnPart = (part: AnswerPart) => void;
const handshakeMsMax = 15_000;

export interface ConnectionOptions {
  readonly transports: MessageTransports;
  readonly log: vscode.LogOutputChannel;
  /** Of the extension. */
  readonly version: string;
  readonly settings: SaidSettings;
}

export class Connection implements vscode.Disposable {
  readonly #client: QuietLanguageClient;
  readonly #log: vscode.LogOutputChannel;
  readonly #statusChanged = new EventEmitter<Status>();
  readonly #closed = new EventEmitter<void>();
  #tokens = 0;
  #isClosed = false;

  readonly onDidChangeStatus = this.#statusChanged.event;
  readonly onDidClose = this.#closed.event;

  /** @throws when the runtime does not complete the handshake in time. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    try {
      await within(handshakeMsMax, l10n.t("the runtime's answer to the handshake"), connection.#client.start());
    } catch (error) {
      connection.#close();
      options.transports.writer.end();
      throw error;
    }
    return connection;
  }

  private constructor(options: ConnectionOptions) {
    this.#log = options.log;
    const clientOptions: LanguageClientOptions = {
      documentSelector,
      outputChannel: options.log,
      initializationOptions: {
        client: 'vscode',
        version: options.version,
        settings: options.settings,
        tellsWorkspace: true,
      },
      middleware: documentGuard(() => this.#client),
    };
    this.#client = new QuietLanguageClient(() => Promise.resolve(options.transports), clientOptions);
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped || newState === State.StartFailed) this.#close();
    });
    this.#client.onNotification(statusMethod, (params: unknown) => {
      const status = statusSchema.safeParse(heard(params));
      if (status.success) this.#statusChanged.fire(status.data);
      else this.#log.warn(`The runtime's status was not understood: ${z.prettifyError(status.error)}`);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async complete(params: InlineCompletionParams, token: vscode.CancellationToken): Promise<InlineCompletionResult> {
    return inlineCompletionResultSchema.parse(await this.#asked('textDocument/inlineCompletion', params, token));
  }

  /** @param position the cursor, so that the runtime may evaluate what stands around it. */
  async eligibility(
    uri: vscode.Uri,
    position: vscode.Position | undefined,
    token: vscode.CancellationToken,
  ): Promise<EligibilityResult> {
    const params = {
      textDocument: { uri: this.documentUri(uri) },
      ...(position && { position: { line: position.line, character: position.character } }),
    };
    return eligibilityResultSchema.parse(await this.#asked(eligibilityMethod, params, token));
  }

  summarize(params: SummarizeParams, onPart: OnPart, token: vscode.CancellationToken): Promise<TextResult> {
    return this.stream(summarizeMethod, params, onPart, token);
  }

  translate(params: TranslateParams, onPart: OnPart, token: vscode.CancellationToken): Promise<TextResult> {
    return this.stream(translateMethod, params, onPart, token);
  }

  /** For a text that no editor shows: the runtime knows it as a document for as long as `use` takes. */
  withText<T>(text: UnshownText, use: (textDocument: TextDocumentName) => Promise<T>): Promise<T> {
    return withText(this.#client, { ...text, uri: this.documentUri(text.uri) }, use);
  }

  /** What is installed and what could be. Reads the heads of files, so it is asked for when somebody looks, not at every status. */
  async models(token: vscode.CancellationToken): Promise<ModelsListResult> {
    return modelsListResultSchema.parse(await this.#asked(modelsListMethod, {}, token));
  }

  /** Downloads a model to its end; cancelling keeps what has come. `onProgress` is called a few times a second. @returns the model as listed. */
  async pullModel(
    params: Omit<ModelsPullParams, 'workDoneToken' | 'trustNew'> & { readonly trustNew?: boolean },
    onProgress: (progress: PullProgress) => void,
    token: vscode.CancellationToken,
  ): Promise<ListedModel> {
    const schemas = { result: listedModelSchema, progress: pullProgressSchema };
    return this.follow(modelsPullMethod, params, schemas, onProgress, token);
  }

  /** What is answered once, and tells on the way how far it is. */
  async follow<T, P>(
    method: string,
    params: object,
    schemas: { readonly result: z.ZodMiniType<T>; readonly progress: z.ZodMiniType<P> },
    onProgress: (progress: P) => void,
    token: vscode.CancellationToken,
  ): Promise<T> {
    const workDoneToken = this.#nextToken(method);
    const request = () => this.#asked(method, { ...params, workDoneToken }, token);
    return schemas.result.parse(await withProgress(this.#client, workDoneToken, schemas.progress, onProgress, request));
  }

  /** @param file absolute path of a GGUF file, which stays where it is. */
  async importModel(file: string): Promise<ListedModel> {
    return listedModelSchema.parse(await this.#asked(modelsImportMethod, { file }));
  }

  /** @param name a model's, its file's, or the full path of that. @returns one sentence that says what was freed. */
  async removeModel(name: string): Promise<string> {
    return modelsRemoveResultSchema.parse(await this.#asked(modelsRemoveMethod, { name })).message;
  }

  /** Nothing depends on its arrival, so nothing waits for it. */
  signal(params: SignalParams): void {
    this.#tell(signalMethod, params);
  }

  /** The runtime asks whether another model is to answer. `moot` aborts when no answer counts any more; until then there need not be one. */
  onOffer(answer: AnswerOffer): vscode.Disposable {
    return answerOffers(this.#client, this.onDidClose, answer);
  }

  /** The runtime asks what names near the cursor mean. */
  onDeclarations(
    answer: (asked: DeclarationsParams, token: vscode.CancellationToken) => Promise<DeclarationsResult>,
  ): vscode.Disposable {
    return this.#client.onRequest(declarationsMethod, (params: unknown, token: vscode.CancellationToken) =>
      answer(declarationsParamsSchema.parse(params), token),
    );
  }

  /** Which files belong together, and which of them are not to be read. */
  async tellWorkspace(params: WorkspaceParams): Promise<void> {
    await this.#client.sendNotification(workspaceMethod, params);
  }

  /** The last suggestion in this document was taken whole. */
  accepted(uri: vscode.Uri): void {
    this.#tell(feedbackMethod, { textDocument: { uri: this.documentUri(uri) }, kind: 'accepted' });
  }

  /** Deletes what the runtime counted of suggestions. @returns how many it knew of. */
  async clearStatistics(): Promise<number> {
    return statisticsResultSchema.parse(await this.#client.sendRequest(statisticsClearMethod, {})).total.shown;
  }

  /** What the scheduler hears and decides, until the token is cancelled or the connection is lost. */
  async watch(onNews: (news: WatchNews) => void, token: vscode.CancellationToken): Promise<void> {
    const partialResultToken = this.#nextToken(watchMethod);
    await withProgress(this.#client, partialResultToken, watchNewsSchema, onNews, () =>
      this.#client.sendRequest(watchMethod, { partialResultToken }, token),
    );
  }

  /** What the scheduler heard and decided since the runtime began, as a file: without what the user wrote, unless he asks. */
  async log(params: { readonly text: boolean }): Promise<z.infer<typeof logResultSchema>> {
    return logResultSchema.parse(await this.#client.sendRequest(logMethod, params));
  }

  async configure(settings: SaidSettings): Promise<void> {
    await this.#client.sendNotification('workspace/didChangeConfiguration', { settings: { punctual: settings } });
  }

  /** Ends the runtime, for all windows. The connection closes soon after. */
  async stopRuntime(reason: string): Promise<void> {
    await this.#client.sendRequest(stopMethod, { reason });
  }

  /** A document's URI as the runtime was told it when the document was opened. */
  documentUri(uri: vscode.Uri): string {
    return this.#client.code2ProtocolConverter.asUri(uri);
  }

  /** Says goodbye; the runtime goes on for other windows. */
  dispose(): void {
    if (!this.#isClosed) this.#client.stop().catch((error) => this.#log.debug(`Closing the connection: ${error}`));
    this.#close();
  }

  /** What is answered with a text: its pieces and notes come as they are there. */
  async stream(method: string, params: object, onPart: OnPart, token: vscode.CancellationToken): Promise<TextResult> {
    const partialResultToken = this.#nextToken(method);
    const result = await withProgress(this.#client, partialResultToken, answerPartSchema, onPart, () =>
      this.#asked(method, { ...params, partialResultToken }, token),
    );
    return textResultSchema.parse(result);
  }

  #asked(method: string, params: object, token?: vscode.CancellationToken): Promise<unknown> {
    return asked(this.#client, method, params, token);
  }

  #tell(method: string, params: object): void {
    this.#client.sendNotification(method, params).catch((error) => this.#log.debug(`${method} was not told: ${error}`));
  }

  #nextToken(method: string): string {
    return `${method}#${++this.#tokens}`;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.fire();
    this.#closed.dispose();
    this.#statusChanged.dispose();
  }
}
