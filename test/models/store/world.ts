/** A store on a temporary folder, a hub to download from, and waits that take no time. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { codeOf } from '../../../runtime/disk/reason.ts';
import { type Disk, realDisk } from '../../../runtime/models/store/disk.ts';
import { StoreError, type StoreFailureCode } from '../../../runtime/models/store/failure.ts';
import type { StoredModel } from '../../../runtime/models/store/listing.ts';
import type { NetworkSettings } from '../../../runtime/models/store/network.ts';
import type { DownloadProgress } from '../../../runtime/models/store/progress.ts';
import { type DownloadRequest, ModelStore, type StoreOptions } from '../../../runtime/models/store/store.ts';
import { type Fault, Hub, type HubFile } from './hub.ts';

export const kB = 1000;

/** Begins as a GGUF file does, and no two places look alike. */
export function content(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(bytes);
  let state = seed * 2654435761;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    buffer[i] = state >>> 24;
  }
  buffer.write('GGUF', 0, 'latin1');
  return buffer;
}

export function fileOf(bytes: number, seed = 1): HubFile {
  return { bytes: content(bytes, seed), etag: `"version-${seed}"` };
}

/** The file that most tests download, and where the hub has it. */
export const tiny = { name: 'tiny.gguf', path: '/tiny.gguf' } as const;

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export class World {
  readonly root: string;
  readonly hub: Hub;
  /** Milliseconds of every wait between attempts. */
  readonly waits: number[] = [];
  readonly log: string[] = [];
  network: NetworkSettings = { env: {} };
  readonly #stores: ModelStore[] = [];
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(root: string, hub: Hub) {
    this.root = root;
    this.hub = hub;
  }

  static async make(): Promise<World> {
    return new World(await mkdtemp(path.join(tmpdir(), 'punctual-store-')), await Hub.start());
  }

  get folder(): string {
    return path.join(this.root, 'models');
  }

  /** A store of its own on the same folder, as after a new start. */
  store(options: Partial<StoreOptions> = {}): ModelStore {
    const store = new ModelStore({
      folder: this.folder,
      network: () => this.network,
      nowMs: () => Date.now(),
      random: () => 0.5,
      disk,
      log: (line) => this.log.push(line),
      sleep: async (ms, signal) => {
        this.waits.push(ms);
        await turn();
        signal.throwIfAborted();
      },
      ...options,
      limits: { ...limits, ...options.limits },
    });
    this.#stores.push(store);
    return store;
  }

  /** For the tiny file. */
  request(): DownloadRequest {
    return { uri: this.hub.uri(tiny.path) };
  }

  /** The tiny file into a store of its own. */
  download(onProgress?: (progress: DownloadProgress) => void): Promise<StoredModel> {
    return this.store().download(this.request(), { ...(onProgress && { onProgress }) });
  }

  /** The request for this range (undefined: for the whole file) meets the fault, so many times. */
  once(range: string | undefined, fault: Fault, times = 1): void {
    let left = times;
    this.hub.faultOf = (seen) => (seen.range === range && left-- > 0 ? fault : undefined);
  }

  /** The tiny file has these bytes, and nothing is left beside it. */
  async expectPublished(bytes: Buffer): Promise<void> {
    expect((await this.read(tiny.name)).equals(bytes)).toBe(true);
    expect(await this.names()).toEqual([tiny.name]);
  }

  /** `stop` is called when the test has ended. */
  also<T extends { stop(): Promise<void> }>(helper: T): T {
    this.#ends.push(() => helper.stop());
    return helper;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  /** Names in the models folder, what the store keeps for itself left out. */
  async names(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name !== 'models.json').sort();
  }

  /**
   * What a process that dies now leaves behind: the folder as it is on disk, elsewhere; its locks are out of date. In one turn of
   * the event loop and the records first, so that the copy is what one moment could have left, at most with newer data.
   */
  crashed(folder = this.folder): string {
    const copy = mkdtempSync(path.join(this.root, 'after-crash-'));
    const names = readdirSync(folder).filter((name) => !name.endsWith('.lock'));
    for (const name of names.toSorted((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')))) {
      const bytes = bytesNow(path.join(folder, name));
      if (bytes !== undefined) writeFileSync(path.join(copy, name), bytes);
    }
    return copy;
  }

  published(folder: string, name: string): Promise<Buffer | undefined> {
    return readFile(path.join(folder, name)).catch(() => undefined);
  }

  async end(): Promise<void> {
    for (const store of this.#stores) await store.close();
    for (const end of this.#ends) await end();
    await this.hub.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Nobody cuts the power here, and waiting for the disk is slow. */
export const disk: Disk = { ...realDisk, sync: async () => undefined };

const limits = {
  stallMs: 20_000,
  pieceBytes: 10 * kB,
  marginBytes: 0,
  checkpointMs: 60_000,
  progressMs: 0,
  progressBytes: kB,
  failuresMax: 3,
};

/** Rejects with this code; gives the sentence. */
export async function failure(work: Promise<unknown>, code: StoreFailureCode): Promise<string> {
  const error = await work.then(
    () => expect.unreachable(`it should have failed with ${code}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  if (!(error instanceof StoreError)) throw error;
  expect(error.code, error.message).toBe(code);
  return error.message;
}

/**
 * A write that is under way can take a file its name away: then there is none. Read and not copied, as libuv's copy never ends where
 * the file becomes shorter meanwhile.
 */
function bytesNow(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
