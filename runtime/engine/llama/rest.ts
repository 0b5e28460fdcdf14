/**
 * When an engine process that holds no model may end: a while after the last one has left or failed to come, so that one model may follow
 * another without a new process. Without models the process is memory and nothing else. Owns the time, not the process.
 */
import type { ModelId } from '../../core/task.ts';
import type { EngineCommand, EngineEvent } from '../engine.ts';

/** How long a process without models stays, in ms. */
export const restMsDefault = 30_000;

export class Rest {
  readonly #ms: number;
  readonly #end: () => void;
  /** Loaded, or on their way. */
  readonly #models = new Set<ModelId>();
  #timer: NodeJS.Timeout | undefined;

  /** @param end is called when nothing has been there for `ms`. */
  constructor(ms: number, end: () => void) {
    this.#ms = ms;
    this.#end = end;
  }

  sent(command: EngineCommand): void {
    if (command.kind !== 'load') return;
    this.#models.add(command.spec.id);
    this.dispose();
  }

  heard(event: EngineEvent): void {
    if (event.kind === 'unloaded' || event.kind === 'loadFailed') {
      this.#models.delete(event.model);
      this.asked();
    } else if (event.kind === 'lost') {
      this.#models.clear();
      this.dispose();
    }
  }

  /** The process is of use without a model, too, but no question prolongs its time: some are asked every few seconds. */
  asked(): void {
    if (this.#models.size > 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#end();
    }, this.#ms);
    // Nobody waits for it.
    this.#timer.unref();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
