/**
 * One connection to a runtime that is up. Whoever holds one need not ask whether there is a runtime; when it is lost, its requests
 * fail and `onDidClose` fires once. Checks everything that arrives against the protocol.
 */
import type * as vscode from 'vscode';
import { EventEmitter } from 'vscode';
import { type LanguageClientOptions, type MessageTransports, ProgressType, State } from 'vscode-languageclient/node';
import { z } from 'zod';
import {
  type ClientSettings,
  type EligibilityResult,
  eligibilityMethod,
  eligibilityResultSchema,
  type InlineCompletionParams,
  type InlineCompletionResult,
  inlineCompletionResultSchema,
  partialResultSchema,
  type Status,
  type SummarizeParams,
  statusMethod,
  statusSchema,
  stopMethod,
  summarizeMethod,
  type TextResult,
  type TranslateParams,
  textResultSchema,
  translateMethod,
} from '../runtime/protocol.ts';
import { documentGuard, documentSelector } from './documents.ts';
import { QuietLanguageClient } from './language-client.ts';
import { within } from './within.ts';

const partialValueSchema = partialResultSchema.shape.value;
const handshakeMsMax = 15_000;

export interface ConnectionOptions {
  readonly transports: MessageTransports;
  readonly log: vscode.LogOutputChannel;
  /** Of the extension. */
  readonly version: string;
  readonly settings: ClientSettings;
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
      await within(handshakeMsMax, "the runtime's answer to the handshake", connection.#client.start());
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
      initializationOptions: { client: 'vscode', version: options.version, settings: options.settings },
      middleware: documentGuard(() => this.#client),
    };
    this.#client = new QuietLanguageClient(() => Promise.resolve(options.transports), clientOptions);
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped || newState === State.StartFailed) this.#close();
    });
    this.#client.onNotification(statusMethod, (params: unknown) => {
      const status = statusSchema.safeParse(params);
      if (status.success) this.#statusChanged.fire(status.data);
      else this.#log.warn(`The runtime's status was not understood: ${z.prettifyError(status.error)}`);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async complete(params: InlineCompletionParams, token: vscode.CancellationToken): Promise<InlineCompletionResult> {
    return inlineCompletionResultSchema.parse(
      await this.#client.sendRequest('textDocument/inlineCompletion', params, token),
    );
  }

  /** @param position the cursor, so that the runtime may evaluate what stands around it. */
  async eligibility(
    uri: vscode.Uri,
    position: vscode.Position | undefined,
    token: vscode.CancellationToken,
  ): Promise<EligibilityResult> {
    const textDocument = { uri: this.documentUri(uri) };
    const params = {
      textDocument,
      ...(position && { position: { line: position.line, character: position.character } }),
    };
    return eligibilityResultSchema.parse(await this.#client.sendRequest(eligibilityMethod, params, token));
  }

  summarize(
    params: SummarizeParams,
    onText: (text: string) => void,
    token: vscode.CancellationToken,
  ): Promise<TextResult> {
    return this.#stream(summarizeMethod, params, onText, token);
  }

  translate(
    params: TranslateParams,
    onText: (text: string) => void,
    token: vscode.CancellationToken,
  ): Promise<TextResult> {
    return this.#stream(translateMethod, params, onText, token);
  }

  async configure(settings: ClientSettings): Promise<void> {
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

  async #stream(
    method: string,
    params: object,
    onText: (text: string) => void,
    token: vscode.CancellationToken,
  ): Promise<TextResult> {
    this.#tokens += 1;
    const partialResultToken = `${method}#${this.#tokens}`;
    const listener = this.#client.onProgress(new ProgressType<unknown>(), partialResultToken, (value) => {
      const partial = partialValueSchema.safeParse(value);
      if (partial.success) onText(partial.data.text);
    });
    try {
      return textResultSchema.parse(await this.#client.sendRequest(method, { ...params, partialResultToken }, token));
    } finally {
      listener.dispose();
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.fire();
    this.#closed.dispose();
    this.#statusChanged.dispose();
  }
}
