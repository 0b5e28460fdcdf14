/** What models there are, as the composition root builds it: files, memory, which model serves whom, and what clients may do to them. */
import path from 'node:path';
import type { ModelId, TaskClass } from '../core/task.ts';
import type { DeviceTeller } from '../engine/engine.ts';
import { builtinCatalog } from '../models/catalog/catalog.ts';
import { inspectModel } from '../models/heads.ts';
import { Library } from '../models/library.ts';
import { machineReader } from '../models/machine.ts';
import { ModelManager } from '../models/manager.ts';
import { Memory } from '../models/memory.ts';
import { Registry } from '../models/registry.ts';
import { ModelStore } from '../models/store/store.ts';
import type { MachineSettings, StatusSaid as Status } from '../protocol.ts';
import { ModelDesk } from '../server/models.ts';
import type { Arguments } from './arguments.ts';

/** What is asked of the engine's side, which is built after this one. */
export interface EngineView extends DeviceTeller {
  /** Models that hold memory now. */
  loaded(): readonly ModelId[];
  /** Whether one comes, goes, or changes its size. */
  isMoving(): boolean;
  runs(): boolean;
  /** See Loop. */
  ordinaryMs(model: ModelId, role: TaskClass): number | undefined;
}

export interface ModelsSideOptions {
  readonly args: Arguments;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: EngineView;
  /** What clients have said of memory and of what stays in it, as it stands. */
  readonly settings: () => Pick<MachineSettings, 'memory' | 'residency'>;
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
}

export class ModelsSide {
  readonly store: ModelStore;
  readonly library: Library;
  readonly memory: Memory;
  readonly registry: Registry;
  readonly #options: ModelsSideOptions;
  readonly #catalog = builtinCatalog();

  constructor(options: ModelsSideOptions) {
    this.#options = options;
    const { args, env, engine, settings, timer, log } = options;
    this.store = new ModelStore({
      folder: args.home.modelsFolder,
      network: () => ({ env }),
      nowMs: () => Date.now(),
      random: Math.random,
      log,
      inspect: inspectModel,
    });
    const embeddedFile = path.join(args.media, 'models', 'tinycode-4m-q8_0.gguf');
    this.library = new Library({ catalog: this.#catalog, embeddedFile, store: this.store, log });
    const { platform, arch } = process;
    this.memory = new Memory(
      machineReader({
        loaded: () => engine.loaded(),
        isMoving: () => engine.isMoving(),
        ownBytes: (id) => this.registry.ownBytes(id),
        engineRuns: () => engine.runs(),
        engine,
        late: () => void this.memory.refresh(),
        timer,
        gpu: env['PUNCTUAL_GPU'],
        platform,
        arch,
      }),
    );
    this.registry = new Registry({
      catalog: this.#catalog,
      library: this.library,
      memory: this.memory,
      memorySetting: () => settings().memory,
      wishes: () => settings().residency,
      predictMs: (id, role) => engine.ordinaryMs(id, role),
    });
  }

  /** What clients ask of models. */
  desk(states: () => Status['models']): ModelDesk {
    const { store, library, memory, registry } = this;
    const { args, env } = this.#options;
    const { modelsFolder: folder } = args.home;
    const catalog = this.#catalog;
    const manager = new ModelManager({ catalog, store, library, folder });
    return new ModelDesk({ catalog, library, memory, store, folder, manager, states, registry, env });
  }
}
