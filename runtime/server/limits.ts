/**
 * How much of the runtime one client may take: requests at once, messages per second, the depth of a message, open documents. All clients
 * share one thread and one memory, so what one of them takes the others wait for. Pure: time is an argument.
 */

/** Requests of one client that it waits for; half of what may wait in all (256), so that no client can fill the queue alone. */
export const requestsInFlightMax = 128;

/** With those that the client has taken back and that have not ended yet: somebody who types takes one back with each keystroke. */
export const requestsOpenMax = 1_024;

/** A formatter in a large file sends hundreds of changes at once; nobody's typing comes near either. */
export const messagesBurst = 4_000;
export const messagesPerSecond = 1_000;

/** Our own messages have six levels. */
export const depthMax = 64;

/** Lines of the log about what one client did wrong; the log is a file of the user's disk. */
export const complaintsMax = 100;

export interface DocumentLimits {
  readonly client: { readonly documents: number; readonly chars: number };
  readonly all: { readonly documents: number; readonly chars: number };
}

/** An editor has tens of documents open, a search with replacement some hundreds. A character takes one or two bytes. */
export const documentLimits: DocumentLimits = {
  client: { documents: 1_024, chars: 32 * 1024 * 1024 },
  all: { documents: 8_192, chars: 128 * 1024 * 1024 },
};

/** Documents of one client beyond these limits of which is remembered why they are not kept. */
export const refusedMax = 1_024;

/** A bucket of messages that fills up again with time. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(nowMs: number, burst = messagesBurst, perSecond = messagesPerSecond) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** Takes one. @returns how long its sender is not to be listened to from now on, in ms; 0 as long as there is one. */
  take(nowMs: number): number {
    // A clock that stands still or jumps back gives nothing.
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#burst, this.#left + (passedMs / 1_000) * this.#perSecond) - 1;
    this.#atMs = nowMs;
    return this.#left >= 0 ? 0 : (-this.#left / this.#perSecond) * 1_000;
  }
}

/** Without recursion: what is too deep for this limit may be too deep for a stack. */
export function isTooDeep(json: unknown): boolean {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return true;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) next.push(member);
    }
    level = next;
  }
  return false;
}

/** What others said, as it may stand in one line of a log. */
export function inOneLine(text: string): string {
  return text.slice(0, 300).replace(/\p{Cc}|[\u2028\u2029]/gu, ' ');
}
