/**
 * The book of load times, kept on disk: one small file, replaced as a whole. Losing it costs a few predictions and nothing else, so
 * nothing here throws.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../disk/reason.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { readSmallFile } from '../disk/small-file.ts';
import {
  filesMax,
  type LoadBook,
  type LoadPrediction,
  loadMsMax,
  type MeasuredLoad,
  predictLoad,
  recordLoad,
  samplesMax,
} from './load-times.ts';

export interface LoadTimesOptions {
  /** Its folder is made when it is missing. */
  readonly file: string;
  readonly log: (line: string) => void;
}

const version = 1;
/** 64 files take about 10 kB, and with paths of the greatest length less than this. */
const bytesMax = 2 * 1024 * 1024;
const pathCharsMax = 4_096;

const samplesSchema = z.array(z.number().positive().max(loadMsMax)).max(samplesMax);
const fileSchema = z.object({
  version: z.literal(version),
  files: z
    .array(
      z.object({
        file: z.string().min(1).max(pathCharsMax),
        fileBytes: z.number().int().positive(),
        hotMs: samplesSchema,
        coldMs: samplesSchema,
      }),
    )
    .max(filesMax),
});

export class LoadTimes {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #book: LoadBook;
  /** What is on the disk, as far as we know. */
  #saved: LoadBook;
  #saving: Promise<void> | undefined;

  private constructor({ file, log }: LoadTimesOptions, book: LoadBook) {
    this.#file = file;
    this.#log = log;
    this.#book = book;
    this.#saved = book;
  }

  /** With what was measured in earlier runs; a file that does not serve is ignored, with a line in the log. */
  static async open(options: LoadTimesOptions): Promise<LoadTimes> {
    return new LoadTimes(options, await readBook(options));
  }

  predict(file: string, fileBytes: number): LoadPrediction {
    return predictLoad(this.#book, file, fileBytes);
  }

  /** Counts at once and is saved by and by. */
  record(load: MeasuredLoad): void {
    if (load.file.length === 0 || load.file.length > pathCharsMax || !Number.isInteger(load.fileBytes)) return;
    this.#book = recordLoad(this.#book, load);
    if (this.#saved !== this.#book) this.#saving ??= this.#saveAll();
  }

  /** Until all that was recorded is on the disk, or has failed to be. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** What is recorded while it writes is written by the next turn; several of them by one. */
  async #saveAll(): Promise<void> {
    while (this.#saved !== this.#book) {
      const book = this.#book;
      await this.#save(book);
      this.#saved = book;
    }
    // In the same turn as the last look, so that nothing is recorded in between.
    this.#saving = undefined;
  }

  async #save(book: LoadBook): Promise<void> {
    try {
      const text = JSON.stringify(fileSchema.parse({ version, files: book }));
      await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      await replaceFile(this.#file, text);
    } catch (error) {
      this.#log(`load times cannot be kept: ${reasonOf(error)}`);
    }
  }
}

async function readBook({ file, log }: LoadTimesOptions): Promise<LoadBook> {
  try {
    const text = await readSmallFile(file, bytesMax);
    if (text === undefined) return [];
    return fileSchema.parse(JSON.parse(text)).files;
  } catch (error) {
    log(`load times of earlier runs are ignored: ${reasonOf(error)}`);
    return [];
  }
}
