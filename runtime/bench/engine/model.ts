/** The model of the engine's benches: the 0.5B's true shape, all 24 layers, Q4_0, in a chain that never ends. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModel } from '../../../test/gguf/model.ts';

/** Where the built programs stand; this file is bundled into one of them. */
export const programs = path.dirname(fileURLToPath(import.meta.url));

/** What every part is told. */
export interface PartOptions {
  /** Fewer repetitions; never another workload. */
  readonly quick: boolean;
  /** A model of the user's own instead of the bench's. */
  readonly model?: string;
  readonly log: (line: string) => void;
}

/** The bench's own model. It stays for the next run: writing it takes as long as a bench. */
export const benchModel = {
  name: 'qwen2.5-coder-0.5b-chain-q4_0.gguf',
  folder: path.join(programs, '..', 'bench-models'),
  note: 'Writes a made-up model of 426 MB once, to bench-models/ of the project.',
} as const;

/** The model file: the user's own, or the bench's, which is written when it is not there yet. */
export async function modelFile({ model, log }: Pick<PartOptions, 'model' | 'log'>): Promise<string> {
  if (model !== undefined) return path.resolve(model);
  const file = path.join(benchModel.folder, benchModel.name);
  if (existsSync(file)) return file;
  log(`writing ${file}, 426 MB, kept for the next run: a made-up model of the 0.5B's true shape, all 24 layers`);
  // Under another name first: a half-written file is never taken for a model.
  await writeModel({ file: `${file}.part`, shape: 'qwen2.5-coder-0.5b', type: 'Q4_0', noEos: true, chainLength: 500 });
  await rename(`${file}.part`, file);
  return file;
}

/** How both sides of every comparison load it. */
export interface LoadOptions {
  readonly file: string;
  readonly sequences: number;
  readonly contextTokens: number;
  readonly threads: number;
}
