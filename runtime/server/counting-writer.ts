/** The way to one client. Knows which of its requests wait for their answer. */
import type { Message } from 'vscode-jsonrpc/node';
import { SocketWriter } from '../client/socket.ts';
import { asSent } from '../core/sentence.ts';

export class CountingWriter extends SocketWriter {
  /** Whether the client has taken each of them back. By what an id is as a text: the LSP library takes 1 and '1' for the same. */
  readonly #open = new Map<string, { isGivenUp: boolean }>();
  #givenUp = 0;

  /** Requests that the client waits for. */
  get requestsInFlight(): number {
    return this.#open.size - this.#givenUp;
  }

  /** With those that it has taken back and that have not ended yet. */
  get requestsOpen(): number {
    return this.#open.size;
  }

  isOpen(id: string | number): boolean {
    return this.#open.has(String(id));
  }

  /** A request of the client is on its way to whoever answers it. */
  expect(id: string | number): void {
    this.#open.set(String(id), { isGivenUp: false });
  }

  /** The client has taken a request back. That is known before whoever works on it has heard of either: a busy runtime reads ahead. */
  giveUp(id: string | number): void {
    const request = this.#open.get(String(id));
    if (request === undefined || request.isGivenUp) return;
    request.isGivenUp = true;
    this.#givenUp += 1;
  }

  override write(message: Message): Promise<void> {
    if ('id' in message && !('method' in message)) this.#answered(String(message.id));
    return super.write(asSent(message) as Message);
  }

  /** Answers in place of whoever would have. */
  refuse(answer: Message): Promise<void> {
    return super.write(answer);
  }

  #answered(id: string): void {
    if (this.#open.get(id)?.isGivenUp) this.#givenUp -= 1;
    this.#open.delete(id);
  }
}
