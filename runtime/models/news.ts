/** Keeps what is known of model files, free memory and speed up to date: at the start, from time to time, and when somebody asks. */
import path from 'node:path';
import type { EngineEvent } from '../engine/engine.ts';
import type { ModelSettings } from '../features/tasks.ts';
import type { Library } from './library.ts';
import type { Memory } from './memory.ts';
import type { Registry } from './registry.ts';

export interface NewsOptions {
  readonly library: Pick<Library, 'refresh' | 'look'>;
  readonly memory: Pick<Memory, 'refresh'>;
  readonly registry: Pick<Registry, 'measured' | 'loadEnded'>;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
}

/** How old news may become while nobody asks. */
const freshMs = 30_000;
/** How long anybody waits for news of files, which may lie on a disk that does not answer. */
const knowMsMax = 2_000;

export class News {
  readonly #options: NewsOptions;
  /** The first look at files and memory. */
  readonly #first: Promise<unknown>;
  #stop: () => void = () => undefined;

  constructor(options: NewsOptions) {
    this.#options = options;
    this.#first = this.refresh();
    this.#later();
  }

  async refresh(): Promise<void> {
    const { library, memory, registry } = this.#options;
    await Promise.all([library.refresh(), memory.refresh()]);
    registry.measured();
  }

  /** What is installed, and what the files that the settings name by their path say of themselves. Never rejects. */
  async know({ model, models }: Pick<ModelSettings, 'model' | 'models'>): Promise<void> {
    const { library, timer } = this.#options;
    const named = [model, ...Object.values(models)].filter((choice) => choice !== undefined && path.isAbsolute(choice));
    const known = this.#first.then(() => Promise.all(named.map((file) => library.look(file ?? ''))));
    let stopWaiting: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      stopWaiting = timer(knowMsMax, resolve);
    });
    await Promise.race([known, late]).finally(stopWaiting);
  }

  /** What the engine says of loads. A file that cannot be loaded may have gone or changed: it is looked at. */
  heard(event: EngineEvent): void {
    if (event.kind !== 'loaded' && event.kind !== 'loadFailed') return;
    this.#options.registry.loadEnded(event.model, event.kind === 'loaded');
    if (event.kind === 'loadFailed') void this.refresh();
  }

  dispose(): void {
    this.#stop();
  }

  #later(): void {
    this.#stop = this.#options.timer(freshMs, () => {
      void this.refresh();
      this.#later();
    });
  }
}
