/** The generations under way, one for each document, and what comes of them for whoever asks next. */
import type { Generation, Waited } from './generation.ts';
import type { Sides } from './since.ts';

export interface Running {
  /** A model and a language: who asks for another one does not join. */
  readonly scope: string;
  /** Of the request that it was begun for. */
  readonly arrivalMs: number;
  readonly generation: Generation;
}

export interface Joined {
  readonly waited: Waited;
  readonly arrivalMs: number;
}

export class Generations {
  readonly #running = new Map<string, Running>();

  /** Until its end it can be joined. */
  begun(document: string, running: Running): void {
    this.#running.set(document, running);
    void running.generation.done.then(() => {
      if (this.#running.get(document) === running) this.#running.delete(document);
    });
  }

  /** Undefined when nothing runs for this document that could be waited for. */
  join(document: string, scope: string, here: Sides, signal: AbortSignal): Promise<Joined> | undefined {
    const running = this.#running.get(document);
    if (running?.scope !== scope) return undefined;
    const { generation, arrivalMs } = running;
    return generation.wait(here, signal).then((waited) => ({ waited, arrivalMs }));
  }

  /** What the document's text contradicts now is stopped. */
  edited(document: string, text: string): void {
    this.#running.get(document)?.generation.edited(text);
  }
}
