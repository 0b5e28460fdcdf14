/**
 * The door: HTTP and WebSocket on the loopback interface, for whoever shows the token. Knows nothing of what is said inside.
 *
 * Who is refused, in this order (each with a bare status): a request whose Host is not this server (DNS rebinding), one with any
 * Origin (a web page; `null` too), one without the token; everyone once the runtime ends. No CORS header is ever sent. Who connects and
 * says nothing, or says it slowly, is cut off after a few seconds.
 */
import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { refusalOf } from '../admission.ts';
import { messageBytesMax, type RuntimeIdentity } from '../protocol.ts';

export interface DoorOptions {
  readonly token: string;
  readonly identity: RuntimeIdentity;
  readonly onClient: (socket: WebSocket) => void;
  readonly log: (line: string) => void;
  /** From a connection to the end of its one request, in ms. */
  readonly requestMsMax?: number;
}

/** Clients at once; fifty windows and some command lines are far below it. */
const clientsMax = 256;
/** Connections that are not clients yet. */
const strangersMax = 64;
/** A client of this machine takes one millisecond. */
const requestMsDefault = 5_000;
const headersMax = 32;
const headerBytesMax = 8 * 1024;

export class Door {
  readonly #options: DoorOptions;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
  });
  #port = 0;
  #isShut = false;
  #refusals = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#server = createServer(httpLimits(options.requestMsMax ?? requestMsDefault), (request, response) => {
      const status = request.method === 'GET' && request.url === '/' ? this.#check(request) : 404;
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(status === 200 ? JSON.stringify(options.identity) : undefined);
    });
    this.#server.maxHeadersCount = headersMax;
    this.#server.maxRequestsPerSocket = 1;
    this.#server.maxConnections = clientsMax + strangersMax;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#sockets.on('connection', options.onClient);
  }

  get clients(): number {
    return this.#sockets.clients.size;
  }

  /** @param port 0 takes a free one. @throws when the port is taken, with a sentence that says so. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const isTaken = error.code === 'EADDRINUSE';
        reject(
          isTaken ? new Error(`Port ${port} is taken by another program: leave --port out to get a free one.`) : error,
        );
      });
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    // A connection that could not be taken, for want of open files say, is no reason to end the runtime.
    this.#server.on('error', (error) => this.#options.log(`a connection could not be taken: ${error.message}`));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Somebody who came by another way than the port, and is treated like everyone. */
  admit(stream: Duplex): void {
    this.#server.emit('connection', stream);
  }

  /** Lets nobody in from now on, so that who comes looks for the next runtime instead of being cut off by the end of this one. */
  shut(): void {
    this.#isShut = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that resets the connection in the middle of the handshake is no error of ours.
    socket.on('error', () => undefined);
    const status = this.clients >= clientsMax ? 503 : request.url === '/' ? this.#check(request) : 404;
    if (status !== 200) {
      this.#refused(status);
      // It is no HTTP connection any more, so no timeout of the server's ends it, and its peer need not.
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status} ${statusTexts[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => this.#sockets.emit('connection', client, request));
  }

  /** Whoever knocks without end does not fill the disk: of many refusals the log has the 16th, the 32nd, and so on. */
  #refused(status: number): void {
    this.#refusals += 1;
    const count = this.#refusals;
    if (count < 16) this.#options.log(`a connection was refused with ${status}`);
    else if (Number.isInteger(Math.log2(count))) this.#options.log(`${count} connections were refused so far`);
  }

  #check({ headers }: IncomingMessage): 200 | 401 | 403 | 503 {
    const refusal = refusalOf(headers, { port: this.#port, token: this.#options.token });
    return refusal ?? (this.#isShut ? 503 : 200);
  }
}

const statusTexts = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const;

function httpLimits(requestMsMax: number): ServerOptions {
  return {
    headersTimeout: requestMsMax,
    requestTimeout: requestMsMax,
    connectionsCheckingInterval: Math.min(1_000, requestMsMax),
    keepAliveTimeout: 1_000,
    maxHeaderSize: headerBytesMax,
  };
}
