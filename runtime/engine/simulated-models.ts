/** The models of one life of the simulated engine: they come, go and change their contexts as in the real one, on the virtual clock. */
import type { ModelInfo } from '../core/event.ts';
import type { ModelId, TaskError } from '../core/task.ts';
import type { VirtualClock } from './clock.ts';
import { type EngineEvent, type ModelSpec, sameSpec, sameWeights } from './engine.ts';
import type { MachineModel } from './sequence.ts';
import { costsOf, endToken, type SimulatedModel, type SimulatedTokenizer } from './simulated-model.ts';
import { SimulatedModelWork } from './simulated-model-work.ts';
import type { Kept } from './slots.ts';
import type { StepMachine } from './step-machine.ts';

/** Measured for 600 tokens of a 0.5 B model and a file. */
export const parkMs = 10;

export interface SimulatedModelsOptions {
  readonly clock: VirtualClock;
  readonly machine: StepMachine;
  readonly tokenizer: SimulatedTokenizer;
  readonly host: {
    model(id: ModelId): SimulatedModel;
    takeLoadFailure(id: ModelId): string | undefined;
    readonly archive: Map<string, readonly Kept[]>;
  };
  emit(events: readonly EngineEvent[]): void;
  /** Whether a pass of the model runs. */
  isBusy(model: ModelId): boolean;
  /** There may be something to compute again. */
  resumed(): void;
}

type Size = Pick<ModelSpec, 'sequences' | 'contextTokens' | 'threads'>;

interface Loaded {
  readonly spec: ModelSpec;
  readonly info: ModelInfo;
}

export class SimulatedModels {
  readonly #options: SimulatedModelsOptions;
  readonly #machine: StepMachine;
  readonly #work: SimulatedModelWork;
  readonly #loaded = new Map<ModelId, Loaded>();

  constructor(options: SimulatedModelsOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.#work = new SimulatedModelWork(options.clock, (model) => options.isBusy(model));
  }

  infoOf(model: ModelId): ModelInfo | undefined {
    return this.#loaded.get(model)?.info;
  }

  /** A pass is complete. */
  passed(): void {
    this.#work.passed();
  }

  /** What is under way comes to nothing. */
  end(): void {
    this.#work.end();
  }

  load(spec: ModelSpec): void {
    const { id: model } = spec;
    const begin = (): number => {
      const former = this.#loaded.get(model)?.spec;
      const { loadMs, resizeMs } = this.#options.host.model(model);
      if (former === undefined || !sameWeights(former, spec)) return loadMs;
      return sameSpec(former, spec) ? 0 : this.#suspend(model) + resizeMs;
    };
    this.#work.queue({ model, begin, finish: () => this.#load(spec) });
  }

  unload(model: ModelId): void {
    let tookMs = 0;
    const begin = (): number => {
      tookMs = this.#suspend(model);
      return tookMs;
    };
    const finish = (): void => {
      const freedBytes = this.infoOf(model)?.memoryBytes ?? 0;
      this.#remove(model);
      this.#emit({ kind: 'unloaded', model, freedBytes, tookMs });
    };
    this.#work.queue({ model, begin, finish });
  }

  resize(model: ModelId, size: Omit<Size, 'threads'>): void {
    const begin = (): number => this.#suspend(model) + this.#options.host.model(model).resizeMs;
    this.#work.queue({ model, begin, finish: () => this.#resize(model, size) });
  }

