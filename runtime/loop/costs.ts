/**
 * What is known of each model's speed, between the runtime, its engine and the disk: an engine that has loaded a model is told what was
 * measured of it on this device, or asked to measure it, and what both learn from then on is kept for the next runtime.
 */
import { costPoints } from '../core/cost-curve.ts';
import { type CostKey, type CostModel, newCostModel } from '../core/estimate.ts';
import type { ModelInfo } from '../core/event.ts';
import type { Learned } from '../core/learned.ts';
import type { ModelId } from '../core/task.ts';
import type { Dispose, EngineCommand, ModelSpec } from '../engine/engine.ts';

/** Where measurements outlive a runtime. Never rejects. */
export interface CostStore {
  load(key: CostKey): Promise<CostModel | undefined>;
  save(key: CostKey, model: CostModel): Promise<unknown>;
}

export interface CostKeeperOptions {
  readonly learned: Learned;
  /** What an earlier runtime measured is the model's from now on. */
  readonly know: (model: ModelId, costs: CostModel) => void;
  readonly store: CostStore | undefined;
  readonly send: (command: EngineCommand) => void;
  readonly timer: (ms: number, callback: () => void) => Dispose;
  readonly log: (line: string) => void;
}

/** Between two saves of a model that goes on learning. */
export const saveIntervalMs = 5 * 60 * 1000;

interface Loaded {
  readonly key: CostKey;
  /** As of its last load or resize. */
  info: ModelInfo;
  /** Its costs are known or being measured, so its passes teach what is worth keeping. */
  isTold: boolean;
  hasLearned: boolean;
}

export class CostKeeper {
  readonly #options: CostKeeperOptions;
  /** As the last load of each model was asked for. */
  readonly #specs = new Map<ModelId, ModelSpec>();
  readonly #loaded = new Map<ModelId, Loaded>();
  /** Measurements of this runtime: a model that comes back needs no file, as long as it comes back to the same device. */
  readonly #keys = new Map<ModelId, CostKey>();
  #cancelSave: Dispose | undefined;
  #saving: Promise<unknown> = Promise.resolve();

  constructor(options: CostKeeperOptions) {
    this.#options = options;
  }

  loads(spec: ModelSpec): void {
    this.#specs.set(spec.id, spec);
  }

  /** To be called before the first request of the model is sent: then the engine plans it with what is known. */
  loaded(id: ModelId, info: ModelInfo): void {
    const spec = this.#specs.get(id);
    if (spec === undefined) return;
    const { file, threads } = spec;
    const key = { file, device: info.device, threads };
    const entry: Loaded = { key, info, isTold: false, hasLearned: false };
    this.#loaded.set(id, entry);
    if (areEqual(this.#keys.get(id), key)) this.#tell(id, entry, this.#options.learned.costModel(id));
    else void this.#restore(id, entry);
  }

  async #restore(id: ModelId, entry: Loaded): Promise<void> {
    const known = await this.#options.store?.load(entry.key);
    // It may have been unloaded, or loaded anew, while the disk was read.
    if (this.#loaded.get(id) !== entry) return;
    // What was learned of another device would mislead; and the engine begins anew, too.
    const isForeign = this.#keys.has(id);
    if (known !== undefined || isForeign) this.#options.know(id, known ?? newCostModel());
    this.#tell(id, entry, known);
  }

  #tell(model: ModelId, entry: Loaded, costs: CostModel | undefined): void {
    entry.isTold = true;
    this.#keys.set(model, entry.key);
    if (costs !== undefined) {
      this.#options.log(`the speed of ${model} on ${entry.key.device} is known`);
      this.#options.send({ kind: 'costs', model, costs });
    }
    if (costs === undefined || !isMeasuredFor(costs, entry.info)) this.#measure(model, entry);
  }

  /** It has another number of sequences: what was measured with fewer says nothing of passes of more. */
  resized(model: ModelId, info: ModelInfo): void {
    const entry = this.#loaded.get(model);
    if (entry === undefined) return;
    entry.info = info;
    if (entry.isTold && !isMeasuredFor(this.#options.learned.costModel(model), info)) this.#measure(model, entry);
  }

  /** What is known already stays until the measurement teaches better. */
  #measure(model: ModelId, { key }: Loaded): void {
    this.#options.log(`the speed of ${model} on ${key.device} is measured when there is nothing else to do`);
    this.#options.send({ kind: 'costs', model });
  }

  passed(model: ModelId): void {
    const entry = this.#loaded.get(model);
    if (entry === undefined || !entry.isTold || this.#options.store === undefined) return;
    entry.hasLearned = true;
    this.#cancelSave ??= this.#options.timer(saveIntervalMs, () => this.#saveAll());
  }

  calibrated(model: ModelId): void {
    this.#options.log(`the speed of ${model} was measured`);
    this.#save(model);
  }

  unloaded(model: ModelId): void {
    this.#save(model);
    this.#loaded.delete(model);
  }

  /** The engine is gone with all its models. */
  lost(): void {
    for (const model of [...this.#loaded.keys()]) this.unloaded(model);
  }

  /** The longest pass that one of these models makes, as predicted, in ms; undefined when one of them has not been measured. */
  longestPassMs(models: ReadonlySet<ModelId>): number | undefined {
    let longestMs = 0;
    for (const id of models) {
      const { learned } = this.#options;
      const info = this.#loaded.get(id)?.info;
      if (info === undefined || !isMeasured(learned.costModel(id))) return undefined;
      const { chunkTokens, contextTokens, sequences } = info;
      const costs = learned.costs(id);
      const prefillMs = costs.prefillMs(chunkTokens, contextTokens);
      longestMs = Math.max(longestMs, prefillMs, costs.decodeMs(sequences, sequences * contextTokens));
    }
    return longestMs;
  }

  /** Resolves when everything that was learned is on the disk. */
  async close(): Promise<void> {
    this.lost();
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    await this.#saving;
  }

  #saveAll(): void {
    this.#cancelSave = undefined;
    for (const model of this.#loaded.keys()) this.#save(model);
  }

  #save(model: ModelId): void {
    const entry = this.#loaded.get(model);
    if (entry === undefined || !entry.hasLearned) return;
    entry.hasLearned = false;
    const costs = this.#options.learned.costModel(model);
    this.#saving = this.#saving.then(() => this.#options.store?.save(entry.key, costs));
  }
}

/** Whether there was a pass of each kind: before that the prior may be off by any factor. */
function isMeasured({ prefill, decode }: CostModel): boolean {
  return [prefill, decode].every(({ cells }) => cells.some(({ samples }) => samples > 0));
}

/** Whether there was a decode of all its sequences, or of more: a measurement goes that far (core/calibration.ts). */
function isMeasuredFor({ decode }: CostModel, { sequences }: ModelInfo): boolean {
  return decode.cells.some(({ samples }, index) => samples > 0 && (costPoints.decode[index] ?? 0) >= sequences);
}

function areEqual(a: CostKey | undefined, b: CostKey): boolean {
  return a !== undefined && a.file === b.file && a.device === b.device && a.threads === b.threads;
}
