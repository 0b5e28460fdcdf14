/**
 * KV cells of one model outside of its sequences, in files: saving 600 tokens of a 0.5 B model takes some 10 ms, evaluating them again
 * seconds. The step machine decides what is parked (slots.ts); whatever goes wrong here costs an evaluation and never an answer.
 */
import { randomUUID } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LlamaContextSequence, LlamaModel } from 'node-llama-cpp';
import type { Kept } from '../slots.ts';
import type { ArchivedCells } from './kv-archive.ts';
import type { KvFolder } from './kv-folder.ts';

/** Of all files of one model. */
const shelfBytesMax = 512 * 1024 * 1024;

interface Parked {
  readonly file: string;
  readonly tokens: readonly number[];
}

export class KvShelf {
  /** Tokens that may lie here; 0 for a model whose cells cannot be put back. */
  readonly tokensMax: number;
  readonly #folder: KvFolder;
  readonly #log: (line: string) => void;
  /** The oldest first. */
  readonly #parked = new Map<number, Parked>();

  constructor(folder: KvFolder, tokensMax: number, log: (line: string) => void) {
    this.#folder = folder;
    this.tokensMax = tokensMax;
    this.#log = log;
  }

  /** Saves what the sequence holds. What could not be saved is not there when it is asked for. Never rejects. */
  async park(key: number, sequence: LlamaContextSequence): Promise<void> {
    const tokens = sequence.contextTokens;
    const file = path.join(this.#folder.path, randomUUID());
    try {
      await sequence.saveStateToFile(file);
      await chmod(file, 0o600);
      this.#parked.set(key, { file, tokens });
    } catch (error) {
      this.#log(`The KV cells of ${tokens.length} tokens could not be parked: ${String(error)}`);
      await remove(file);
    }
    await this.#makeRoom();
  }

  /**
   * Puts the cells of a key into the sequence; the key is gone then.
   * @returns whether the sequence holds exactly what was parked; if not, what it holds is unknown. Never rejects.
   */
  async restore(key: number, sequence: LlamaContextSequence): Promise<boolean> {
    const parked = this.#parked.get(key);
    if (parked === undefined) return false;
    try {
      await sequence.loadStateFromFile(parked.file, { acceptRisk: true });
      return areEqual(sequence.contextTokens, parked.tokens);
    } catch (error) {
      this.#log(`The KV cells of ${parked.tokens.length} tokens could not be restored: ${String(error)}`);
      return false;
    } finally {
      await this.drop([key]);
    }
  }

  async drop(keys: Iterable<number>): Promise<void> {
    for (const key of keys) {
      const parked = this.#parked.get(key);
      if (parked === undefined) continue;
      this.#parked.delete(key);
      await remove(parked.file);
    }
  }

  has(key: number): boolean {
    return this.#parked.has(key);
  }

  /** Files of an earlier stay of the model. @returns them under the keys that they have from now on. */
  adopt(cells: readonly ArchivedCells[]): readonly Kept[] {
    return cells.map(({ file, tokens, document, lastOwner }, index) => {
      const key = index + 1;
      this.#parked.set(key, { file, tokens });
      return { key, tokens, document, lastOwner };
    });
  }

  /** The files of these keys belong to the caller from now on. */
  release(kept: readonly Kept[]): readonly ArchivedCells[] {
    return kept.flatMap(({ key, document, lastOwner }) => {
      const parked = this.#parked.get(key);
      this.#parked.delete(key);
      // What the file holds, which may be more than the books say.
      return parked === undefined ? [] : [{ ...parked, document, lastOwner }];
    });
  }

  /** Nobody knows of the others any more. */
  async retain(keys: readonly number[]): Promise<void> {
    await this.drop([...this.#parked.keys()].filter((key) => !keys.includes(key)));
  }

  async clear(): Promise<void> {
    await this.retain([]);
  }

  /** The step machine keeps to the bound; keys that it has forgotten after a failure must not add up. */
  async #makeRoom(): Promise<void> {
    let tokens = [...this.#parked.values()].reduce((sum, parked) => sum + parked.tokens.length, 0);
    for (const [key, parked] of [...this.#parked]) {
      if (tokens <= this.tokensMax) return;
      tokens -= parked.tokens.length;
      await this.drop([key]);
    }
  }
}

async function remove(file: string): Promise<void> {
  // What is left over goes with the folder.
  await rm(file, { force: true }).catch(() => undefined);
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}

/** How many tokens fit into the files of one model; zero for models of which the file does not say how large a cell is. */
export function shelfTokensMaxOf(model: LlamaModel): number {
  const bytes = cellBytesOf(model);
  return bytes > 0 ? Math.floor(shelfBytesMax / bytes) : 0;
}

/** Bytes of one token: keys and values of each layer as 16-bit numbers, as the context holds them. */
export function cellBytesOf(model: LlamaModel): number {
  const { attention, block_count: layers = 0, embedding_length: width = 0 } = model.fileInfo.architectureMetadata;
  const heads = attention?.head_count ?? 0;
  const headWidth = heads > 0 ? width / heads : 0;
  // Where layers differ, the file has a list, whatever the library's type of it says.
  const kvHeads: unknown = attention?.head_count_kv ?? heads;
  const kvHeadsOfAll = Array.isArray(kvHeads)
    ? kvHeads.reduce<number>((sum, count) => sum + Number(count), 0)
    : Number(kvHeads) * layers;
  const valuesOfHead = (attention?.key_length ?? headWidth) + (attention?.value_length ?? headWidth);
  return 2 * kvHeadsOfAll * valuesOfHead;
}

/** Measured with files in the page cache: 7.4 MB take 10 ms to be saved and 3 ms to be restored. */
const moveMsFixed = 2;
const moveBytesPerMs = 550_000;

/**
 * Whether cells that leave with their model are worth a file: about half of them come back.
 * @param prefillMs what evaluating them again would take.
 */
export function paysToKeep(bytes: number, prefillMs: number): boolean {
  return prefillMs > 2 * (moveMsFixed + bytes / moveBytesPerMs);
}
