/** Files that the user names, looked at before a bench begins: what is wrong with them is said at once, not after an hour. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { BadInput } from './bench.ts';

/** @throws BadInput unless a file can be written there. Nothing is made, neither file nor folder. */
export function checkWritable(option: string, file: string): void {
  const folder = path.dirname(path.resolve(file));
  const said = `--${option} ${file}`;
  if (kindOf(folder) !== 'folder') throw new BadInput(`${said} cannot be written: there is no folder ${folder}.`);
  if (kindOf(file) === 'folder') throw new BadInput(`${said} cannot be written: it is a folder.`);
  if (!isAllowed(kindOf(file) === 'file' ? file : folder, constants.W_OK))
    throw new BadInput(`${said} cannot be written: you may not write there.`);
}

const magic = 'GGUF';

/** @throws BadInput unless it is a readable GGUF file. */
export function checkModel(option: string, file: string): void {
  const said = `--${option} ${file}`;
  if (kindOf(file) === undefined) throw new BadInput(`${said} cannot be loaded: there is no such file.`);
  if (kindOf(file) === 'folder') throw new BadInput(`${said} cannot be loaded: it is a folder; name a GGUF file.`);
  if (!isAllowed(file, constants.R_OK)) throw new BadInput(`${said} cannot be loaded: you may not read it.`);
  if (startOf(file) !== magic) throw new BadInput(`${said} cannot be loaded: it is no GGUF file.`);
}

function kindOf(file: string): 'file' | 'folder' | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? 'folder' : 'file';
}

function isAllowed(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

function startOf(file: string): string {
  const start = Buffer.alloc(magic.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start.toString('latin1');
}
