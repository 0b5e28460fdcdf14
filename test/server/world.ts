/** The server as clients meet it: a real door on a free port, real sockets, and features whose answers a test gives by hand. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMessageConnection, type MessageConnection, type ResponseError } from 'vscode-jsonrpc/node';
import { WebSocket } from 'ws';
import { SocketReader, SocketWriter } from '../../runtime/client/socket.ts';
import type { CompletionRequest, WarmUpRequest } from '../../runtime/features/completion/index.ts';
import type { GenerateRequest } from '../../runtime/features/generate.ts';
import type { TextListener, TextRequest, TranslateRequest } from '../../runtime/features/text.ts';
import {
  type ClientSettings,
  type EligibilityResult,
  type InlineCompletionResult,
  protocolVersion,
  type SignalParams,
  type Status,
  type TextResult,
} from '../../runtime/protocol.ts';
import { Clients, type ClientsOptions } from '../../runtime/server/clients.ts';
import type { Services } from '../../runtime/server/lsp.ts';
import { MachineWide } from '../../runtime/server/machine-wide.ts';
import { Door } from '../../runtime/server/socket.ts';
import { ManualTimer } from './manual-timer.ts';
import { ScriptedDesk } from './scripted-desk.ts';

/** One request as it reached a feature; the test answers it. */
export interface Call<Request, Result> {
  readonly request: Request;
  /** The document's text when the request came; the document itself goes on changing. */
  readonly text: string;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  readonly onNote: (sentence: string) => void;
  readonly onRestart?: TextListener['onRestart'];
  readonly onStage?: TextListener['onStage'];
  readonly onOffer?: TextListener['onOffer'];
  readonly answer: (result: Result) => void;
  readonly fail: (error: Error) => void;
}

/** A feature without a mind of its own: requests queue up until the test takes them. */
export class Calls<Request extends Pick<TextRequest, 'document'>, Result> {
  readonly #arrived: Call<Request, Result>[] = [];
  readonly #waiting: ((call: Call<Request, Result>) => void)[] = [];

  receive(request: Request, listener: TextListener, signal: AbortSignal): Promise<Result> {
    return new Promise((answer, fail) => {
      const call = { request, text: request.document.getText(), ...listener, signal, answer, fail };
      const taker = this.#waiting.shift();
      if (taker) taker(call);
      else this.#arrived.push(call);
    });
  }

  next(): Promise<Call<Request, Result>> {
    const call = this.#arrived.shift();
    if (call) return Promise.resolve(call);
    return new Promise((taker) => this.#waiting.push(taker));
  }
}

const deaf: TextListener = { onText: () => undefined, onNote: () => undefined };

export const token = 'a-token-of-sufficient-length-for-tests';
export const uri = 'file:///project/main.ts';

export const textResult: TextResult = {
  text: 'It adds.',
  model: 'Demo',
  demo: true,
  targetMs: 10_000,
  ttftMs: 5,
  e2eMs: 10,
  kept: true,
  end: 'stop',
};

export function statusWith(clients: number): Status {
  return { version: '1.2.3', pid: 1, engineRestarts: 0, uptimeMs: 0, clients, windowMs: 1, classes: [], models: [] };
}

export interface WorldOptions extends Pick<ClientsOptions, 'bufferBytesMax' | 'documentLimits'> {
  /** What is pushed in place of {@link statusWith}. */
  readonly status?: ClientsOptions['status'];
  /** In place of those that the test answers by hand. */
  readonly services?: Partial<Services>;
}

export class World {
  readonly completions = new Calls<CompletionRequest, InlineCompletionResult>();
  readonly warmUps = new Calls<WarmUpRequest, void>();
  readonly summaries = new Calls<TextRequest, TextResult>();
  readonly translations = new Calls<TranslateRequest, TextResult>();
  readonly generations = new Calls<GenerateRequest, TextResult>();
  readonly eligibilities: ClientSettings[] = [];
  /** What documents said after each change that the completion feature was told of. */
  readonly edits: string[] = [];
  /** The settings with which a model was asked to come in ahead of the first task. */
  readonly prepared: ClientSettings[] = [];
  /** The settings that were looked into before they counted. */
  readonly known: ClientSettings[] = [];
  readonly signals: SignalParams[] = [];
  readonly machineWide = new MachineWide(() => undefined);
  readonly desk = new ScriptedDesk();
  readonly stops: string[] = [];
  readonly lines: string[] = [];
  /** Of the status that is pushed. */
  readonly timer = new ManualTimer();
  /** Of conversations. */
  readonly quiet = new ManualTimer();
  readonly clients: Clients;
  readonly door: Door;
  /** How many clients the runtime's lifetime knows of, and whom to tell when it falls. */
  present = 0;
  port = 0;
  readonly #leaving: (() => void)[] = [];
  readonly #sockets: WebSocket[] = [];

