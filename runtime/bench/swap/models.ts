/** Three models under three names, in the budget of two: made-up ones of the 0.5B's shape, or a user's own. */
import { existsSync } from 'node:fs';
import { link, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeModel } from '../../../test/gguf/model.ts';
import { modelFile, type PartOptions, programs } from '../engine/model.ts';

/** Layers of the model of a quick run; its vocabulary, and so the most of a load that is no copying, is the 0.5B's. */
const quickLayers = 4;

export interface ThreeModels {
  /** One file under three names: to the engine, three models. */
  readonly files: readonly [string, string, string];
  dispose(): Promise<void>;
}

export async function threeModels(options: PartOptions): Promise<ThreeModels> {
  const source = options.quick && options.model === undefined ? await quickFile(options) : await modelFile(options);
  const folder = await mkdtemp(path.join(path.dirname(source), 'swap-'));
  const names = ['a', 'b', 'c'].map((name) => path.join(folder, `${name}.gguf`));
  for (const name of names) await link(source, name);
  const [a = source, b = source, c = source] = names;
  return { files: [a, b, c], dispose: () => rm(folder, { recursive: true, force: true }) };
}

async function quickFile({ log }: PartOptions): Promise<string> {
  const file = path.join(programs, '..', 'bench-models', `qwen2.5-coder-0.5b-${quickLayers}-layers-chain-q4_0.gguf`);
  if (existsSync(file)) return file;
  log(`writing ${path.basename(file)}: ${quickLayers} layers of the 0.5B`);
  const shape = 'qwen2.5-coder-0.5b';
  await writeModel({ file: `${file}.part`, shape, type: 'Q4_0', layers: quickLayers, noEos: true, chainLength: 500 });
  await rename(`${file}.part`, file);
  return file;
}
