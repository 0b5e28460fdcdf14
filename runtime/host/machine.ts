/**
 * The machine as whoever decides on residency sees it: power and pressure, what is cached of each model's files, how long loads take; and what
 * can be done to it: read a file ahead, take files out of the cache. Puts the parts of this folder together; decides nothing.
 */
import type { ModelId } from '../core/task.ts';
import { type CacheCheck, watchCache } from './cache-check.ts';
import { FileAhead } from './file-ahead.ts';
import type { HostConditions } from './idle-release.ts';
import type { LoadPrediction, MeasuredLoad } from './load-times.ts';
import { LoadTimes } from './load-times-file.ts';
import { cacheCapacityBytes, PageCache } from './page-cache.ts';
import type { Poll, Timer } from './poll.ts';
import { type PowerPlaces, type PowerSource, watchPower } from './power.ts';
import { type MemoryState, watchMemory } from './pressure.ts';
import { type DropCached, dropCachedBy, type FileSize, type ReadCached, readCachedBy } from './system-tools.ts';

/** A model with its files, first part first. */
export interface ModelOnDisk {
  readonly model: ModelId;
  readonly files: readonly FileSize[];
}

/** The fields of the same names in the residency policy's view of a model. */
export interface FileView {
  readonly fileBytes: number;
  readonly cachedBytes: number;
  readonly loadMsCached: number;
  readonly loadMsCold: number;
}

export interface MachineParts {
  readonly power: Poll<PowerSource>;
  readonly memory: Poll<MemoryState>;
  readonly times: LoadTimesPort;
  readonly ahead: FileAhead;
  readonly readCached: ReadCached;
  readonly dropCached: DropCached;
  /** The models that matter now. */
  readonly models: () => readonly ModelOnDisk[];
  /** What models may still take of the RAM, where they take it from the same pool as the cache (CPU, unified memory); 0 elsewhere. */
  readonly reservedBytes: () => number;
  /** Monotonic, in ms. */
  readonly now: () => number;
  readonly timer: Timer;
  readonly log: (line: string) => void;
}

/** What is needed of {@link LoadTimes}. */
export interface LoadTimesPort {
  predict(file: string, fileBytes: number): LoadPrediction;
  record(load: MeasuredLoad): void;
  settled(): Promise<void>;
}

export type MachineOptions = Pick<MachineParts, 'models' | 'reservedBytes' | 'now' | 'timer' | 'log'> & {
  readonly places: PowerPlaces;
  /** Where load times are kept. */
  readonly loadTimesFile: string;
  readonly cpuMs?: () => number;
};

/** What reading ahead was worth so far. */
export interface ReadAheads {
  /** That were not in the page cache before. */
  readonly bytesRead: number;
  /** Of them what loads found there. */
  readonly bytesUsed: number;
  /** At most. */
  readonly cpuMs: number;
}

export async function openMachine({ places, loadTimesFile, cpuMs, ...rest }: MachineOptions): Promise<Machine> {
  const { now, timer, log } = rest;
  const isLinux = places.platform === 'linux';
  return new Machine({
    ...rest,
    power: watchPower(places, timer),
    memory: watchMemory(places.platform, timer),
    times: await LoadTimes.open({ file: loadTimesFile, log }),
    ahead: new FileAhead({ now, timer, ...(cpuMs && { cpuMs }) }),
    // Programs of these names elsewhere are others.
    readCached: isLinux ? readCachedBy('fincore') : async () => undefined,
    dropCached: isLinux ? dropCachedBy('dd') : async () => false,
  });
}

