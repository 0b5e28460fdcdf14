/** `--model` as the runtime understands it. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, type Io, UsageError } from './command.ts';

/** What an absent `--model` means. */
const modelDefault = 'auto';

/**
 * The runtime has another working folder, so a file's path is made absolute here. Whether it is a model is the engine's to say.
 *
 * @throws UsageError for an empty name, CommandError for what is not a file.
 */
export async function modelChoice(model: string | boolean | undefined, io: Pick<Io, 'cwd'>): Promise<string> {
  if (typeof model !== 'string') return modelDefault;
  if (model === 'auto' || model === 'embedded') return model;
  if (model === '') throw new UsageError("--model is empty: give a GGUF file, 'embedded' or 'auto'");
  const file = path.resolve(io.cwd, model);
  const stats = await stat(file).catch(() => undefined);
  if (!stats) throw new CommandError(`The model ${model} does not exist: give the path of a GGUF file, or 'embedded'.`);
  if (!stats.isFile()) throw new CommandError(`The model ${model} is not a file: give the path of a GGUF file.`);
  return file;
}
