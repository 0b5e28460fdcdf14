/** A small HTTP proxy on 127.0.0.1: forwards plain requests, tunnels the others, and remembers what it did. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export class Relay {
  /** `GET http://…` or `CONNECT host:port`. */
  readonly seen: string[] = [];
  /** The `authorization` of each forwarded request. */
  readonly tokens: (string | undefined)[] = [];
  /** Where hosts that do not exist really are: host -> origin. */
  readonly hosts = new Map<string, string>();
  /** Answers by itself instead of forwarding. */
  answer: { readonly status: number } | undefined;
  /** What `proxy-authorization` must be; undefined: nothing. */
  readonly #password: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(password: string | undefined) {
    this.#password = password;
    this.#server = createServer((request, response) => this.#forward(request, response));
    this.#server.on('connect', (request: IncomingMessage, client: Socket) => this.#tunnel(request, client));
    this.#server.on('connection', (socket: Socket) => this.#own(socket));
  }

  static async start(password?: string): Promise<Relay> {
    const proxy = new Relay(password);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push(`${request.method} ${request.url}`);
    this.tokens.push(request.headers.authorization);
    const status = this.#isAllowed(request) ? this.answer?.status : 407;
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const { 'proxy-authorization': _password, ...headers } = request.headers;
    const url = new URL(request.url ?? '');
    const target = new URL(url.pathname + url.search, this.hosts.get(url.host) ?? url.origin);
    const onward = send(target, { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end();
  }

  #tunnel(request: IncomingMessage, client: Socket): void {
    this.seen.push(`CONNECT ${request.url}`);
    if (!this.#isAllowed(request)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    this.#own(server);
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    return this.#password === undefined || headers['proxy-authorization'] === this.#password;
  }
}
