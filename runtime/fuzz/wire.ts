/** What a frame of a client has to be answered with, by the rules of JSON-RPC alone, and whether it was. */
import type { Failure } from './case.ts';

const idCharsMax = 256;

/** Stands for answers without an id: to what is no request at all. */
const nameless = 'null';

export class Expectations {
  /** Answers that are owed, by id as JSON. */
  readonly #owed = new Map<string, number>();
  #surplus: string | undefined;
  #nameless = 0;

  /** @returns whether the frame asks for the end of the conversation. */
  sent(frame: Buffer): boolean {
    const json = parsed(frame);
    if (json === undefined || typeof json !== 'object' || json === null || Array.isArray(json)) {
      this.#nameless += 1;
      return false;
    }
    const { id, method } = json as { id?: unknown; method?: unknown };
    const isNamed =
      (typeof id === 'string' && id.length <= idCharsMax) || (typeof id === 'number' && Number.isFinite(id));
    const isResponse = ('result' in json || 'error' in json) && typeof method !== 'string';
    if (isNamed && !isResponse) this.#owe(JSON.stringify(id), 1);
    // A response, a notification, or what is neither: an answer to it names nobody, or there is none.
    else this.#nameless += 1;
    return method === 'exit';
  }

  received(message: unknown): void {
    if (typeof message !== 'object' || message === null || 'method' in message || !('id' in message)) return;
    const key = JSON.stringify(message.id);
    if (key === nameless) this.#nameless -= 1;
    else this.#owe(key, -1);
    if ((this.#owed.get(key) ?? 0) < 0 || this.#nameless < 0) this.#surplus ??= key;
  }

  get isOver(): boolean {
    return this.#owed.size === 0;
  }

  /** @param isEnded the socket was closed: what was asked is not answered any more. */
  failure(isEnded: boolean): Failure | undefined {
    if (this.#surplus !== undefined)
      return { kind: 'unanswered', message: `${this.#surplus} was answered more often than it was asked` };
    const [first] = this.#owed.keys();
    if (isEnded || first === undefined) return undefined;
    return { kind: 'unanswered', message: `no answer to the request ${first}` };
  }

  #owe(key: string, count: number): void {
    const owed = (this.#owed.get(key) ?? 0) + count;
    if (owed === 0) this.#owed.delete(key);
    else this.#owed.set(key, owed);
  }
}

/** Undefined for what is no JSON. */
function parsed(frame: Buffer): unknown {
  try {
    return JSON.parse(frame.toString());
  } catch {
    return undefined;
  }
}