  private constructor({ services, status = statusWith, ...limits }: WorldOptions) {
    const log = (line: string): void => {
      this.lines.push(line);
    };
    this.clients = new Clients({
      services: { ...this.#services(log), ...services },
      status,
      lifetime: {
        clientCame: () => {
          this.present++;
        },
        clientLeft: () => {
          this.present--;
          for (const tell of this.#leaving.splice(0)) tell();
        },
      },
      timer: this.timer.start,
      ...limits,
    });
    const identity = { name: 'punctual', pid: process.pid, version: '1.2.3', protocol: protocolVersion } as const;
    this.door = new Door({ token, identity, onClient: (socket) => this.clients.welcome(socket), log });
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    world.port = await world.door.listen(0);
    return world;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.clients.dispose();
    await this.door.close();
  }

  /** A socket that has got in, without a word of LSP. */
  async socket(): Promise<WebSocket> {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/`, { headers, perMessageDeflate: false });
    this.#sockets.push(socket);
    await once(socket, 'open');
    return socket;
  }

  /** A client that has introduced itself. */
  async client(settings?: unknown): Promise<Client> {
    const client = new Client(await this.socket());
    const initializationOptions = { client: 'test', version: '1', ...(settings !== undefined && { settings }) };
    await client.connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  /** Resolves when the server has noticed that a client is gone. */
  left(): Promise<void> {
    return new Promise((resolve) => this.#leaving.push(resolve));
  }

  #services(log: (line: string) => void): Services {
    return {
      tasks: { now: () => 4_711 },
      completion: {
        complete: (request, signal) => this.completions.receive(request, deaf, signal),
        eligibility: (document, settings): EligibilityResult => {
          this.eligibilities.push(settings);
          return { automatic: true, reason: 'answered', message: `${document.languageId} is fine.` };
        },
        edited: ({ document }) => void this.edits.push(document.getText()),
        warmUp: (request, signal) => this.warmUps.receive(request, deaf, signal),
      },
      summarize: { run: (request, listener, signal) => this.summaries.receive(request, listener, signal) },
      translate: { run: (request, listener, signal) => this.translations.receive(request, listener, signal) },
      generate: { run: (request, listener, signal) => this.generations.receive(request, listener, signal) },
      models: this.desk,
      machineWide: this.machineWide,
      know: async (settings) => void this.known.push(settings),
      onSignal: (signal) => void this.signals.push(signal),
      prepare: (settings) => void this.prepared.push(settings),
      version: '1.2.3',
      stop: (reason) => void this.stops.push(reason),
      timer: this.quiet.start,
      log,
    };
  }
}

/** A well-behaved client, as an editor is. */
export class Client {
  readonly socket: WebSocket;
  readonly connection: MessageConnection;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.connection = createMessageConnection(
      new SocketReader(socket),
      new SocketWriter(socket, Number.POSITIVE_INFINITY),
    );
    this.connection.listen();
  }

  open(text: string, languageId = 'typescript', documentUri = uri): Promise<void> {
    const textDocument = { uri: documentUri, languageId, version: 1, text };
    return this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  change(contentChanges: readonly unknown[], version = 2): Promise<void> {
    const textDocument = { uri, version };
    return this.connection.sendNotification('textDocument/didChange', { textDocument, contentChanges });
  }
}

/** What a client is told by one kind of notification. */
export function heardOf<Params>({ connection }: Client, method: string) {
  const all: Params[] = [];
  let came: () => void = () => undefined;
  connection.onNotification(method, (params: Params) => {
    all.push(params);
    came();
  });
  const until = async (isIt: (params: Params) => boolean): Promise<void> => {
    while (!all.some(isIt))
      await new Promise<void>((resolve) => {
        came = resolve;
      });
  };
  return { all, until };
}

export function isClosed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

export function isAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

export const at = (line: number, character: number) => ({ line, character });

/** The parameters of a completion in {@link uri}. */
export const completion = (position = at(0, 0), context: object = { triggerKind: 2 }) => ({
  textDocument: { uri },
  position,
  context,
});

export const answered: InlineCompletionResult = {
  items: [{ insertText: 'x' }],
  punctual: { reason: 'answered' },
};

/** How a request failed, as the client reads it. */
export async function failure(request: Promise<unknown>): Promise<{ code: number; message: string; data: unknown }> {
  const error = await request.then(
    () => {
      throw new Error('the request was answered, but should have failed');
    },
    (reason: ResponseError<unknown>) => reason,
  );
  return { code: error.code, message: error.message, data: error.data };
}
