/**
 * The models on this machine: those of the models folder, which the store downloads, verifies and removes, and those that the user
 * has elsewhere, which it only remembers. It knows files, not what a model can do. Every method rejects with `StoreError` alone.
 */
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { sentence, type Words } from '../../core/sentence.ts';
import { codeOf, reasonOf } from '../../disk/reason.ts';
import { type Disk, folderError, hasGgufMagic, realDisk } from './disk.ts';
import { download } from './download.ts';
import { StoreError } from './failure.ts';
import type { DownloadLimits, DownloadTools } from './file-download.ts';
import { type Leftover, listLeftovers, listModels, type StoredModel, setOf } from './listing.ts';
import { lockPart } from './lock.ts';
import { Manifest, type ManifestData } from './manifest.ts';
import { type Wanted, type WantedRequest, wantedOf } from './names.ts';
import type { NetworkSettings } from './network.ts';
import { discardPart, partExtension } from './part-file.ts';
import { realSleep, type Sleep } from './patience.ts';
import type { DownloadProgress } from './progress.ts';
import { SharedWork } from './shared.ts';

export interface StoreOptions {
  /** Made when it is missing. */
  readonly folder: string;
  /** Read at the beginning of each download, so that settings can change between two. */
  readonly network: () => NetworkSettings;
  readonly nowMs: () => number;
  /** Uniform in [0, 1): spreads attempts. */
  readonly random: () => number;
  readonly log?: (line: string) => void;
  readonly limits?: Partial<DownloadLimits>;
  /** A look into a whole file before it is published, beyond its first letters; rejects with the reason why it is no use. */
  readonly inspect?: (file: string) => Promise<void>;
  readonly sleep?: Sleep;
  readonly disk?: Disk;
}

export interface DownloadRequest extends WantedRequest {
  /**
   * Without a digest in the request, a second download of an address must give what the first one gave. True: the publisher
   * has replaced the file, and that is fine.
   */
  readonly trustNew?: boolean;
  /** For this asker; of several who share a download those of the first one count. The store's own when absent. */
  readonly network?: NetworkSettings;
}

