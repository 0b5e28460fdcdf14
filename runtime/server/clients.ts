/**
 * Everyone who is connected: opens a conversation for each socket that the door lets in, tells all of them the status, and keeps the
 * runtime alive while anyone is there. Owns no state of the conversations themselves.
 */
import type { WebSocket } from 'ws';
import type { StatusSaid as Status } from '../protocol.ts';
import { CheckedReader } from './checked.ts';
import { CountingWriter } from './counting-writer.ts';
import type { Lifetime } from './lifetime.ts';
import type { DocumentLimits } from './limits.ts';
import { Conversation, type Services } from './lsp.ts';
import { DocumentRoom } from './open-documents.ts';
import { Throttle } from './status.ts';

export interface ClientsOptions {
  readonly services: Services;
  /** The status to push, with the number of clients that take part. */
  readonly status: (clients: number) => Status;
  readonly lifetime: Pick<Lifetime, 'clientCame' | 'clientLeft'>;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  /** A client that leaves more than this unread is cut off. */
  readonly bufferBytesMax?: number;
  readonly documentLimits?: DocumentLimits;
}

/** Four a second, as fast as a person can follow. */
const statusIntervalMs = 250;
/** All windows together are told 32 times a second at most, so from the ninth on each more seldom: with 50 of them statuses were two of three messages. */
const statusMsPerClient = 1_000 / 32;
const bufferBytesMaxDefault = 64 * 1024 * 1024;

export class Clients {
  readonly #options: ClientsOptions;
  /** Those that can take notifications. */
  readonly #ready = new Set<Conversation>();
  readonly #throttle: Throttle;
  readonly #room: DocumentRoom;
  #count = 0;

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#room = new DocumentRoom(options.documentLimits);
    this.#throttle = new Throttle(
      () => this.#push(),
      () => this.#intervalMs,
      options.timer,
    );
  }

  welcome(socket: WebSocket): void {
    const { services, lifetime, bufferBytesMax = bufferBytesMaxDefault } = this.#options;
    lifetime.clientCame();
    const name = `c${++this.#count}`;
    const writer = new CountingWriter(socket, bufferBytesMax, (unreadBytes) =>
      services.log(`${name} is cut off: it left ${unreadBytes} bytes unread, and ${bufferBytesMax} are kept for it`),
    );
    const now = (): number => services.tasks.now();
    const reader = new CheckedReader(socket, writer, { now, timer: services.timer, log: services.log });
    const conversation = new Conversation(reader, writer, services, {
      name,
      room: this.#room,
      onReady: () => {
        this.#ready.add(conversation);
        this.statusChanged();
      },
      onClose: () => {
        this.#ready.delete(conversation);
        this.statusChanged();
        lifetime.clientLeft();
      },
    });
  }

  statusChanged(): void {
    this.#throttle.change();
  }

  /** Nothing is pushed from now on. */
  dispose(): void {
    this.#throttle.dispose();
  }

  get #intervalMs(): number {
    return Math.max(statusIntervalMs, statusMsPerClient * this.#ready.size);
  }

  #push(): void {
    const status = this.#options.status(this.#ready.size);
    for (const conversation of this.#ready) conversation.pushStatus(status);
  }
}
