/** What the scheduler decided about models becomes commands to the engine, a file that is read ahead, or a timer. Decides nothing. */
import type { Effect } from '../core/event.ts';
import type { FileDrop } from '../core/residency/types.ts';
import type { ModelId } from '../core/task.ts';
import type { Dispose, EngineCommand, ModelSpec } from '../engine/engine.ts';

export type Move = Extract<
  Effect,
  { readonly kind: 'load' | 'unload' | 'resize' | 'readAhead' | 'stopReading' | 'tell' | 'wakeAt' }
>;

/** What is done to the files of models beside the engine's loads. */
export interface Files {
  /** A load begins. `sparesCache`: what of the file finds no free page cache leaves it again. */
  loads(model: ModelId, sparesCache: boolean): void;
  /** Reads its files into the page cache, one model's at a time; `drop` leaves the cache first. */
  read(model: ModelId, drop: readonly FileDrop[]): void;
  stop(): void;
}

export interface MovesOptions {
  /** How a model is loaded, with all its sequences and context or with as little as serves. */
  readonly specOf: (model: ModelId, isSmall: boolean) => ModelSpec;
  readonly send: (command: EngineCommand) => void;
  /** A load begins. */
  readonly loads: (spec: ModelSpec) => void;
  readonly files: Files | undefined;
  readonly now: () => number;
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly wake: () => void;
  readonly log: (line: string) => void;
}

export class Moves {
  readonly #options: MovesOptions;
  #callOff: Dispose | undefined;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  perform(move: Move): void {
    const { specOf, send, loads, files, log } = this.#options;
    switch (move.kind) {
      case 'load': {
        const spec = specOf(move.model, move.isSmall);
        log(move.why);
        files?.loads(move.model, move.sparesCache);
        loads(spec);
        return send({ kind: 'load', spec });
      }
      case 'unload':
        log(move.why);
        return send({ kind: 'unload', model: move.model });
      case 'resize': {
        const { sequences, contextTokens } = specOf(move.model, move.isSmall);
        log(move.why);
        return send({ kind: 'resize', model: move.model, sequences, contextTokens });
      }
      case 'readAhead':
        log(move.why);
        return files?.read(move.model, move.drop);
      case 'stopReading':
        log(move.why);
        return files?.stop();
      case 'tell':
        return log(move.why);
      case 'wakeAt':
        return this.#wakeAt(move.atMs);
      default:
        move satisfies never;
    }
  }

  dispose(): void {
    this.#callOff?.();
    this.#options.files?.stop();
  }

  /** The latest time that was asked for: the scheduler looks at everything whenever it wakes. */
  #wakeAt(atMs: number): void {
    const { now, timer, wake } = this.#options;
    this.#callOff?.();
    this.#callOff = timer(Math.max(0, atMs - now()), wake);
  }
}