export interface DownloadWatch {
  /** Leaves the download; it goes on while another asker wants it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

const limitsDefault: DownloadLimits = {
  stallMs: 30_000,
  connectMs: 15_000,
  failuresMax: 6,
  delayMsFirst: 1_000,
  delayMsMax: 30_000,
  retryAfterMsMax: 120_000,
  progressBytes: 1024 * 1024,
  connections: 4,
  pieceBytes: 64 * 1024 * 1024,
  marginBytes: 512 * 1024 * 1024,
  checkpointMs: 5_000,
  progressMs: 250,
  versionsMax: 3,
};

export class ModelStore {
  readonly #tools: DownloadTools;
  readonly #network: () => NetworkSettings;
  readonly #manifest: Manifest;
  readonly #downloads = new SharedWork<void, DownloadProgress>();

  constructor({ folder, network, nowMs, random, log, limits, inspect, sleep, disk }: StoreOptions) {
    this.#network = network;
    this.#manifest = new Manifest(folder, log ?? (() => undefined));
    this.#tools = {
      folder,
      manifest: this.#manifest,
      disk: disk ?? realDisk,
      limits: { ...limitsDefault, ...limits },
      nowMs,
      random,
      sleep: sleep ?? realSleep,
      log: log ?? (() => undefined),
      inspect: inspect ?? (async () => undefined),
    };
  }

  async list(): Promise<StoredModel[]> {
    return await this.#guarded(async () => listModels(this.#tools.folder, await this.#manifest.read()));
  }

  /**
   * Resumes what an earlier download of the same left behind, and joins one that is under way. A model that is there already is
   * answered at once. When nobody wants it any more it stops, and what has come is kept.
   */
  async download(request: DownloadRequest, { signal, onProgress }: DownloadWatch = {}): Promise<StoredModel> {
    return await this.#guarded(async () => {
      const wanted = wantedOf(request);
      const { name } = wanted;
      await this.#downloads.join({
        key: keyOf(name),
        identity: JSON.stringify([wanted, request.trustNew ?? false]),
        signal,
        ...(onProgress && { onProgress: (progress) => this.#tell(onProgress, progress) }),
        start: (shared, report) => this.#download(wanted, request, shared, report),
        onConflict: () =>
          new StoreError({
            code: 'name-taken',
            name,
            why: sentence('another file of that name is being downloaded; wait for it or cancel it'),
          }),
        onCancel: () => new StoreError({ code: 'cancelled', name }),
      });
      return await this.#model(name);
    });
  }

  /** Removes a model of the folder, all files of a split one. */
  async remove(id: string): Promise<void> {
    await this.#guarded(async () => {
      const { files, origin } = await this.#model(id);
      if (origin === 'remembered') throw new StoreError({ code: 'unknown-model', name: id });
      await this.#alone(id, async () => {
        for (const file of files) await removeFile(file.path);
        await this.#manifest.removeFiles(files.map((file) => path.basename(file.path)));
      });
    });
  }

  /** What downloads that did not end left behind, and those under way. */
  async leftovers(): Promise<Leftover[]> {
    return await this.#guarded(() => listLeftovers(this.#tools.folder));
  }

  async removeLeftover(name: string): Promise<void> {
    await this.#guarded(async () => {
      const { folder } = this.#tools;
      const leftovers = await listLeftovers(folder);
      if (!leftovers.some((one) => one.name === name)) throw new StoreError({ code: 'unknown-model', name });
      await this.#alone(name, async () => {
        const whole = (await listModels(folder, await this.#manifest.read())).flatMap(({ files }) => files);
        const file = path.join(folder, name);
        await discardPart(file);
        // A shard whose set is not whole is a leftover too; a model that is whole never is.
        if (whole.every((one) => one.path !== file)) await removeFile(file);
      });
    });
  }

  /** Adds a model that the user has elsewhere, by the absolute path of its (first) file. It is used in place. */
  async remember(file: string): Promise<StoredModel> {
    return await this.#guarded(async () => {
      const id = path.normalize(file);
      if (!path.isAbsolute(id))
        throw new StoreError({ code: 'folder', path: file, why: sentence('the path must be absolute') });
      const [first = path.basename(id)] = setOf(path.basename(id));
      const entry = { path: path.join(path.dirname(id), first), atMs: this.#tools.nowMs() };
      for (const name of setOf(first)) await checkModelFile(path.join(path.dirname(id), name));
      await this.#manifest.change((data) => ({ ...data, remembered: [...others(data, entry.path), entry] }));
      return await this.#model(entry.path);
    });
  }

  /** The file itself stays where it is. */
  async forget(id: string): Promise<void> {
    await this.#guarded(async () => {
      const model = await this.#model(id);
      if (model.origin !== 'remembered') throw new StoreError({ code: 'unknown-model', name: id });
      await this.#manifest.change((data) => ({ ...data, remembered: others(data, id) }));
    });
  }

  /** Stops every download, keeps what has come, and waits until all files are closed. */
  async close(): Promise<void> {
    await this.#downloads.close((name) => new StoreError({ code: 'cancelled', name }));
  }

  async #download(
    wanted: Wanted,
    { trustNew = false, network }: DownloadRequest,
    signal: AbortSignal,
    report: (progress: DownloadProgress) => void,
  ): Promise<void> {
    await download(this.#tools, { wanted, settings: network ?? this.#network(), trustNew, signal, report });
    this.#tools.log(`${wanted.name} was downloaded and verified`);
  }

  async #model(id: string): Promise<StoredModel> {
    const model = (await listModels(this.#tools.folder, await this.#manifest.read())).find((one) => one.id === id);
    if (!model) throw new StoreError({ code: 'unknown-model', name: id });
    return model;
  }

  /** While nobody, here or in another process, downloads the model that the file belongs to. @throws StoreError `in-use` */
  async #alone(name: string, action: () => Promise<void>): Promise<void> {
    const [first = name] = setOf(name);
    const busy = (why: Words): StoreError => new StoreError({ code: 'in-use', name, why });
    if (this.#downloads.has(keyOf(first))) throw busy(sentence('it is being downloaded; cancel that first'));
    const part = path.join(this.#tools.folder, first + partExtension);
    const lock = await lockPart(part, busy(sentence('another process is downloading it; wait for it, or end that')));
    try {
      await action();
    } finally {
      await lock.release();
    }
  }

  /** A listener that throws must not end the download of the others. */
  #tell(onProgress: (progress: DownloadProgress) => void, progress: DownloadProgress): void {
    try {
      onProgress(progress);
    } catch (error) {
      this.#tools.log(`a listener to the download of ${progress.name} failed: ${reasonOf(error)}`);
    }
  }

  /** What the file system did unexpectedly becomes a sentence too; a mistake of ours stays what it is. */
  async #guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw codeOf(error) === undefined ? error : folderError(error, this.#tools.folder);
    }
  }
}

/** Many file systems do not tell A from a. */
const keyOf = (name: string): string => name.toLowerCase();

const others = ({ remembered }: ManifestData, id: string): ManifestData['remembered'] =>
  remembered.filter(({ path: file }) => file !== id);

async function checkModelFile(file: string): Promise<void> {
  const name = path.basename(file);
  try {
    const handle = await open(file);
    await handle.close();
    if (await hasGgufMagic(file)) return;
  } catch (error) {
    throw new StoreError({ code: 'folder', path: file, why: codeOf(error) ?? reasonOf(error) }, { cause: error });
  }
  throw new StoreError({ code: 'bad-file', name, why: sentence('it does not begin as GGUF files do') });
}

/** Windows refuses to remove a file that an engine has mapped. */
async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true }).catch((error: unknown) => {
    const code = codeOf(error);
    if (code !== 'EBUSY' && code !== 'EPERM' && code !== 'EACCES') throw error;
    const why = sentence(
      "the file cannot be removed ({0}); end the runtime if the model is loaded ('punctual stop'), and check that you may write in the folder",
      code,
    );
    throw new StoreError({ code: 'in-use', name: path.basename(file), why }, { cause: error });
  });
}
