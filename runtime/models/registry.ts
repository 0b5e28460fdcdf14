/**
 * Which models there are, and which one a client's choice leads to. Owns the list of models named so far; loads nothing.
 */
import path from 'node:path';
import type { ModelId, TaskError } from '../core/task.ts';
import type { ModelSpec } from '../engine/engine.ts';
import type { ChosenModel, Models } from '../features/tasks.ts';

export interface RegistryOptions {
  /** The demonstration model that ships with Punctual: an absolute path. */
  readonly embeddedFile: string;
}

/** The embedded model's training context. */
const embeddedContextTokens = 2_048;
/** Enough for a completion's window and a file to summarize; each sequence pays for it in memory, so not the model's maximum. */
const contextTokensDefault = 4_096;
/** One for ghost text, the rest for what runs behind it. */
const sequencesDefault = 4;

/** Models that clients may name in one runtime's life; each stays in the status. */
const modelsMax = 64;

interface Known {
  readonly name: string;
  readonly demo: boolean;
  readonly spec: ModelSpec;
}

export class Registry implements Models {
  readonly #embeddedFile: string;
  readonly #known = new Map<ModelId, Known>();

  constructor(options: RegistryOptions) {
    this.#embeddedFile = options.embeddedFile;
  }

  choose(choice: string, threads: number): ChosenModel | TaskError {
    const embedded = choice === 'auto' || choice === 'embedded';
    if (!embedded && !path.isAbsolute(choice)) {
      return {
        code: 'modelUnavailable',
        message: `The model '${choice}' is not an absolute path: give 'auto', 'embedded' or the full path of a GGUF file.`,
      };
    }
    const file = embedded ? this.#embeddedFile : path.normalize(choice);
    if (!this.#known.has(file) && this.#known.size >= modelsMax) {
      return {
        code: 'modelUnavailable',
        message: `This runtime has been given ${modelsMax} different models already: run 'punctual stop', then try again.`,
      };
    }
    const demo = file === this.#embeddedFile;
    const contextTokens = demo ? embeddedContextTokens : contextTokensDefault;
    // The thread count of the latest choice counts at the next load. More than one thread makes the tiny model slower, never faster.
    const spec: ModelSpec = { id: file, file, sequences: sequencesDefault, contextTokens, threads: demo ? 1 : threads };
    const name = demo ? 'TinyCode 4M (demonstration)' : path.basename(file, '.gguf');
    this.#known.set(file, { name, demo, spec });
    return { id: file, name, demo, chosen: choice !== 'auto', contextTokens };
  }

  /** @throws RangeError for an id that no choice has led to: a mistake of the caller. */
  specOf(id: ModelId): ModelSpec {
    return this.#get(id).spec;
  }

  describe(id: ModelId): { readonly name: string; readonly demo: boolean } {
    const { name, demo } = this.#get(id);
    return { name, demo };
  }

  #get(id: ModelId): Known {
    const known = this.#known.get(id);
    if (known === undefined) throw new RangeError(`no model '${id}' has been chosen`);
    return known;
  }
}
