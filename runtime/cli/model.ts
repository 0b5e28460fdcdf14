/** `--model` as the runtime understands it. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, type Io } from './command.ts';

/** What an absent `--model` means. */
const modelDefault = 'auto';

/**
 * A name stays as it is; the runtime has another working folder, so a file's path is made absolute here. What contains a separator or
 * ends in .gguf is a path. Whether it is a model, and whether one of that name is installed, is the runtime's to say.
 *
 * @throws CommandError for a path that leads to no file.
 */
export async function modelChoice(model: string | boolean | undefined, io: Pick<Io, 'cwd'>): Promise<string> {
  if (typeof model !== 'string') return modelDefault;
  return isPath(model) ? modelFile(model, io) : model;
}

export function isPath(model: string): boolean {
  return /[/\\]/.test(model) || model.toLowerCase().endsWith('.gguf');
}

/**
 * The absolute path of a file that is there.
 *
 * @throws CommandError
 */
export async function modelFile(name: string, io: Pick<Io, 'cwd'>): Promise<string> {
  const file = path.resolve(io.cwd, name);
  const stats = await stat(file).catch((error: unknown) => {
    throw unreachable(name, error);
  });
  if (!stats.isFile()) throw new CommandError(`The model ${name} is not a file: ${advice}.`);
  return file;
}

const advice = 'give the path of a GGUF file';

function unreachable(name: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR': {
      const named = isPath(name) ? advice : `${advice}, or pull one by its name`;
      return new CommandError(`The model ${name} does not exist: ${named}.`);
    }
    case 'EACCES':
    case 'EPERM':
      return new CommandError(`The model ${name} may not be reached by you: change the permissions of its folder.`);
    default:
      return new CommandError(`The model ${name} cannot be reached (${code ?? String(error)}): ${advice}.`);
  }
}
