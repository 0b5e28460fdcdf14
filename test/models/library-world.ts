/** A library over files that a test describes: what the store would list, and what the files would say of themselves. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtinCatalog } from '../../runtime/models/catalog/catalog.ts';
import type { ModelFile } from '../../runtime/models/gguf/describe.ts';
import { GgufError } from '../../runtime/models/gguf/problem.ts';
import { Heads } from '../../runtime/models/heads.ts';
import { Library } from '../../runtime/models/library.ts';
import { type MachineReading, Memory } from '../../runtime/models/memory.ts';
import { Registry } from '../../runtime/models/registry.ts';
import type { StoredModel } from '../../runtime/models/store/listing.ts';
import { noWishes, type ResidencyWishes } from '../../runtime/models/wishes.ts';
import { modelOf, type ShapeName } from './fit/shapes.ts';

export const catalog = builtinCatalog();
export const embeddedFile = '/media/demo.gguf';

export { settingsOf } from '../whole-settings.ts';

export class World {
  readonly folder: string;
  stored: StoredModel[] = [];
  listProblem: Error | undefined;
  /** Heads that were read, in order. */
  readonly reads: string[] = [];
  ramBytes = 64e9;
  freeBytes = 48e9;
  /** What computes, where it is not the processor. */
  graphics: Partial<MachineReading> = {};
  readonly library: Library;
  readonly memory: Memory;
  readonly registry: Registry;
  memorySetting = 'auto';
  wishes: ResidencyWishes = noWishes;
  readonly ms = new Map<string, number>();
  readonly #heads = new Map<string, ModelFile>();

  private constructor(folder: string) {
    this.folder = folder;
    const store = {
      list: async () => {
        if (this.listProblem) throw this.listProblem;
        return this.stored;
      },
    };
    const heads = new Heads((file) => this.#read(file));
    this.library = new Library({ catalog, embeddedFile, store, heads });
    this.memory = new Memory(async () => this.#reading());
    this.registry = new Registry({
      catalog,
      library: this.library,
      memory: this.memory,
      memorySetting: () => this.memorySetting,
      wishes: () => this.wishes,
      predictMs: (file) => this.ms.get(path.basename(file)),
    });
  }

  static async make(): Promise<World> {
    return new World(await mkdtemp(path.join(tmpdir(), 'punctual-library-')));
  }

  async end(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A file on disk that says of itself what the shape says, with infill tokens and a chat template unless told otherwise. */
  async file(name: string, shape: ShapeName, more: Partial<ModelFile> = {}): Promise<string> {
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'GGUF');
    const infill = { prefix: 1, suffix: 2, middle: 3 };
    const serves = ['completion', 'summarize', 'translate'] as const;
    this.#heads.set(file, { ...modelOf(shape, 'Q4_K_M'), files: [file], infill, chatTemplate: true, serves, ...more });
    return file;
  }

  /** The file as the store lists it. */
  async store(name: string, shape: ShapeName, more: Partial<StoredModel> = {}): Promise<StoredModel> {
    const file = await this.file(name, shape);
    const bytes = this.#heads.get(file)?.fileBytes ?? 0;
    const stored: StoredModel = {
      ...{ id: name, name, origin: 'found', path: file, files: [{ path: file, bytes }], bytes, state: 'ready' },
      ...more,
    };
    this.stored.push(stored);
    await this.look();
    return stored;
  }

  async look(): Promise<void> {
    await Promise.all([this.library.refresh(), this.memory.refresh()]);
  }

  async #read(file: string): Promise<ModelFile> {
    if (file !== embeddedFile) this.reads.push(path.basename(file));
    const head = this.#heads.get(file);
    if (head === undefined) throw new GgufError(file, { kind: 'notGguf' });
    return head;
  }

  #reading(): MachineReading {
    const host = { totalBytes: this.ramBytes, freeBytes: this.freeBytes, ownBytes: 0 };
    const processor = { backend: 'cpu', devices: [], isUnified: false, knowsDevices: true } as const;
    return { arch: 'x64', host, engineRuns: true, ...processor, ...this.graphics };
  }
}
