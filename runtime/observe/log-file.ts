/**
 * The file that a journal is kept in: readable by its owner alone, and never larger than its bound. A full one is numbered and the
 * oldest one leaves. Written at once, so that what a runtime says last is there when it dies.
 */
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { logFileName } from '../client/log-files.ts';

export interface LogFileOptions {
  readonly folder: string;
  /** Of one file. */
  readonly bytesMax?: number;
  /** Files in all, with the one that is written to. */
  readonly filesMax?: number;
}

/** Readers take a file as a whole. */
export const logFileBytesMax = 1024 * 1024;
export const logFilesMax = 5;

export class LogFile {
  readonly #folder: string;
  readonly #bytesMax: number;
  readonly #filesMax: number;
  #fd: number | undefined;
  #bytes = 0;

  constructor({ folder, bytesMax = logFileBytesMax, filesMax = logFilesMax }: LogFileOptions) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
    this.#filesMax = filesMax;
  }

  /** Never throws: on a full disk, or where it may not write, the line is lost. */
  write(line: string): void {
    const data = Buffer.from(line);
    try {
      let fd = this.#fd ?? this.#open();
      if (this.#bytes > 0 && this.#bytes + data.length > this.#bytesMax) {
        this.close();
        this.#rotate();
        fd = this.#open();
      }
      writeSync(fd, data);
      this.#bytes += data.length;
    } catch {
      // The next line opens it anew.
      this.close();
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      if (fd !== undefined) closeSync(fd);
    } catch {
      // A folder of the network says only now that there was no room for what was written.
    }
  }

  #open(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Both may be there from before, with other modes; Windows keeps none.
    chmodSync(this.#folder, 0o700);
    const fd = openSync(path.join(this.#folder, logFileName(0)), 'a', 0o600);
    this.#fd = fd;
    fchmodSync(fd, 0o600);
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    const file = (number: number): string => path.join(this.#folder, logFileName(number));
    rmSync(file(this.#filesMax - 1), { force: true });
    for (let number = this.#filesMax - 2; number >= 0; number -= 1) {
      try {
        renameSync(file(number), file(number + 1));
      } catch (error) {
        // As long as there are few of them, some numbers have no file.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
}
