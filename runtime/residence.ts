/**
 * What decisions about resident models stand on, gathered from those who know it: how large models are and whom they serve (registry), and
 * what this machine's power, memory and page cache allow (host). It answers the scheduler's questions at once, from the last look
 * at the machine, and does to files what the scheduler decides. Decides nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelInfo } from './core/event.ts';
import type { Holding, Holdings, MemoryView } from './core/residency/holdings.ts';
import type { ResidencyChanges, ResidencyWeights } from './core/residency/options.ts';
import type { FileDrop } from './core/residency/types.ts';
import type { ModelId } from './core/task.ts';
import type { EngineEvent } from './engine/engine.ts';
import { type ReleaseRule, releaseMs, releaseRule } from './host/idle-release.ts';
import type { Machine, ModelOnDisk } from './host/machine.ts';
import type { Files } from './loop/moves.ts';
import type { ModelSizes } from './models/sizes.ts';

/** What of the machine's settings is about residency. */
export interface ResidenceSettings {
  /** A model that has no time of its own leaves when it was not used for so long; 0: never. */
  readonly unloadAfterMinutes: number;
  /** Of the factors of a model's worth; those that are absent are as they were. */
  readonly weights: Partial<ResidencyWeights>;
}

export interface ResidenceOptions {
  readonly models: {
    sizesOf(id: ModelId): ModelSizes;
    /** What it really holds. */
    holds(id: ModelId, info: ModelInfo): void;
    /** Memory that models may take, in bytes; undefined before it was read. */
    budgetBytes(): number | undefined;
    /** Models compute in the memory that also caches their files. */
    readonly isUnified: boolean;
  };
  readonly machine: Pick<
    Machine,
    | 'conditions'
    | 'onConditions'
    | 'onLook'
    | 'fileView'
    | 'cacheBytes'
    | 'reading'
    | 'loading'
    | 'readAhead'
    | 'stopReading'
    | 'forget'
  >;
  /** What residency goes by is another from now on. */
  readonly changed: (changes: ResidencyChanges) => void;
  /** Some seconds have gone by: what nobody used for long, or is likely to be used by now, may come or go by that alone. */
  readonly looked: () => void;
  /** A read has ended: there may be another to decide on. */
  readonly readEnded: () => void;
}

/** Less memory came back from a model than it held, in bytes. */
export interface Shortfall {
  readonly heldBytes: number;
  readonly freedBytes: number;
}

/** The library's estimate of what a model holds is about so exact. */
const enoughShare = 0.9;

export class Residence implements Holdings, Files {
  readonly #options: ResidenceOptions;
  /** To be called when the model is ready. */
  readonly #loading = new Map<ModelId, () => void>();
  /** As the engine said of the models that are there, in bytes. */
  readonly #held = new Map<ModelId, number>();
  #settings: ResidenceSettings = { unloadAfterMinutes: 0, weights: {} };

  constructor(options: ResidenceOptions) {
    this.#options = options;
    options.machine.onConditions(() => this.#tell());
    options.machine.onLook(() => options.looked());
  }

  settings(settings: ResidenceSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    this.#settings = settings;
    this.#tell();
  }

  of(id: ModelId): Holding {
    const { models, machine } = this.#options;
    const { bytes, bytesSmall, classes, isPinned, isKept, isNamed, isGone, unloadAfterMinutes } = models.sizesOf(id);
    const releaseAfterMs =
      unloadAfterMinutes === undefined ? undefined : releaseMs(unloadAfterMinutes, machine.conditions);
    const own = { classes, isPinned, isKept, isNamed, isGone, releaseAfterMs, bytesFull: bytes, bytesSmall };
    return { ...own, ...machine.fileView(this.diskOf(id)) };
  }

  get wholeBytes(): number {
    // Before memory was read nothing speaks against a load.
    return this.#options.models.budgetBytes() ?? Number.MAX_SAFE_INTEGER;
  }

  memory(): MemoryView {
    const { models, machine } = this.#options;
    return {
      budgetBytes: this.wholeBytes * this.#rule().budgetShare,
      cacheBytes: machine.cacheBytes,
      isCacheShared: models.isUnified,
      reading: machine.reading,
    };
  }

  loads(id: ModelId, sparesCache: boolean): void {
    this.#loading.set(id, this.#options.machine.loading(this.diskOf(id), sparesCache));
  }

  read(id: ModelId, drop: readonly FileDrop[]): void {
    const dropped = drop.map(({ model, bytes }) => ({ disk: this.diskOf(model), bytes }));
    this.#options.machine.readAhead(this.diskOf(id), dropped, this.#options.readEnded);
  }

  stop(): void {
    this.#options.machine.stopReading();
  }

  /** The library has found other files than before: of those that are gone nothing is cached any more. */
  filesChanged(ids: Iterable<ModelId>): void {
    const { models, machine } = this.#options;
    for (const id of ids) if (models.sizesOf(id).isGone) machine.forget(id);
  }

  /** RAM that models may still take of what caches their files, in bytes. */
  get reservedBytes(): number {
    const { models } = this.#options;
    if (!models.isUnified) return 0;
    const heldBytes = [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
    return Math.max(0, (models.budgetBytes() ?? 0) - heldBytes);
  }

  /**
   * Every event of the engine passes here before anybody decides on it: loads are timed, and what models hold and give back is noted.
   * @returns what a model that has left has not given back, if it is worth noting.
   */
  heard(event: EngineEvent): Shortfall | undefined {
    if (event.kind === 'loaded' || event.kind === 'loadFailed') this.#loadEnded(event.model, event.kind === 'loaded');
    switch (event.kind) {
      case 'loaded':
      case 'resized':
        this.#options.models.holds(event.model, event.info);
        if (event.info.heldBytes !== undefined) this.#held.set(event.model, event.info.heldBytes);
        return undefined;
      case 'unloaded':
        return this.#left(event.model, event.freedBytes);
      case 'lost':
        this.#held.clear();
        this.#loading.clear();
        return undefined;
      default:
        return undefined;
    }
  }

  #loadEnded(model: ModelId, isLoaded: boolean): void {
    const ready = this.#loading.get(model);
    this.#loading.delete(model);
    if (isLoaded) ready?.();
  }

  #left(model: ModelId, freedBytes: number | undefined): Shortfall | undefined {
    const heldBytes = this.#held.get(model) ?? 0;
    this.#held.delete(model);
    return freedBytes !== undefined && freedBytes < heldBytes * enoughShare ? { heldBytes, freedBytes } : undefined;
  }

  /** Its files, first part first. */
  diskOf(model: ModelId): ModelOnDisk {
    const { files, fileBytes } = this.#options.models.sizesOf(model);
    // Parts of a split model are of one size, but for the last.
    return { model, files: files.map((file) => ({ file, bytes: fileBytes / files.length })) };
  }

  #rule(): ReleaseRule {
    return releaseRule(this.#settings.unloadAfterMinutes, this.#options.machine.conditions);
  }

  #tell(): void {
    const { releaseAfterMs, releasePinnedAfterMs, loadsAhead, readsAhead } = this.#rule();
    const { weights } = this.#settings;
    this.#options.changed({ releaseAfterMs, releasePinnedAfterMs, loadsAhead, readsAhead, ...weights });
  }
}
