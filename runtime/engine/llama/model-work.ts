/**
 * Models come, go and change their contexts: one such work after the other, each to its end, beside the passes of the models that are
 * there. Nobody who asked for a load can end it.
 */
import { performance } from 'node:perf_hooks';
import { sentence } from '../../core/sentence.ts';
import type { ModelId, TaskError } from '../../core/task.ts';
import { type EngineCommand, type EngineEvent, type ModelSpec, sameSpec, sameWeights } from '../engine.ts';
import type { StepMachine } from '../step-machine.ts';
import type { Device } from './device.ts';
import type { LoadedModel } from './model.ts';

/** At most this many progress messages a second; the library reports some hundred in one load. */
const progressIntervalMs = 100;

export interface ModelWorkOptions {
  readonly machine: StepMachine;
  readonly device: Device;
  readonly emit: (events: EngineEvent[]) => void;
  /** Nothing of the model is computed any more from the moment when this resolves. */
  readonly quiet: (model: ModelId) => Promise<void>;
  /** A model that was quiet may have work again. */
  readonly resumed: (model: ModelId) => void;
}

type Size = Pick<ModelSpec, 'sequences' | 'contextTokens' | 'threads'>;

export class ModelWork {
  readonly #machine: StepMachine;
  readonly #device: Device;
  readonly #options: ModelWorkOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ModelWorkOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.#device = options.device;
  }

  handle(command: Extract<EngineCommand, { readonly kind: 'load' | 'unload' | 'resize' }>): void {
    this.#last = this.#last.then(() => this.#do(command));
  }

  async #do(command: Extract<EngineCommand, { readonly kind: 'load' | 'unload' | 'resize' }>): Promise<void> {
    switch (command.kind) {
      case 'load':
        return await this.#load(command.spec);
      case 'unload':
        return await this.#unload(command.model);
      case 'resize':
        return await this.#resize(command.model, command);
      default:
        command satisfies never;
    }
  }

  /**
   * 1. What is there already is said to be there.
   * 2. Where only the context differs, the weights stay.
   * 3. Else the former one leaves, and comes back when the new one cannot be loaded.
   */
  async #load(spec: ModelSpec): Promise<void> {
    const { id: model } = spec;
    const former = this.#device.model(model);
    if (former !== undefined && sameSpec(former.spec, spec)) {
      this.#emit({ kind: 'loaded', model, info: former.info });
      return;
    }
    if (former !== undefined && sameWeights(former.spec, spec)) {
      const error = await this.#replace(former, spec);
      if (error !== undefined) this.#emit({ kind: 'loadFailed', model, error });
      const now = this.#device.model(model);
      if (now !== undefined) this.#emit({ kind: 'loaded', model, info: now.info });
      this.#options.resumed(model);
      return;
    }
    if (former !== undefined) await this.#remove(model);
    const error = await this.#bringIn(spec);
    if (error === undefined) return;
    this.#emit({ kind: 'loadFailed', model, error });
    // Should it fail, too, then nothing more is to be said: the model is not there.
    if (former !== undefined) await this.#bringIn(former.spec);
  }

  /** @returns why not. */
  async #bringIn(spec: ModelSpec): Promise<TaskError | undefined> {
    const { id: model } = spec;
    this.#emit({ kind: 'loading', model, fraction: 0 });
    const outcome = await this.#device.load(spec, this.#progress(model));
    if (outcome.kind === 'failed') return outcome.error;
    const { loaded, kept } = outcome;
    this.#machine.addModel(loaded.machineModel, kept);
    this.#emit({ kind: 'loaded', model, info: loaded.info });
    return undefined;
  }

  #progress(model: ModelId): (fraction: number) => void {
    let lastMs = performance.now();
    return (fraction) => {
      const now = performance.now();
      if (now - lastMs < progressIntervalMs) return;
      lastMs = now;
      this.#emit({ kind: 'loading', model, fraction });
    };
  }

  async #unload(model: ModelId): Promise<void> {
    const released = await this.#remove(model);
    this.#emit({ kind: 'unloaded', model, ...released });
  }

  async #remove(model: ModelId): Promise<{ readonly freedBytes: number; readonly tookMs: number }> {
    await this.#options.quiet(model);
    const leftovers = this.#machine.leftovers(model, false);
    this.#emit(...this.#machine.removeModel(model));
    return await this.#device.unload(model, leftovers);
  }

  async #resize(model: ModelId, { sequences, contextTokens }: Omit<Size, 'threads'>): Promise<void> {
    const loaded = this.#device.model(model);
    if (loaded === undefined) {
      const error = { code: 'modelUnavailable', message: sentence('The model {0} is not loaded.', model) } as const;
      this.#emit({ kind: 'resizeFailed', model, error });
      return;
    }
    const error = await this.#replace(loaded, { sequences, contextTokens, threads: loaded.spec.threads });
    if (error === undefined) this.#emit({ kind: 'resized', model, info: loaded.info });
    else this.#emit({ kind: 'resizeFailed', model, error });
    if (this.#device.model(model) === undefined) this.#emit({ kind: 'unloaded', model });
    else this.#options.resumed(model);
  }

  /** Gives a model another context; its requests go on. @returns why it has the one that it had, or is gone. */
  async #replace(loaded: LoadedModel, size: Size): Promise<TaskError | undefined> {
    const { id } = loaded.spec;
    await this.#options.quiet(id);
    const outcome = await this.#device.resize(loaded, size, this.#machine.leftovers(id, true));
    if (outcome.kind === 'gone') this.#emit(...this.#machine.removeModel(id));
    else this.#emit(...this.#machine.replaceModel(loaded.machineModel, outcome.kept));
    return outcome.kind === 'resized' ? undefined : outcome.error;
  }

  #emit(...events: EngineEvent[]): void {
    this.#options.emit(events);
  }
}
