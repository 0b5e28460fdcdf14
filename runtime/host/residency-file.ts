/**
 * What residency has learned, kept on disk from one runtime to the next: one small file, replaced as a whole. Losing it costs some
 * loads that come later than they might and nothing else, so nothing here throws. It names model files and languages, and no document.
 */
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import {
  aged,
  gapBuckets,
  type LearnedResidency,
  learnedModelsMax,
  learnedSignalsMax,
} from '../core/residency/learned.ts';
import { reasonOf } from '../disk/reason.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { readSmallFile } from '../disk/small-file.ts';
import type { Timer } from './poll.ts';

export interface ResidencyFileOptions {
  /** Its folder is made when it is missing. */
  readonly file: string;
  /** Time since 1970 in ms: what goes on while no runtime is up. */
  readonly epochMs: () => number;
  readonly timer: Timer;
  readonly log: (line: string) => void;
}

/** Who learns. */
export interface Learner {
  readonly knowledge: {
    /** Counts what taught anything. */
    readonly lessons: number;
    learned(nowMs: number): LearnedResidency | undefined;
  };
  readonly recall: (learned: LearnedResidency) => void;
  /** The clock that it learns by, in ms. */
  readonly now: () => number;
}

const version = 1;
/** A developer with five models and ten languages leaves about 10 kB. */
const bytesMax = 4 * 1024 * 1024;
/** A crash costs what was learned in this time at most. */
const savePauseMs = 60_000;
export const damagedExtension = '.damaged';

const amount = z.number().min(0);
const model = z.string().min(1).max(4_096);
const counts = z.array(amount).length(gapBuckets);
const gaps = z.object({ ended: counts, spentMs: counts, gaps: amount });
const hit = z.object({ model, count: amount, leadMs: amount });
const fileSchema = z.object({
  version: z.literal(version),
  savedMs: amount,
  learned: z.object({
    all: gaps,
    models: z.array(z.object({ model, agoMs: amount, gaps: gaps.optional() })).max(learnedModelsMax),
    signals: z
      .array(z.object({ key: z.string().max(256), seen: amount, hits: z.array(hit).max(learnedModelsMax) }))
      .max(learnedSignalsMax),
    profiles: z
      .array(z.object({ model, slackMs: z.number(), workMs: amount, tasks: z.number().int().min(1) }))
      .max(learnedModelsMax),
  }),
});

export class ResidencyFile {
  readonly #options: ResidencyFileOptions;
  readonly #before: LearnedResidency | undefined;
  #learner: Learner | undefined;
  /** Of the learner, as far as it is on the disk. */
  #savedLessons = 0;
  #callOff: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: ResidencyFileOptions, before: LearnedResidency | undefined) {
    this.#options = options;
    this.#before = before;
  }

  /** With what was learned in earlier runs; a file that does not serve is set aside, with a line in the log. */
  static async open(options: ResidencyFileOptions): Promise<ResidencyFile> {
    return new ResidencyFile(options, await readLearned(options));
  }

  /** Tells the learner what was learned before, and keeps from now on what it learns. */
  keep(learner: Learner): void {
    this.#learner = learner;
    if (this.#before !== undefined) learner.recall(this.#before);
    this.#savedLessons = learner.knowledge.lessons;
    this.#later();
  }

  /** Until all that was learned is on the disk, or has failed to be. Nothing is kept after that. */
  async settled(): Promise<void> {
    this.#callOff?.();
    this.#save();
    await this.#saving;
  }

  #later(): void {
    this.#callOff = this.#options.timer(savePauseMs, () => {
      this.#save();
      this.#later();
    });
  }

  #save(): void {
    const { knowledge, now } = this.#learner ?? {};
    if (knowledge === undefined || now === undefined || knowledge.lessons === this.#savedLessons) return;
    this.#savedLessons = knowledge.lessons;
    const learned = knowledge.learned(now());
    const savedMs = this.#options.epochMs();
    this.#saving = this.#saving.then(() => this.#write({ version, savedMs, learned }));
  }

  async #write(content: object): Promise<void> {
    const { file, log } = this.#options;
    try {
      const text = JSON.stringify(fileSchema.parse(content));
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await replaceFile(file, text);
    } catch (error) {
      log(`what was learned of when models are needed cannot be kept: ${reasonOf(error)}`);
    }
  }
}

async function readLearned({ file, epochMs, log }: ResidencyFileOptions): Promise<LearnedResidency | undefined> {
  try {
    const text = await readSmallFile(file, bytesMax);
    if (text === undefined) return undefined;
    const { savedMs, learned } = fileSchema.parse(JSON.parse(text));
    // A clock that was set back meanwhile: no time has gone by, as far as anybody knows.
    return aged(learned, Math.max(0, epochMs() - savedMs));
  } catch (error) {
    const aside = file + damagedExtension;
    const isAside = await rename(file, aside).then(
      () => true,
      () => false,
    );
    const where = isAside ? `the file is now ${path.basename(aside)}` : 'the file will be replaced';
    log(`what earlier runs have learned of when models are needed is ignored, and ${where}: ${reasonOf(error)}`);
    return undefined;
  }
}
