/**
 * A file that is still coming: `NAME.part` holds the bytes at their places, `NAME.part.json` says which of them are there and of
 * which version of the file. The second never claims more than the first has on disk: a checkpoint first takes what was
 * written, then flushes the data, then replaces the record. So a crash costs at most what came since the last checkpoint.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { draftExtension, replaceFile } from '../../disk/replace-file.ts';
import { readSmallFile } from '../../disk/small-file.ts';
import { type Disk, folderError, isFull, syncFolder } from './disk.ts';
import { StoreError } from './failure.ts';
import { bytesOf, missingOf, type Range, type Ranges, withRange } from './ranges.ts';
import type { RemoteFile } from './remote.ts';

export const partExtension = '.part';
const recordExtension = '.part.json';

/** A few blocks of any file system. */
const roomBytes = 16 * 1024;

/** Of a record; each of its ranges takes about 40 bytes. */
const rangesMax = 100_000;
const recordBytesMax = 8 * 1024 * 1024;

const recordSchema = z.object({
  version: z.literal(1),
  uri: z.string(),
  bytes: z.int().positive().optional(),
  validator: z.string().optional(),
  sha256: z.string().optional(),
  done: z.array(z.object({ from: z.int().nonnegative(), to: z.int().positive() })).max(rangesMax),
});

/** What a part file remembers of where it comes from. */
export type PartRecord = z.infer<typeof recordSchema>;

export interface PartFileOptions {
  /** Path of the finished file. */
  readonly file: string;
  readonly disk: Disk;
  readonly nowMs: () => number;
  readonly checkpointMs: number;
}

/** What `begin` found: nothing, parts that can be used, or parts of another version of the file, which are gone now. */
export type Beginning = 'new' | 'resumed' | 'changed';

export class PartFile {
  readonly #options: PartFileOptions;
  readonly #handle: FileHandle;
  #record: PartRecord | undefined;
  #done: Ranges = [];
  #checkpointAtMs: number;
  #isCheckpointing = false;
  #isClosed = false;

  private constructor(options: PartFileOptions, handle: FileHandle, record: PartRecord | undefined) {
    this.#options = options;
    this.#handle = handle;
    this.#record = record;
    this.#done = record?.done ?? [];
    this.#checkpointAtMs = options.nowMs();
  }

  /** @throws StoreError `folder`. */
  static async open(options: PartFileOptions): Promise<PartFile> {
    const { file } = options;
    try {
      const handle = await open(file + partExtension, 'r+').catch(() => open(file + partExtension, 'w+', 0o600));
      const { size } = await handle.stat();
      const record = await readRecord(file);
      // Somebody cut the data short: nothing of the record can be believed.
      const isWhole = record !== undefined && (record.done.at(-1)?.to ?? 0) <= size;
      return new PartFile(options, handle, isWhole ? record : undefined);
    } catch (error) {
      throw folderError(error, file);
    }
  }

  get path(): string {
    return this.#options.file + partExtension;
  }