export class Machine {
  readonly #parts: MachineParts;
  readonly #cache = new PageCache();
  readonly #check: Poll<CacheCheck>;
  /** Read ahead and not loaded since, in bytes. */
  readonly #early = new Map<ModelId, number>();
  #bytesRead = 0;
  #bytesUsed = 0;
  #read: { readonly model: ModelId; readonly abort: AbortController } | undefined;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    const { timer, readCached, models } = parts;
    const named = () => models().map(({ model, files }) => ({ model, files: files.map(({ file }) => file) }));
    this.#check = watchCache({ cache: this.#cache, models: named, readCached, timer });
    parts.memory.listen(({ reading }) => {
      if (reading !== undefined) this.#cache.limit(cacheCapacityBytes(reading, parts.reservedBytes()));
    });
  }

  /** Ends when everything was looked at once. */
  async start(): Promise<void> {
    await Promise.all([this.#parts.power.start(), this.#parts.memory.start()]);
    await this.#check.start();
  }

  /** Stops reading and looking; ends when what was measured is kept. */
  async dispose(): Promise<void> {
    this.stopReading();
    for (const poll of [this.#parts.power, this.#parts.memory, this.#check]) poll.dispose();
    await this.#parts.times.settled();
  }

  get conditions(): HostConditions {
    return { power: this.#parts.power.value, pressure: this.#parts.memory.value.level };
  }

  /** Told when the conditions have changed. The result takes the listener away. */
  onConditions(listener: () => void): () => void {
    const leavePower = this.#parts.power.listen((source, last) => source !== last && listener());
    const leaveMemory = this.#parts.memory.listen(({ level }, last) => level !== last.level && listener());
    return () => {
      leavePower();
      leaveMemory();
    };
  }

  /** Told after each look at the memory, some seconds apart, whatever was found. The result takes the listener away. */
  onLook(listener: () => void): () => void {
    return this.#parts.memory.listen(() => listener());
  }

  /** The page cache as far as model files may fill it. */
  get cacheBytes(): number {
    return this.#cache.capacityBytes;
  }

  /** Whose files are read ahead now. */
  get reading(): ModelId | undefined {
    return this.#read?.model;
  }

  get readAheads(): ReadAheads {
    return { bytesRead: this.#bytesRead, bytesUsed: this.#bytesUsed, cpuMs: this.#parts.ahead.spentMs };
  }

  fileView({ model, files }: ModelOnDisk): FileView {
    const fileBytes = bytesOf(files);
    const { cachedMs, coldMs } = this.#parts.times.predict(nameOf(files), fileBytes);
    const cachedBytes = Math.min(fileBytes, this.#cache.cachedBytes(model));
    return { fileBytes, cachedBytes, loadMsCached: cachedMs, loadMsCold: coldMs };
  }

  /**
   * A load begins; the answer is to be called when the model is ready, and never when the load fails.
   * @param sparesCache what finds no free cache is taken out again.
   */
  loading(disk: ModelOnDisk, sparesCache: boolean): () => void {
    const { now, times } = this.#parts;
    const { fileBytes, cachedBytes } = this.fileView(disk);
    const startMs = now();
    this.#bytesUsed += Math.min(this.#early.get(disk.model) ?? 0, cachedBytes);
    this.#early.delete(disk.model);
    const freeBytes = Math.max(0, this.#cache.capacityBytes - this.#cache.usedBytes);
    return () => {
      times.record({ file: nameOf(disk.files), fileBytes, cachedBytes, ms: now() - startMs });
      const keptBytes = Math.min(fileBytes, cachedBytes + freeBytes);
      if (sparesCache && keptBytes < fileBytes) void this.#spare(disk, keptBytes, fileBytes);
      else this.#cache.read(disk.model, fileBytes);
    };
  }

  /**
   * Reads the files of a model ahead, after the last cached bytes of others have left. Another read that goes on ends.
   * @param onEnd told once, however it ends; the log says why when it failed.
   */
  readAhead(
    disk: ModelOnDisk,
    drop: readonly { readonly disk: ModelOnDisk; readonly bytes: number }[],
    onEnd: () => void,
  ): void {
    this.stopReading();
    const read = { model: disk.model, abort: new AbortController() };
    this.#read = read;
    void this.#readAll(disk, drop, read.abort.signal).then(() => {
      if (this.#read === read) this.#read = undefined;
      onEnd();
    });
  }

  stopReading(): void {
    this.#read?.abort.abort();
    this.#read = undefined;
  }

  /** Its files were deleted or replaced. */
  forget(model: ModelId): void {
    if (this.reading === model) this.stopReading();
    this.#cache.forget(model);
  }

  async #readAll(
    disk: ModelOnDisk,
    drop: readonly { readonly disk: ModelOnDisk; readonly bytes: number }[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { disk: other, bytes } of drop) {
      if (signal.aborted) return;
      const keptBytes = Math.max(0, this.#cache.cachedBytes(other.model) - bytes);
      // Where there are no means the system takes what was read least recently, and so does the estimate.
      if (await this.#parts.dropCached(other.files, keptBytes)) this.#cache.drop(other.model, bytes);
    }
    const files = disk.files.map(({ file }) => file);
    const onProgress = (bytesRead: number): void => this.#cache.read(disk.model, bytesRead);
    const { model } = disk;
    const { cachedBytes } = this.fileView(disk);
    const end = await this.#parts.ahead.read({ files, signal, onProgress });
    const newBytes = Math.max(0, end.bytesRead - cachedBytes);
    this.#bytesRead += newBytes;
    this.#early.set(model, (this.#early.get(model) ?? 0) + newBytes);
    if (end.kind === 'failed') this.#parts.log(`the files of '${disk.model}' cannot be read ahead: ${end.reason}`);
  }

  async #spare({ model, files }: ModelOnDisk, keptBytes: number, fileBytes: number): Promise<void> {
    const isDone = await this.#parts.dropCached(files, keptBytes);
    this.#cache.read(model, isDone ? keptBytes : fileBytes);
  }
}

function bytesOf(files: readonly FileSize[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What load times are kept under: the first part. */
function nameOf([first]: readonly FileSize[]): string {
  return first?.file ?? '';
}
