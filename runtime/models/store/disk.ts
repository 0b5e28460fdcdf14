/** The few things asked of the file system, so that tests can fill the disk; and what its errors mean. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, reasonOf } from '../../disk/reason.ts';
import { StoreError } from './failure.ts';

export interface Disk {
  /** Bytes that this user may still write in the file system of the folder. */
  freeBytes(folder: string): Promise<number>;
  /** Writes all of `bytes` at `position`. */
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>;
  /** Until what was written survives a power cut. */
  sync(file: FileHandle): Promise<void>;
}

export const realDisk: Disk = {
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  async write(file, bytes, position) {
    let written = 0;
    while (written < bytes.length)
      written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  },
  async sync(file) {
    await file.sync();
  },
};

const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export const isFull = (error: unknown): boolean => fullCodes.has(codeOf(error) ?? '');

/** A folder or file that cannot be used. */
export function folderError(error: unknown, place: string): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError({ code: 'folder', path: place, why: codeOf(error) ?? reasonOf(error) }, { cause: error });
}

/** Small, so that hashing never holds the event loop for longer than about a millisecond. */
const hashChunkBytes = 256 * 1024;

export interface HashOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/** SHA-256 of a file in lower-case hex, read in small pieces. Rejects with the signal's reason when it is aborted. */
export async function sha256Of(file: string, { signal, onBytes }: HashOptions = {}): Promise<string> {
  const handle = await open(file);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(hashChunkBytes);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      onBytes?.(bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Every GGUF file begins with these four letters. */
export async function hasGgufMagic(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'GGUF';
  } finally {
    await handle.close();
  }
}

/** Makes a rename survive a power cut. Windows knows no such thing, and a file system that refuses it loses nothing else. */
export async function syncFolder(file: string, disk: Disk): Promise<void> {
  const handle = await open(path.dirname(file)).catch(() => undefined);
  if (!handle) return;
  await disk.sync(handle).catch(() => undefined);
  await handle.close();
}