  get bytesDone(): number {
    return bytesOf(this.#done);
  }

  missing(total: number, pieceBytes: number): Range[] {
    return missingOf(this.#done, total, pieceBytes);
  }

  /** Keeps what is there when it is of the same version as `remote` says, and begins anew otherwise. */
  async begin(remote: RemoteFile, sha256: string | undefined): Promise<Beginning> {
    const old = this.#record;
    const record = { version: 1 as const, uri: remote.uri, bytes: remote.bytes, validator: remote.validator, sha256 };
    if (old && bytesOf(old.done) > 0 && isSameVersion(old, record)) {
      this.#record = { ...record, done: old.done };
      return 'resumed';
    }
    const hadParts = this.bytesDone > 0;
    await this.reset();
    this.#record = { ...record, done: [] };
    return hadParts ? 'changed' : 'new';
  }

  /** Forgets every byte. The record goes first: it must never speak of data that is being replaced. */
  async reset(): Promise<void> {
    this.#done = [];
    await rm(this.#options.file + recordExtension, { force: true });
    await this.#handle.truncate(0);
  }

  /** @throws StoreError `disk-full` or `folder`; what was written before stays. */
  async write(position: number, bytes: Uint8Array): Promise<void> {
    const { disk, nowMs, checkpointMs, file } = this.#options;
    try {
      await disk.write(this.#handle, bytes, position);
      this.#done = withRange(this.#done, { from: position, to: position + bytes.length });
      if (nowMs() - this.#checkpointAtMs >= checkpointMs) await this.checkpoint();
    } catch (error) {
      if (!isFull(error)) throw folderError(error, file);
      throw await this.#fullError(bytes.length);
    }
  }

  async checkpoint(): Promise<void> {
    if (this.#isCheckpointing || !this.#record) return;
    this.#isCheckpointing = true;
    try {
      const record: PartRecord = { ...this.#record, done: [...this.#done] };
      await this.#options.disk.sync(this.#handle);
      await replaceFile(this.#options.file + recordExtension, JSON.stringify(record), { isOnlyWriter: true });
    } finally {
      this.#checkpointAtMs = this.#options.nowMs();
      this.#isCheckpointing = false;
    }
  }

  /** Closes the data and records what is there, once all writes have ended. A record that cannot be written costs only that. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.checkpoint()
      .catch(async (error: unknown) => {
        if (!isFull(error)) return;
        await this.#makeRoom();
        await this.checkpoint();
      })
      .catch(() => undefined);
    await this.#handle.close();
  }

  /** On a full disk even the small record finds no place: the end of the data gives way. */
  async #makeRoom(): Promise<void> {
    const end = Math.max(0, (this.#done.at(-1)?.to ?? 0) - roomBytes);
    this.#done = this.#done.filter(({ from }) => from < end).map(({ from, to }) => ({ from, to: Math.min(to, end) }));
    await this.#handle.truncate(end);
  }

  /** Closes and removes everything. */
  async discard(): Promise<void> {
    this.#record = undefined;
    await this.close();
    await discardPart(this.#options.file);
  }

  async #fullError(bytesNow: number): Promise<StoreError> {
    const { disk, file } = this.#options;
    const folder = path.dirname(file);
    const free = await disk.freeBytes(folder).catch(() => 0);
    const wanted = this.#record?.bytes === undefined ? bytesNow : this.#record.bytes - this.bytesDone;
    return new StoreError({
      code: 'disk-full',
      folder,
      bytesMissing: Math.max(bytesNow, wanted - free),
      partsKept: true,
    });
  }
}

/** With a digest on both sides it alone decides; otherwise the validator must be there and be the same. */
function isSameVersion(a: Omit<PartRecord, 'done'>, b: Omit<PartRecord, 'done'>): boolean {
  if (a.uri !== b.uri || a.bytes === undefined || a.bytes !== b.bytes) return false;
  if (a.sha256 !== undefined && b.sha256 !== undefined) return a.sha256 === b.sha256;
  return a.validator !== undefined && a.validator === b.validator;
}

/** Undefined when there is none, or none that makes sense. */
export async function readRecord(file: string): Promise<PartRecord | undefined> {
  try {
    const text = await readSmallFile(file + recordExtension, recordBytesMax);
    return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Puts the finished data in its place at once. */
export async function publish(file: string, disk: Disk): Promise<void> {
  try {
    await rename(file + partExtension, file);
  } catch (error) {
    throw folderError(error, file);
  }
  await syncFolder(file, disk);
  await rm(file + recordExtension, { force: true });
}

export async function discardPart(file: string): Promise<void> {
  // In this order: data without a record is begun anew, a record without data would be a lie.
  for (const extension of [recordExtension, recordExtension + draftExtension, partExtension])
    await rm(file + extension, { force: true });
}
