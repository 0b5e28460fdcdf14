/** Ends the runtime when nobody has needed it for a while. */
export class Lifetime {
  readonly #idleMs: number;
  readonly #timer: (ms: number, callback: () => void) => () => void;
  readonly #end: () => void;
  #clients = 0;
  #cancel: (() => void) | undefined;

  /** Starts to count at once: a runtime whose client never comes ends too. `idleMs` of 0 never ends it. */
  constructor(idleMs: number, timer: (ms: number, callback: () => void) => () => void, end: () => void) {
    this.#idleMs = idleMs;
    this.#timer = timer;
    this.#end = end;
    this.#restart();
  }

  clientCame(): void {
    this.#clients++;
    this.#cancel?.();
  }

  clientLeft(): void {
    this.#clients--;
    if (this.#clients === 0) this.#restart();
  }

  dispose(): void {
    this.#cancel?.();
  }

  #restart(): void {
    this.#cancel?.();
    if (this.#idleMs > 0) this.#cancel = this.#timer(this.#idleMs, this.#end);
  }
}
