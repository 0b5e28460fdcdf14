/**
 * What was learned of a model's speed, kept on disk from one run to the next: one small file per model, device, and thread count.
 * Losing a file costs a calibration and nothing else, so nothing here throws.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type CostKey, type CostModel, costModelVersion } from '../core/estimate.ts';
import { reasonOf } from '../disk/reason.ts';
import { draftExtension, replaceFile } from '../disk/replace-file.ts';
import { readSmallFile } from '../disk/small-file.ts';
import { costModelSchema } from '../engine/cost-model-schema.ts';

export interface CalibrationsOptions {
  /** Made when it is missing; nothing but these files is in it. */
  readonly folder: string;
  readonly log?: (line: string) => void;
  /** Files kept at most; the ones that were not used for the longest time leave. */
  readonly filesMax?: number;
}

const filesMaxDefault = 64;
/** A cost model takes about 10 kB. */
const bytesMax = 256 * 1024;
/** Of each end of a model file: names and shapes stand at the beginning, weights of the last layers at the end. */
const sampleBytes = 256 * 1024;
const extension = '.json';
/** A draft that is older was left behind by a process that died. */
const draftMsMax = 60_000;

const fileSchema = z.object({
  version: z.literal(costModelVersion),
  content: z.string(),
  device: z.string(),
  threads: z.number(),
  model: costModelSchema,
});

export class Calibrations {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #filesMax: number;

  constructor({ folder, log, filesMax }: CalibrationsOptions) {
    this.#folder = folder;
    this.#log = log ?? (() => undefined);
    this.#filesMax = filesMax ?? filesMaxDefault;
  }

  /** Undefined when nothing usable is there. The recent errors belong to another day and are left out. */
  async load(key: CostKey): Promise<CostModel | undefined> {
    const content = await this.#contentOf(key);
    if (content === undefined) return undefined;
    const file = this.#fileOf(content, key);
    try {
      const text = await readSmallFile(file, bytesMax);
      if (text === undefined) return undefined;
      const saved = fileSchema.parse(JSON.parse(text));
      if (saved.content !== content || saved.device !== key.device || saved.threads !== key.threads)
        throw new Error('it is about another model or device');
      const now = new Date();
      await utimes(file, now, now).catch(() => undefined);
      const { model } = saved;
      return { ...model, prefill: { ...model.prefill, errors: [] }, decode: { ...model.decode, errors: [] } };
    } catch (error) {
      this.#log(`calibration ${path.basename(file)} is ignored and will be replaced: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** Replaces what was there at once or not at all. False when it could not be kept; the log says why. */
  async save(key: CostKey, model: CostModel): Promise<boolean> {
    const content = await this.#contentOf(key);
    if (content === undefined) return false;
    const file = this.#fileOf(content, key);
    const { device, threads } = key;
    try {
      const text = JSON.stringify(fileSchema.parse({ version: costModelVersion, content, device, threads, model }));
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await replaceFile(file, text);
      await this.#prune();
      return true;
    } catch (error) {
      this.#log(`calibration ${path.basename(file)} cannot be kept: ${reasonOf(error)}`);
      return false;
    }
  }

  #fileOf(content: string, { device, threads }: CostKey): string {
    const name = sha256(JSON.stringify([costModelVersion, content, device, threads])).slice(0, 32);
    return path.join(this.#folder, name + extension);
  }

  async #contentOf({ file }: CostKey): Promise<string | undefined> {
    return contentOf(file).catch((error: unknown) => {
      this.#log(`no calibration for ${path.basename(file)}: ${reasonOf(error)}`);
      return undefined;
    });
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.#folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name);
        // Another process may have taken it away by now.
        return { file, usedMs: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
    );
    const kept = files.filter(({ file }) => file.endsWith(extension)).sort((a, b) => b.usedMs - a.usedMs);
    const drafts = files.filter(
      ({ file, usedMs }) => file.endsWith(draftExtension) && Date.now() - usedMs > draftMsMax,
    );
    for (const { file } of [...kept.slice(this.#filesMax), ...drafts]) await rm(file, { force: true });
  }
}

/** Tells model files apart without reading gigabytes: the size and a hash of both ends. */
async function contentOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256');
    for (const position of [0, Math.max(0, size - sampleBytes)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, position);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return `${size}-${hash.digest('hex')}`;
  } finally {
    await handle.close();
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
