/**
 * The book of what became of suggestions, kept on disk: one small file, replaced as a whole. Losing it costs a few habits that were
 * learned and nothing else, so only a deletion that fails is an error.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../disk/reason.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { readSmallFile } from '../disk/small-file.ts';
import { countsMax, noStatistics, type Statistics } from '../features/completion/feedback.ts';
import { FeedbackBook } from '../features/completion/feedback-book.ts';

export interface FeedbackFileOptions {
  /** Its folder is made when it is missing. */
  readonly file: string;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
}

const version = 1;
/** 64 pairs of language and model take about 12 kB. */
const bytesMax = 256 * 1024;
/** Suggestions come faster than anybody needs them on the disk. */
const savePauseMs = 5_000;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const fileSchema = z.object({
  version: z.literal(version),
  counts: z
    .array(
      z.object({
        language: z.string().max(256),
        model: z.string().max(4_096),
        shown: count,
        accepted: count,
        partly: count,
        rejected: count,
        retained: count,
        lost: count,
        acceptRate: z.number().min(0).max(1),
      }),
    )
    .max(countsMax),
  /** By feature of the gate; one that a newer version does not know has no effect there. */
  learned: z.record(z.string().max(64), z.number().min(-1).max(1)),
});

export class FeedbackFile {
  readonly book: FeedbackBook;
  readonly #options: FeedbackFileOptions;
  #callOff: (() => void) | undefined;
  #isChanged = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: FeedbackFileOptions, statistics: Statistics) {
    this.#options = options;
    this.book = new FeedbackBook(statistics);
    this.book.onChange(() => this.#changed());
  }

  /** With what was counted in earlier runs; a file that does not serve is ignored, with a line in the log. */
  static async open(options: FeedbackFileOptions): Promise<FeedbackFile> {
    return new FeedbackFile(options, await readStatistics(options));
  }

  get file(): string {
    return this.#options.file;
  }

  /** Forgets everything, on the disk too. @throws what the system says when the file cannot be deleted; then it is forgotten here only. */
  async clear(): Promise<void> {
    this.book.clear();
    this.#rest();
    const removal = this.#writing.then(() => rm(this.file, { force: true }));
    this.#writing = removal.catch(() => undefined);
    await removal;
  }

  /** Until all that was counted is on the disk, or has failed to be. */
  async settled(): Promise<void> {
    if (this.#isChanged) this.#save();
    await this.#writing;
  }

  #changed(): void {
    this.#isChanged = true;
    this.#callOff ??= this.#options.timer(savePauseMs, () => this.#save());
  }

  #save(): void {
    this.#rest();
    this.#writing = this.#writing.then(() => this.#write());
  }

  #rest(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#isChanged = false;
  }

  async #write(): Promise<void> {
    try {
      const text = JSON.stringify(fileSchema.parse({ version, ...this.book.statistics }));
      await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
      await replaceFile(this.file, text);
    } catch (error) {
      this.#options.log(`completion statistics cannot be kept: ${reasonOf(error)}`);
    }
  }
}

async function readStatistics({ file, log }: FeedbackFileOptions): Promise<Statistics> {
  try {
    const text = await readSmallFile(file, bytesMax);
    if (text === undefined) return noStatistics;
    const { counts, learned } = fileSchema.parse(JSON.parse(text));
    return { counts, learned };
  } catch (error) {
    log(`completion statistics of earlier runs are ignored: ${reasonOf(error)}`);
    return noStatistics;
  }
}
