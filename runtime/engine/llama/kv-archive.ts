/**
 * KV cells of the documents of models that have left, until these come back: in this engine process or in the next one of the same
 * runtime. A folder for each model, with an index; what has no index is not there. Whatever goes wrong here costs an evaluation of the
 * prompt and never an answer or a load.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Of all models together: beyond it, the model that left first loses its cells. */
const archiveBytesMax = 1024 * 1024 * 1024;

/** The cells of one document. */
export interface ArchivedCells {
  /** Absolute path of the file that holds them. */
  readonly file: string;
  readonly tokens: readonly number[];
  readonly document: string;
  readonly lastOwner: string | undefined;
}

const indexSchema = z.array(
  z.object({
    file: z.string().regex(/^[\w-]+$/u),
    tokens: z.array(z.int().nonnegative()),
    document: z.string(),
    lastOwner: z.string().optional(),
  }),
);

const indexName = 'index.json';

/** What the meaning of the cells depends on: a model that differs in any of it cannot read them, or would read something else. */
export interface CellsOrigin {
  /** Absolute path of the model file. */
  readonly file: string;
  /** The release of llama.cpp. */
  readonly library: string;
  /** What computes: the layout of the cells depends on it. */
  readonly device: string;
}

/** The name of a model's cells. A file that was replaced by another one has another name. @throws when there is no such file. */
export async function archiveKey({ file, library, device }: CellsOrigin): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file);
  return createHash('sha256')
    .update(JSON.stringify([file, size, mtimeMs, ino, library, device]))
    .digest('hex');
}

export class KvArchive {
  readonly #root: string;
  readonly #bytesMax: number;
  readonly #log: (line: string) => void;

  /** @param root the runtime's folder. */
  constructor(root: string, log: (line: string) => void, bytesMax = archiveBytesMax) {
    this.#root = path.join(root, 'archive');
    this.#bytesMax = bytesMax;
    this.#log = log;
  }

  /** Takes the files over; what was there of this model goes. Never rejects: then there is nothing to be found later. */
  async put(key: string, cells: readonly ArchivedCells[]): Promise<void> {
    const folder = path.join(this.#root, key);
    try {
      await rm(folder, { recursive: true, force: true });
      if (cells.length === 0) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const index = [];
      for (const { file, tokens, document, lastOwner } of cells) {
        const name = path.basename(file);
        await rename(file, path.join(folder, name));
        index.push({ file: name, tokens, document, ...(lastOwner !== undefined && { lastOwner }) });
      }
      // Written last and under another name first: an index speaks of files that are there.
      const written = path.join(folder, `${indexName}.${randomUUID()}`);
      await writeFile(written, JSON.stringify(index), { mode: 0o600 });
      await rename(written, path.join(folder, indexName));
      await this.#makeRoom();
    } catch (error) {
      this.#log(`The KV cells of ${cells.length} documents could not be kept: ${String(error)}`);
      await this.#remove([folder, ...cells.map(({ file }) => file)]);
    }
  }

  /**
   * Moves the files of a model into `folder`; the archive has none of them from then on, so that a file that kills its reader does so
   * once. Never rejects.
   */
  async take(key: string, folder: string): Promise<readonly ArchivedCells[]> {
    const from = path.join(this.#root, key);
    const taken: ArchivedCells[] = [];
    try {
      const index = indexSchema.parse(JSON.parse(await readFile(path.join(from, indexName), 'utf8')));
      for (const { file: name, tokens, document, lastOwner } of index) {
        const file = path.join(folder, name);
        await rename(path.join(from, name), file);
        taken.push({ file, tokens, document, lastOwner });
      }
      return taken;
    } catch (error) {
      const isNone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isNone) this.#log(`Kept KV cells could not be found again: ${String(error)}`);
      // Those that had come before the failure: nobody knows of them any more.
      await this.#remove(taken.map(({ file }) => file));
      return [];
    } finally {
      await this.#remove([from]);
    }
  }

  async #makeRoom(): Promise<void> {
    const models = await Promise.all(
      (await readdir(this.#root)).map(async (name) => await sizeOf(path.join(this.#root, name))),
    );
    models.sort((a, b) => a.leftMs - b.leftMs);
    let bytes = models.reduce((sum, model) => sum + model.bytes, 0);
    for (const model of models) {
      if (bytes <= this.#bytesMax) return;
      bytes -= model.bytes;
      await this.#remove([model.folder]);
    }
  }

  async #remove(paths: readonly string[]): Promise<void> {
    // What is left over goes with the root.
    await Promise.allSettled(paths.map((each) => rm(each, { recursive: true, force: true })));
  }
}

async function sizeOf(
  folder: string,
): Promise<{ readonly folder: string; readonly bytes: number; readonly leftMs: number }> {
  const files = await Promise.all((await readdir(folder)).map((name) => stat(path.join(folder, name))));
  return {
    folder,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    leftMs: Math.max(0, ...files.map(({ ctimeMs }) => ctimeMs)),
  };
}
