/** A socket without a network: frames in by `deliver`, answers out by `onSent`. */
import { EventEmitter } from 'node:events';

export class Line extends EventEmitter {
  readyState = 1;
  readonly bufferedAmount = 0;
  readonly #onSent: (message: unknown) => void;

  constructor(onSent: (message: unknown) => void) {
    super();
    this.#onSent = onSent;
  }

  deliver(frame: Buffer): void {
    this.emit('message', frame, false);
  }

  send(text: string, sent: () => void): void {
    this.#onSent(JSON.parse(text));
    setImmediate(sent);
  }

  pause(): void {
    // A line has no buffer that would hold anything back.
  }

  resume(): void {
    // As above.
  }

  terminate(): void {
    this.close();
  }

  close(): void {
    if (this.readyState !== 1) return;
    this.readyState = 3;
    this.emit('close');
  }
}
