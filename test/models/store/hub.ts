/** A server of models on 127.0.0.1 that speaks HTTP as hubs do, and misbehaves on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { certificate, key } from './certificates.ts';

export interface HubFile {
  readonly bytes: Buffer;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'redirect'; readonly to: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection ends after so many bytes of the body, or before the answer. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** All lengths that the answer announces are wrong by so much. */
  | { readonly kind: 'lie'; readonly delta: number }
  | { readonly kind: 'ignore-range' }
  /** The range in the answer is not the one that was asked for. */
  | { readonly kind: 'wrong-range' }
  /** The end of the body is marked by the end of the connection alone. */
  | { readonly kind: 'no-length' }
  | { readonly kind: 'chunked' }
  /** Before it answers, the server gets another file under the same name. */
  | { readonly kind: 'replace'; readonly with: HubFile };

export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
}

export class Hub {
  readonly files = new Map<string, HubFile>();
  readonly seen: Seen[] = [];
  /** What goes wrong with the next request; undefined: nothing. */
  faultOf: (seen: Seen, index: number) => Fault | undefined = () => undefined;
  /** False: always the whole file. */
  hasRanges = true;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #isSecure: boolean;

  private constructor(isSecure: boolean) {
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.#answer(request, response);
    this.#isSecure = isSecure;
    this.#server = isSecure ? createSecureServer({ cert: certificate, key }, answer) : createServer(answer);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start({ isSecure = false } = {}): Promise<Hub> {
    const hub = new Hub(isSecure);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  uri(path: string): string {
    return this.origin + path;
  }

  /** Ranges that were asked for since the last call, the question for the first byte left out. */
  takeRanges(): string[] {
    return this.seen.splice(0).flatMap(({ range }) => (range === undefined || range === 'bytes=0-0' ? [] : [range]));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', this.origin).pathname;
    const { range, authorization } = request.headers;
    const ifRange = [request.headers['if-range'] ?? []].flat()[0];
    const seen: Seen = { path, range, ifRange, authorization };
    this.seen.push(seen);
    const fault = this.faultOf(seen, this.seen.length - 1);
    if (fault?.kind === 'replace') this.files.set(path, fault.with);
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end('no');
      return;
    }
    if (fault?.kind === 'redirect') {
      response.writeHead(302, { ...fault.headers, location: fault.to }).end();
      return;
    }
    const file = this.files.get(path);
    if (!file) {
      response.writeHead(404).end('not here');
      return;
    }
    this.#send(seen, file, fault, response);
  }

  #send({ range, ifRange }: Seen, file: HubFile, fault: Fault | undefined, response: ServerResponse): void {
    const { bytes, etag, lastModified } = file;
    const lie = fault?.kind === 'lie' ? fault.delta : 0;
    const total = Math.max(1, bytes.length + lie);
    const isFresh = ifRange === undefined || ifRange === etag || ifRange === lastModified;
    const asked =
      this.hasRanges && fault?.kind !== 'ignore-range' && isFresh ? /^bytes=(\d+)-(\d*)$/.exec(range ?? '') : null;
    const from = asked ? Number(asked[1]) : 0;
    const to = Math.min(asked?.[2] ? Number(asked[2]) + 1 : total, total);
    const headers: Record<string, string> = {
      'accept-ranges': 'bytes',
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { 'last-modified': lastModified }),
      ...file.headers,
    };
    if (from >= total) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${total}` }).end();
      return;
    }
    const shift = fault?.kind === 'wrong-range' ? 1 : 0;
    if (asked) headers['content-range'] = `bytes ${from + shift}-${to - 1 + shift}/${total}`;
    if (fault?.kind === 'no-length') response.shouldKeepAlive = false;
    if (fault?.kind === 'no-length') response.removeHeader('transfer-encoding');
    if (fault?.kind !== 'chunked' && fault?.kind !== 'no-length') headers['content-length'] = String(to - from);
    response.writeHead(asked ? 206 : 200, headers);
    this.#sendBody(bytes.subarray(from, to), fault, response);
  }

  #sendBody(body: Buffer, fault: Fault | undefined, response: ServerResponse): void {
    switch (fault?.kind) {
      case 'cut':
        if (fault.afterBytes === 0) response.socket?.destroy();
        else response.write(body.subarray(0, fault.afterBytes), () => response.socket?.destroy());
        return;
      case 'stall':
        response.flushHeaders();
        response.write(body.subarray(0, fault.afterBytes));
        return;
      case 'lie':
        // Longer than announced: the rest follows anyway. Shorter: the connection ends.
        response.write(body, () => response.socket?.destroySoon());
        return;
      default:
        response.end(body);
    }
  }
}
