/**
 * KV cells of one model outside of its sequences, in files: saving 600 tokens of a 0.5 B model takes some 10 ms, evaluating them again
 * seconds. The step machine decides what is parked (slots.ts); whatever goes wrong here costs an evaluation and never an answer.
 */
import { randomUUID } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LlamaContextSequence, LlamaModel } from 'node-llama-cpp';
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

  async clear(): Promise<void> {
    await this.drop([...this.#parked.keys()]);
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

/**
 * How many tokens fit into the files of one model: keys and values of each layer as 16-bit numbers, as the context holds them.
 * Zero for models of which the file does not say how large that is.
 */
export function shelfTokensMaxOf(model: LlamaModel): number {
  const { attention, block_count: layers = 0, embedding_length: width = 0 } = model.fileInfo.architectureMetadata;
  const heads = attention?.head_count ?? 0;
  const headWidth = heads > 0 ? width / heads : 0;
  // Where layers differ, the file has a list, whatever the library's type of it says.
  const kvHeads: unknown = attention?.head_count_kv ?? heads;
  const kvHeadsOfAll = Array.isArray(kvHeads)
    ? kvHeads.reduce<number>((sum, count) => sum + Number(count), 0)
    : Number(kvHeads) * layers;
  const valuesOfHead = (attention?.key_length ?? headWidth) + (attention?.value_length ?? headWidth);
  const bytesPerToken = 2 * kvHeadsOfAll * valuesOfHead;
  return bytesPerToken > 0 ? Math.floor(shelfBytesMax / bytesPerToken) : 0;
}
