/** What became of this window's completion requests. Counted here and shown here; nothing of it leaves the machine. */
import type { CompletionReason } from '../runtime/protocol.ts';
import type { SkipReason } from './skip.ts';

/** The runtime's reasons, and those that end a request before or outside of it. */
export type RequestEnd = CompletionReason | SkipReason | 'disconnected' | 'outdated';

export class CompletionCounters {
  readonly #ends = new Map<RequestEnd, number>();
  #accepted = 0;

  get accepted(): number {
    return this.#accepted;
  }

  count(end: RequestEnd): void {
    this.#ends.set(end, this.of(end) + 1);
  }

  accept(): void {
    this.#accepted += 1;
  }

  of(end: RequestEnd): number {
    return this.#ends.get(end) ?? 0;
  }

  /** By reason, in the order of first occurrence. */
  snapshot(): Readonly<Record<string, number>> {
    return { ...Object.fromEntries(this.#ends), accepted: this.#accepted };
  }
}