  /** @returns how long it takes to save what its slots hold, in ms. */
  #suspend(model: ModelId): number {
    this.#machine.suspendModel(model);
    return this.#machine.kvTokens(model).filter((tokens) => tokens > 0).length * parkMs;
  }

  #load(spec: ModelSpec): void {
    const { id: model } = spec;
    const former = this.#loaded.get(model);
    const failure = this.#options.host.takeLoadFailure(model);
    if (failure !== undefined) this.#emit({ kind: 'loadFailed', model, error: unavailable(failure) });
    const wanted = failure === undefined ? spec : former?.spec;
    if (wanted === undefined) return;
    if (former === undefined || !sameWeights(former.spec, wanted)) this.#bringIn(wanted);
    else if (failure !== undefined || !sameSpec(former.spec, wanted)) this.#replace(former, wanted);
    const info = this.infoOf(model);
    if (info !== undefined) this.#emit({ kind: 'loaded', model, info });
  }

  #bringIn(spec: ModelSpec): void {
    if (this.#loaded.has(spec.id)) this.#remove(spec.id);
    const { archive } = this.#options.host;
    const { machineModel, info } = this.#describe(spec);
    const kept = archive.get(spec.file) ?? [];
    archive.delete(spec.file);
    this.#machine.addModel(machineModel, fitting(kept, info));
    this.#loaded.set(spec.id, { spec, info });
  }

  /** Its requests fail; what its documents held is kept. */
  #remove(model: ModelId): void {
    const file = this.#loaded.get(model)?.spec.file;
    const kept = this.#machine.leftovers(model, false);
    if (file !== undefined && kept.length > 0) this.#options.host.archive.set(file, kept);
    this.#emit(...this.#machine.removeModel(model));
    this.#loaded.delete(model);
  }

  #resize(model: ModelId, { sequences, contextTokens }: Omit<Size, 'threads'>): void {
    const loaded = this.#loaded.get(model);
    const failure = this.#options.host.takeLoadFailure(model);
    if (loaded === undefined) {
      this.#emit(resizeFailed(model));
      return;
    }
    const { threads } = loaded.spec;
    const info = this.#replace(loaded, failure === undefined ? { sequences, contextTokens, threads } : loaded.spec);
    this.#emit(failure === undefined ? { kind: 'resized', model, info } : resizeFailed(model, failure));
  }

  #replace(loaded: Loaded, { sequences, contextTokens, threads }: Size): ModelInfo {
    const spec = { ...loaded.spec, sequences, contextTokens, threads };
    const { machineModel, info } = this.#describe(spec);
    const kept = fitting(this.#machine.leftovers(spec.id, true), info);
    this.#loaded.set(spec.id, { spec, info });
    this.#emit(...this.#machine.replaceModel(machineModel, kept));
    this.#options.resumed();
    return info;
  }

  #describe(spec: ModelSpec): { readonly machineModel: MachineModel; readonly info: ModelInfo } {
    const { host, tokenizer } = this.#options;
    const { id, sequences } = spec;
    const model = host.model(id);
    const contextTokens = Math.min(spec.contextTokens, model.contextTokensMax);
    const costs = costsOf(model.costs);
    const { infill, chat, memoryBytes, loadMs, chunkTokens, shelfTokensMax } = model;
    const device = 'simulated';
    return {
      info: { sequences, contextTokens, chunkTokens, infill, chat, memoryBytes, loadMs, device },
      machineModel: {
        id,
        sequences,
        contextTokens,
        chunkTokens,
        costs: () => costs,
        appendOnly: false,
        shelfTokensMax,
        isEnd: (token) => token === endToken,
        detokenizer: () => ({ push: (token) => tokenizer.detokenize(token) }),
      },
    };
  }

  #emit(...events: readonly EngineEvent[]): void {
    this.#options.emit(events);
  }
}

/** A smaller context cannot take what is longer. */
function fitting(kept: readonly Kept[], { contextTokens }: ModelInfo): readonly Kept[] {
  return kept.filter(({ tokens }) => tokens.length < contextTokens);
}

function unavailable(message: string): TaskError {
  return { code: 'modelUnavailable', message };
}

export function notLoaded(model: ModelId): TaskError {
  return unavailable(`The model ${model} is not loaded.`);
}

export function resizeFailed(model: ModelId, message?: string): EngineEvent {
  return { kind: 'resizeFailed', model, error: message === undefined ? notLoaded(model) : unavailable(message) };
}
