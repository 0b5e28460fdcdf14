/**
 * `static:N` on the library's own loop: answers in order of arrival, each on the sequence whose KV has most in common with its prompt,
 * and the library decides what is in a batch. What a local server built on the library does.
 */
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { TaskId } from '../../../core/task.ts';
import { reasonOf } from '../../../disk/reason.ts';
import type { Library } from './library.ts';
import type { LibraryCommand, LibraryEvent } from './messages.ts';

type Start = Extract<LibraryCommand, { readonly kind: 'start' }>;

export class Server {
  readonly #library: Library;
  readonly #emit: (event: LibraryEvent) => void;
  readonly #idle: LlamaContextSequence[];
  readonly #waiting: Start[] = [];
  readonly #running = new Map<TaskId, AbortController>();

  constructor(library: Library, emit: (event: LibraryEvent) => void) {
    this.#library = library;
    this.#emit = emit;
    this.#idle = [...library.sequences];
  }

  start(start: Start): void {
    this.#waiting.push(start);
    this.#next();
  }

  stop(id: TaskId): void {
    const place = this.#waiting.findIndex((start) => start.id === id);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#emit({ kind: 'ended', id, outcome: 'stopped' });
    }
    this.#running.get(id)?.abort();
  }

  #next(): void {
    if (this.#idle.length === 0) return;
    const start = this.#waiting.shift();
    if (start === undefined) return;
    const abort = new AbortController();
    this.#running.set(start.id, abort);
    void this.#run(start, abort.signal);
    this.#next();
  }

  async #run(start: Start, signal: AbortSignal): Promise<void> {
    const { id, prompt, maxTokens } = start;
    let sequence: LlamaContextSequence | undefined;
    let outcome: Extract<LibraryEvent, { readonly kind: 'ended' }>['outcome'];
    try {
      const tokens = this.#library.tokensOf(prompt, maxTokens);
      sequence = this.#take(tokens);
      outcome = await this.#generate(sequence, tokens, start, signal);
    } catch (error) {
      outcome = signal.aborted ? 'stopped' : { error: reasonOf(error) };
    }
    if (sequence !== undefined) this.#idle.push(sequence);
    this.#running.delete(id);
    this.#emit({ kind: 'ended', id, outcome });
    this.#next();
  }

  async #generate(
    sequence: LlamaContextSequence,
    tokens: Token[],
    { id, maxTokens }: Start,
    signal: AbortSignal,
  ): Promise<'finished' | 'stopped'> {
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    if (signal.aborted) return 'stopped';
    let count = 0;
    const rest = tokens.slice(sequence.nextTokenIndex);
    for await (const _token of sequence.evaluate(rest, { temperature: 0 })) {
      // The library looks for no cancellation during a prefill, so this is the first moment at which one can take effect.
      if (signal.aborted) return 'stopped';
      this.#emit({ kind: 'token', id });
      count += 1;
      if (count >= maxTokens) break;
    }
    return 'finished';
  }

  /** The idle sequence with the longest common prefix; of equal ones the one that has been idle longest. */
  #take(tokens: readonly Token[]): LlamaContextSequence {
    const common = (sequence: LlamaContextSequence): number => {
      const held = sequence.contextTokens;
      const end = Math.min(held.length, tokens.length);
      let length = 0;
      while (length < end && held[length] === tokens[length]) length += 1;
      return length;
    };
    const [first, ...others] = this.#idle;
    if (first === undefined) throw new Error('No sequence is idle.');
    const best = others.reduce((best, other) => (common(other) > common(best) ? other : best), first);
    this.#idle.splice(this.#idle.indexOf(best), 1);
    return best;
  }
}
