/**
 * When a client's documents are warmed up: their prompts evaluated ahead, as idle work. Owns the timers and what is under way for one
 * client; what a prompt is, the completion feature knows.
 */
import type { Position } from 'vscode-languageserver-textdocument';

export interface WarmUpServices {
  /** Over when the prompt is evaluated or somebody needs the device; never rejects. */
  readonly warmUp: (uri: string, position: Position, signal: AbortSignal) => Promise<void>;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
}

/** Who has not edited for this long may stop to read: time to evaluate what did not fit, in ms. */
const quietMs = 1_000;

export class WarmUps {
  readonly #services: WarmUpServices;
  /** By document: what waits for the client to be quiet. */
  readonly #timers = new Map<string, () => void>();
  readonly #running = new Map<string, AbortController>();
  #isClosed = false;

  constructor(services: WarmUpServices) {
    this.#services = services;
  }

  /** The cursor is there now, and somebody may begin to type. */
  active(uri: string, position: Position): void {
    if (this.#isClosed) return;
    this.stop(uri);
    const controller = new AbortController();
    this.#running.set(uri, controller);
    void this.#services.warmUp(uri, position, controller.signal).finally(() => {
      if (this.#running.get(uri) === controller) this.#running.delete(uri);
    });
  }

  /** A completion had to do with less than it wanted: the rest comes back once nobody edits. */
  wanted(uri: string, position: Position): void {
    if (this.#isClosed) return;
    this.edited(uri);
    const dispose = this.#services.timer(quietMs, () => {
      this.#timers.delete(uri);
      this.active(uri, position);
    });
    this.#timers.set(uri, dispose);
  }

  /** The document changed: it is not quiet yet. What is under way goes on; the next completion takes over what it has done. */
  edited(uri: string): void {
    this.#timers.get(uri)?.();
    this.#timers.delete(uri);
  }

  /** The document was closed. */
  stop(uri: string): void {
    this.edited(uri);
    this.#running.get(uri)?.abort();
    this.#running.delete(uri);
  }

  close(): void {
    this.#isClosed = true;
    for (const uri of [...this.#timers.keys(), ...this.#running.keys()]) this.stop(uri);
  }
}
