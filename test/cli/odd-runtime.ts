/** The other end of the wire, as a test says: a runtime without an engine, a scheduler or manners. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { protocolVersion, type Rendezvous, type RuntimeIdentity } from '../../runtime/protocol.ts';

const messageSchema = z.object({
  method: z.string(),
  id: z.union([z.string(), z.number()]).optional(),
  params: z.unknown(),
});
export type Message = z.infer<typeof messageSchema>;

/** Greets whoever comes, and leaves everything else to `onMessage`. */
export class OddRuntime {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  onMessage: (message: Message, socket: WebSocket) => unknown = () => undefined;
  onInitialize: (message: Message) => void = () => undefined;
  /** What a client answers to a request of the runtime. */
  onReply: (reply: unknown) => void = () => undefined;

  constructor(identity: RuntimeIdentity) {
    this.#server = createServer((_, response) => response.end(JSON.stringify(identity)));
    this.#sockets = new WebSocketServer({ server: this.#server });
    this.#sockets.on('connection', (socket) => {
      socket.on('message', (data) => {
        const json: unknown = JSON.parse(String(data));
        const parsed = messageSchema.safeParse(json);
        if (!parsed.success) return this.onReply(json);
        if (parsed.data.method !== 'initialize') return void this.onMessage(parsed.data, socket);
        this.onInitialize(parsed.data);
        answer(socket, parsed.data, { result: { capabilities: {} } });
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function answer(socket: WebSocket, { id }: Message, outcome: object): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
}

/** One that a client finds, whose home is in `folder` as that of a fake io. A client of a newer version would replace it. */
export async function published(folder: string, version: string): Promise<OddRuntime> {
  const who = { pid: process.pid, version, protocol: protocolVersion };
  const runtime = new OddRuntime({ name: 'punctual', ...who });
  const file: Rendezvous = { ...who, port: await runtime.listen(), token: 'x'.repeat(32) };
  await mkdir(path.join(folder, 'state'), { mode: 0o700 });
  await writeFile(path.join(folder, 'state', 'runtime.json'), JSON.stringify(file), { mode: 0o600 });
  return runtime;
}
