/** A window of an editor as the runtime sees it: one connection, its documents, and its requests. */
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { RuntimeConnection } from '../../client/connect.ts';
import { type Status, statusMethod, statusSchema } from '../../protocol.ts';
import { type Blows, Request } from './request.ts';
import type { Work } from './requests.ts';

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const progressSchema = z.object({
  token: z.string(),
  value: z.looseObject({ text: z.string(), restart: z.literal(true).optional() }),
});

export class Window {
  readonly runtimePid: number;
  readonly #socket: WebSocket;
  readonly #blows: Readonly<Blows>;
  readonly #requests = new Map<number, Request>();
  readonly #byToken = new Map<string, Request>();
  readonly #onStatus: (status: Status) => void;
  #count = 0;
  #isClosed = false;

  private constructor(connection: RuntimeConnection, blows: Readonly<Blows>, onStatus: (status: Status) => void) {
    this.runtimePid = connection.runtime.pid;
    this.#socket = connection.socket;
    this.#blows = blows;
    this.#onStatus = onStatus;
    this.#socket.on('message', (data) => this.#heard(String(data)));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isClosed = true;
      for (const request of this.#requests.values()) request.over({ kind: 'closed' });
    });
  }

  /** @throws when the runtime goes away meanwhile. */
  static async open(
    connection: RuntimeConnection,
    blows: Readonly<Blows>,
    onStatus: (status: Status) => void = () => undefined,
  ): Promise<Window> {
    const window = new Window(connection, blows, onStatus);
    const settings = { model: 'embedded', threads: 1, completion: { targetMs: 5_000 } };
    const initializationOptions = { client: 'soak', version: connection.runtime.version, settings };
    const work: Work = {
      ...{ kind: 'generate', uri: 'initialize', text: '', method: 'initialize' },
      params: { processId: null, rootUri: null, capabilities: {}, initializationOptions },
    };
    const hello = window.#send(new Request(work, blows));
    await hello.ended;
    if (hello.end?.kind !== 'result') throw new Error('The runtime went away while a window was opened.');
    window.#notify('initialized', {});
    return window;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A document is opened, asked about, and closed when that is over. */
  ask(work: Work): Request {
    const request = new Request(work, this.#blows);
    if (this.#isClosed) {
      request.isAbandoned = true;
      request.over({ kind: 'closed' });
      return request;
    }
    const { uri, text } = work;
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId: 'javascript', version: 1, text } });
    this.#send(request);
    void request.ended.then(() => this.#notify('textDocument/didClose', { textDocument: { uri } }));
    return request;
  }

  /** The process of the window is killed: nothing is said. */
  terminate(): void {
    for (const request of this.#requests.values()) request.isAbandoned ||= request.end === undefined;
    this.#socket.terminate();
  }

  /** It reads nothing from now on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #send(request: Request): Request {
    this.#count += 1;
    const { method, params } = request.work;
    this.#requests.set(this.#count, request);
    if ('partialResultToken' in params) this.#byToken.set(String(params.partialResultToken), request);
    this.#say({ id: this.#count, method, params });
    return request;
  }

  #notify(method: string, params: object): void {
    if (!this.#isClosed) this.#say({ method, params });
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }), () => undefined);
  }

  #heard(frame: string): void {
    const { id, method, params, result, error } = messageSchema.parse(JSON.parse(frame));
    if (method === statusMethod) return this.#onStatus(statusSchema.parse(params));
    if (method === '$/progress') {
      const progress = progressSchema.safeParse(params);
      if (!progress.success) return;
      const { token, value } = progress.data;
      return this.#byToken.get(token)?.part(value.text, value.restart === true);
    }
    const request = typeof id === 'number' && method === undefined ? this.#requests.get(id) : undefined;
    request?.over(error === undefined ? { kind: 'result', result } : { kind: 'error', ...error });
  }
}
