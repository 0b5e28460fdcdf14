/**
 * Reads the files of a model into the host's page cache before the model is loaded, so that the load comes from memory. Owns the one
 * read that goes on; keeps no data and says how far it is. Which file, and whether there is room, is the residency policy's to say.
 *
 * The system would do this with posix_fadvise(WILLNEED) or readahead(2), which Node does not offer, so the bytes are read and forgotten. Nor
 * can Node lower the priority of a read; in its place:
 * 1. One chunk is asked for at a time, so that of the runtime's four file threads three stay free.
 * 2. After each chunk the disk rests for a quarter of what the chunk took, or longer so that {@link FileAheadOptions.bytesPerSecondMax} holds:
 *    other programs' reads find their turn between two chunks.
 * 3. A newer read takes the place of an older one, within one chunk.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { reasonOf } from '../disk/reason.ts';
import type { Timer } from './poll.ts';

export interface FileAheadOptions {
  /** Monotonic, in ms. */
  readonly now: () => number;
  readonly timer: Timer;
  /** 500 MB/s unless given: a 9 GB file in 18 s, a fraction of what a solid-state disk can do. */
  readonly bytesPerSecondMax?: number;
  /** What this process has taken of processors so far, in ms; without it the cost of reading is not known. */
  readonly cpuMs?: () => number;
}

export interface ReadAheadRequest {
  /** All parts of a split model, first part first. */
  readonly files: readonly string[];
  readonly signal: AbortSignal;
  /** Told after each chunk, of all files together. */
  readonly onProgress: (bytesRead: number, bytesTotal: number) => void;
}

/** `bytesRead` from the beginning of the files are in the cache, or were. */
export type ReadAheadEnd =
  | { readonly kind: 'done'; readonly bytesRead: number }
  | { readonly kind: 'cancelled'; readonly bytesRead: number }
  /** A file is gone, or cannot be read. */
  | { readonly kind: 'failed'; readonly bytesRead: number; readonly reason: string };

interface Part {
  readonly file: string;
  readonly bytes: number;
}

const chunkBytes = 4 * 2 ** 20;
const bytesPerSecondMaxDefault = 500e6;
const restShare = 1 / 4;

export class FileAhead {
  readonly #now: () => number;
  readonly #timer: Timer;
  readonly #bytesPerMsMax: number;
  readonly #cpuMs: () => number;
  #spentMs = 0;
  #current: { readonly abort: AbortController; readonly end: Promise<ReadAheadEnd> } | undefined;

  constructor({ now, timer, bytesPerSecondMax = bytesPerSecondMaxDefault, cpuMs = () => 0 }: FileAheadOptions) {
    this.#now = now;
    this.#timer = timer;
    this.#bytesPerMsMax = bytesPerSecondMax / 1_000;
    this.#cpuMs = cpuMs;
  }

  /** What all reads have taken of a processor at most, in ms: what else the process did while it waited for a chunk is in it. */
  get spentMs(): number {
    return this.#spentMs;
  }

  get isReading(): boolean {
    return this.#current !== undefined;
  }

  /** Never rejects. Another read that goes on is cancelled, and this one begins when that has ended; not if nobody wants this one any more. */
  async read(request: ReadAheadRequest): Promise<ReadAheadEnd> {
    if (request.signal.aborted) return { kind: 'cancelled', bytesRead: 0 };
    const before = this.#current;
    before?.abort.abort();
    const abort = new AbortController();
    const cancel = (): void => abort.abort();
    request.signal.addEventListener('abort', cancel, { once: true });
    const end = this.#readAll(before?.end, request, abort.signal);
    const current = { abort, end };
    this.#current = current;
    try {
      return await end;
    } finally {
      request.signal.removeEventListener('abort', cancel);
      if (this.#current === current) this.#current = undefined;
    }
  }

  async #readAll(
    before: Promise<ReadAheadEnd> | undefined,
    { files, onProgress }: ReadAheadRequest,
    signal: AbortSignal,
  ): Promise<ReadAheadEnd> {
    let bytesRead = 0;
    try {
      await before;
      const parts = await Promise.all(files.map(partOf));
      const bytesTotal = parts.reduce((sum, { bytes }) => sum + bytes, 0);
      const buffer = Buffer.allocUnsafeSlow(chunkBytes);
      for (const part of parts) {
        if (signal.aborted) break;
        await this.#readPart(part, buffer, signal, (bytes) => {
          bytesRead += bytes;
          onProgress(bytesRead, bytesTotal);
        });
      }
      return { kind: signal.aborted ? 'cancelled' : 'done', bytesRead };
    } catch (error) {
      return { kind: 'failed', bytesRead, reason: reasonOf(error) };
    }
  }

  /** Up to the size that was found: a file that grows meanwhile is a download, and no model yet. */
  async #readPart(part: Part, buffer: Buffer, signal: AbortSignal, onRead: (bytes: number) => void): Promise<void> {
    const handle = await open(part.file);
    try {
      for (let position = 0; position < part.bytes && !signal.aborted; ) {
        const startMs = this.#now();
        const cpuStartMs = this.#cpuMs();
        const bytes = await readChunk(handle, buffer, position, part.bytes);
        this.#spentMs += this.#cpuMs() - cpuStartMs;
        if (bytes === 0) return;
        position += bytes;
        onRead(bytes);
        const tookMs = Math.max(0, this.#now() - startMs);
        await this.#rest(Math.max(tookMs * restShare, bytes / this.#bytesPerMsMax - tookMs), signal);
      }
    } finally {
      await handle.close();
    }
  }

  /** Ends at once when it is aborted. */
  #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        stopTimer();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const stopTimer = this.#timer(ms, end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

/** @throws Error when it is no file: a pipe would hold a thread for good. */
async function partOf(file: string): Promise<Part> {
  const stats = await stat(file);
  if (!stats.isFile()) throw new Error(`${file} is not a file.`);
  return { file, bytes: stats.size };
}

async function readChunk(handle: FileHandle, buffer: Buffer, position: number, end: number): Promise<number> {
  return (await handle.read(buffer, 0, Math.min(buffer.length, end - position), position)).bytesRead;
}
