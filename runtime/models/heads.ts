/** What model files say of themselves, read once for each state of a file: a head takes milliseconds, and nobody waits twice for it. */
import { stat } from 'node:fs/promises';
import { sentence, type Words } from '../core/sentence.ts';
import { reasonOf } from '../disk/reason.ts';
import type { ModelFile } from './gguf/describe.ts';
import { GgufError } from './gguf/problem.ts';
import { readModelFile } from './gguf/read.ts';

export type Head =
  | { readonly kind: 'read'; readonly model: ModelFile }
  /** One sentence that names the file. */
  | { readonly kind: 'unusable'; readonly problem: Words };

/** The one not asked for the longest time leaves first. */
const headsMax = 256;

export class Heads {
  readonly #heads = new Map<string, { readonly state: string; readonly head: Promise<Head> }>();
  readonly #read: (file: string) => Promise<ModelFile>;

  constructor(read: (file: string) => Promise<ModelFile> = readModelFile) {
    this.#read = read;
  }

  /** @param files all files of a split set, the first one first. Never rejects. */
  async of(files: readonly string[]): Promise<Head> {
    const [first = ''] = files;
    const state = (await Promise.all(files.map(stateOf))).join(' ');
    const known = this.#heads.get(first);
    const head = known?.state === state ? known.head : this.#fresh(first);
    this.#heads.delete(first);
    this.#heads.set(first, { state, head });
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > headsMax && oldest !== undefined) this.#heads.delete(oldest);
    return await head;
  }

  async #fresh(file: string): Promise<Head> {
    try {
      return { kind: 'read', model: await this.#read(file) };
    } catch (error) {
      const reason = error instanceof GgufError ? error.words : reasonOf(error);
      return {
        kind: 'unusable',
        problem: error instanceof GgufError ? reason : sentence('{0} cannot be read: {1}.', file, reason),
      };
    }
  }
}

/** Changes whenever the content may have. */
async function stateOf(file: string): Promise<string> {
  return stat(file).then(
    ({ size, mtimeMs, ino }) => `${size}/${mtimeMs}/${ino}`,
    () => 'none',
  );
}

/**
 * For a download, before it gets its name: rejects with the reason why the file is no use, to stand in a sentence about it. Of a split
 * set each file is looked at alone, so that the others are not there is no fault.
 */
export async function inspectModel(file: string): Promise<void> {
  try {
    await readModelFile(file);
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    const { kind } = error.problem;
    if (kind === 'partMissing' || kind === 'notFirstPart' || kind === 'partForeign') return;
    const what = error.message.startsWith(`${file} `) ? error.message.slice(file.length + 1) : error.message;
    throw new Error(`it ${what.slice(0, what.lastIndexOf(': '))}`, { cause: error });
  }
}
