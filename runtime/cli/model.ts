/** `--model` as the runtime understands it. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, type Io, UsageError } from './command.ts';

/** What an absent `--model` means. */
const modelDefault = 'auto';

/**
 * A name stays as it is; the runtime has another working folder, so a file's path is made absolute here. What contains a separator or
 * ends in .gguf is a path. Whether it is a model, and whether one of that name is installed, is the runtime's to say.
 *
 * @throws UsageError for an empty name, CommandError for a path that leads to no file.
 */
export async function modelChoice(model: string | boolean | undefined, io: Pick<Io, 'cwd'>): Promise<string> {
  if (typeof model !== 'string') return modelDefault;
  if (model === '') throw new UsageError("--model is empty: give a model's name, a GGUF file, 'embedded' or 'auto'");
  return isPath(model) ? modelFile(model, io) : model;
}

export function isPath(model: string): boolean {
  return /[/\\]/.test(model) || model.toLowerCase().endsWith('.gguf');
}

/** @throws CommandError */
export async function modelFile(name: string, io: Pick<Io, 'cwd'>): Promise<string> {
  const file = path.resolve(io.cwd, name);
  const stats = await stat(file).catch(() => undefined);
  if (!stats)
    throw new CommandError(`The model ${name} does not exist: give a model's name or the path of a GGUF file.`);
  if (!stats.isFile()) throw new CommandError(`The model ${name} is not a file: give the path of a GGUF file.`);
  return file;
}
