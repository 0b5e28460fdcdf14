/**
 * What the store knows beside the files themselves, in one small file of their folder: digests, where files came from, and the
 * models that the user has elsewhere. Losing it loses no model: its files are still found.
 */
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, reasonOf } from '../../disk/reason.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { readSmallFile } from '../../disk/small-file.ts';
import { folderError } from './disk.ts';

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

const fileSchema = z.object({
  bytes: z.int().positive(),
  sha256: digestSchema,
  /** Who said before the download that this is the right digest; `first-download`: nobody, it was computed then. */
  verified: z.enum(['catalog', 'hub', 'first-download']),
  uri: z.string(),
  atMs: z.number(),
});

const manifestSchema = z.object({
  version: z.literal(1),
  /** By name in the folder. */
  files: z.record(z.string(), fileSchema),
  /** Digests by address, kept when the file is removed: a later download must be the same. */
  firstDigests: z.record(z.string(), digestSchema),
  remembered: z.array(z.object({ path: z.string(), atMs: z.number() })),
});

export type ManifestFile = Readonly<z.infer<typeof fileSchema>>;
export type ManifestData = z.infer<typeof manifestSchema>;

const fileName = 'models.json';
/** Beyond, the oldest leave: a digest of an address, and a model elsewhere. */
const digestsMax = 1_000;
const rememberedMax = 1_000;
/** Twice what these take with the longest addresses and paths that there are. */
const bytesMax = 16 * 1024 * 1024;

const nothingYet: ManifestData = { version: 1, files: {}, firstDigests: {}, remembered: [] };

export class Manifest {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  /** Changes follow one another: each reads what the one before it wrote. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Also of changes that are still being written. @throws StoreError `folder`. */
  read(): Promise<ManifestData> {
    return this.#inTurn(() => this.#read());
  }

  /** Replaces the file at once or not at all. @throws StoreError `folder`. */
  change(apply: (data: ManifestData) => ManifestData): Promise<void> {
    return this.#inTurn(async () => this.#write(bounded(apply(await this.#read()))));
  }

  addFile(name: string, entry: ManifestFile): Promise<void> {
    return this.change((data) => ({
      ...data,
      files: { ...data.files, [name]: entry },
      firstDigests: { ...data.firstDigests, [entry.uri]: entry.sha256 },
    }));
  }

  /** Their digests are kept by address. */
  removeFiles(names: readonly string[]): Promise<void> {
    return this.change(({ files, ...data }) => ({
      ...data,
      files: Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name))),
    }));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(action);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #read(): Promise<ManifestData> {
    const file = path.join(this.#folder, fileName);
    try {
      const text = await readSmallFile(file, bytesMax);
      return text === undefined ? nothingYet : manifestSchema.parse(JSON.parse(text));
    } catch (error) {
      // What the system says is about the folder; all else is about what stands in the file.
      if (codeOf(error) !== undefined) throw folderError(error, file);
      // Kept beside, for it names models elsewhere that only the user could find again.
      await rename(file, `${file}.damaged`).catch(() => undefined);
      this.#log(`${file} cannot be read and was set aside as ${fileName}.damaged: ${reasonOf(error)}`);
      return nothingYet;
    }
  }

  async #write(data: ManifestData): Promise<void> {
    const file = path.join(this.#folder, fileName);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await replaceFile(file, `${JSON.stringify(data, null, 2)}\n`);
    } catch (error) {
      throw folderError(error, file);
    }
  }
}

function bounded(data: ManifestData): ManifestData {
  return {
    ...data,
    firstDigests: Object.fromEntries(Object.entries(data.firstDigests).slice(-digestsMax)),
    remembered: data.remembered.slice(-rememberedMax),
  };
}
