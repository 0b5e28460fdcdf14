/** A timer that a test moves on by hand. Callbacks run in the order of their times, as the real one's do. */
export class ManualTimer {
  #nowMs = 0;
  #entries: { readonly atMs: number; readonly callback: () => void }[] = [];

  readonly start = (ms: number, callback: () => void): (() => void) => {
    const entry = { atMs: this.#nowMs + ms, callback };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  };

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls that are still to come. */
  get pending(): number {
    return this.#entries.length;
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#due(endMs); next !== undefined; next = this.#due(endMs)) {
      const due = next;
      this.#entries = this.#entries.filter((entry) => entry !== due);
      this.#nowMs = due.atMs;
      due.callback();
    }
    this.#nowMs = endMs;
  }

  #due(endMs: number): { readonly atMs: number; readonly callback: () => void } | undefined {
    return this.#entries.filter((entry) => entry.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
