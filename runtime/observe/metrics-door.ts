/**
 * `/metrics` for Prometheus on a port of 127.0.0.1, for whoever shows the token. Who is refused, in this order: a request whose Host is
 * not this server (DNS rebinding), one with an Origin (a web page), one without the token. Knows nothing of the figures.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOf } from '../admission.ts';

export interface MetricsDoorOptions {
  readonly token: string;
  /** In Prometheus's text format. */
  readonly text: () => Promise<string>;
}

/** For whoever sees no more than what was answered; nothing in it helps who has no token. */
const refusals = {
  401: "Show the token: 'Authorization: Bearer TOKEN', with what stands in the file that metricsTokenFile names.",
  403: 'Only 127.0.0.1 or localhost is answered here, by its own name and port, and no web page is.',
  404: 'There is nothing here but GET /metrics.',
  500: 'The figures cannot be gathered just now.',
} as const;

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
const requestMsMax = 5_000;
const connectionsMax = 16;

export class MetricsDoor {
  readonly #options: MetricsDoorOptions;
  readonly #server: Server;

  constructor(options: MetricsDoorOptions) {
    this.#options = options;
    const limits = { headersTimeout: requestMsMax, requestTimeout: requestMsMax, maxHeaderSize: 8 * 1024 };
    this.#server = createServer(limits, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = connectionsMax;
  }

  /** @param port 0: a free one, for tests. @returns the port. @throws as `listen` does, when it is taken. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    // A connection that could not be taken is asked for again by whoever scrapes.
    this.#server.on('error', () => undefined);
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = this.#check(request);
    if (status !== 200) return refuse(response, status);
    try {
      const text = await this.#options.text();
      // For HEAD Node leaves the body out.
      response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
      response.end(text);
    } catch {
      refuse(response, 500);
    }
  }

  #check({ method, url, headers }: IncomingMessage): 200 | 401 | 403 | 404 {
    const { port } = this.#server.address() as AddressInfo;
    const refusal = refusalOf(headers, { port, token: this.#options.token });
    const isRead = method === 'GET' || method === 'HEAD';
    return refusal ?? (isRead && url?.split('?')[0] === '/metrics' ? 200 : 404);
  }
}

function refuse(response: ServerResponse, status: keyof typeof refusals): void {
  const line = `${refusals[status]}\n`;
  response.writeHead(status, {
    ...{ connection: 'close', 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(line) },
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  });
  response.end(line);
}
