/**
 * JSON-RPC over one WebSocket, a message per frame; used by clients and by the server.
 *
 * The base classes are those of vscode-jsonrpc 9, as the server's library has them. vscode-languageclient brings version 10; it
 * takes readers and writers by their shape, so it accepts these.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { type RawData, WebSocket } from 'ws';
import { messageBytesMax, type Rendezvous } from '../protocol.ts';

const connectMsMax = 5_000;

/** @throws when the runtime does not answer or refuses the token. */
export function connectSocket({ port, token }: Rendezvous): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      perMessageDeflate: false,
      maxPayload: messageBytesMax,
      handshakeTimeout: connectMsMax,
      headers: { authorization: `Bearer ${token}` },
    });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

export class SocketReader extends AbstractMessageReader implements MessageReader {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('close', () => this.fireClose());
    socket.on('error', (error) => this.fireError(error));
  }

  listen(callback: DataCallback): Disposable {
    const onMessage = (data: RawData): void => {
      try {
        callback(this.decode(data));
      } catch (error) {
        this.fireError(error);
      }
    };
    this.#socket.on('message', onMessage);
    return { dispose: () => this.#socket.off('message', onMessage) };
  }

  protected decode(data: RawData): Message {
    return JSON.parse(String(data)) as Message;
  }
}

export class SocketWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: WebSocket;
  readonly #bufferBytesMax: number;
  readonly #onCutOff: (unreadBytes: number) => void;
  #errors = 0;

  /** A peer that leaves more than `bufferBytesMax` unread is cut off: the buffer is memory of this process. */
  constructor(socket: WebSocket, bufferBytesMax: number, onCutOff: (unreadBytes: number) => void = () => undefined) {
    super();
    this.#socket = socket;
    this.#bufferBytesMax = bufferBytesMax;
    this.#onCutOff = onCutOff;
    socket.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    // What is said to a peer that has left is lost, as on any wire; its requests are cancelled elsewhere.
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    const unreadBytes = this.#socket.bufferedAmount;
    if (unreadBytes > this.#bufferBytesMax) {
      this.#socket.terminate();
      this.#onCutOff(unreadBytes);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#socket.send(JSON.stringify(message), (error) => {
        if (error) this.fireError(error, message, ++this.#errors);
        resolve();
      });
    });
  }

  end(): void {
    this.#socket.close();
  }
}
