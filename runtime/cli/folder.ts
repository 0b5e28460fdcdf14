/** The source files of a folder, as an editor would open them: what a person means who asks what the folder does. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { documentCharsMax, summaryDocumentsMax, targetLanguages } from '../protocol.ts';
import { CommandError, type Io } from './command.ts';
import { languageOf, type NamedFile, openFile } from './document.ts';

/** Made by programs, or by others. */
const skippedFolders: ReadonlySet<string> = new Set([
  ...['node_modules', 'dist', 'build', 'out', 'target', 'vendor', 'bin', 'obj', '__pycache__', 'venv'],
]);

/** A larger one was not written by hand. */
const fileBytesMax = 256 * 1024;

const folderDepthMax = 16;

export interface OpenedFolder {
  readonly files: readonly NamedFile[];
  /** Source files that are too large, too many, or no text. */
  readonly leftOut: number;
}

/** By their paths. Hidden files and folders are none of it, and links are not followed. @throws CommandError when there is no source file */
export async function openFolder(name: string, io: Io): Promise<OpenedFolder> {
  const files: NamedFile[] = [];
  let chars = 0;
  let leftOut = 0;
  for await (const { file, bytes } of sourcesIn(path.resolve(io.cwd, name), folderDepthMax)) {
    if (bytes > fileBytesMax || files.length === summaryDocumentsMax || chars + bytes > documentCharsMax) {
      leftOut += 1;
      continue;
    }
    const opened = await openFile(file, io).catch(unreadable);
    if (opened === undefined) leftOut += 1;
    else files.push(opened);
    chars += bytes;
  }
  if (files.length === 0) throw new CommandError(`${name} has no source files: give a folder with code in it.`);
  return { files, leftOut };
}

/** One file that cannot be read as text is no reason not to read the others. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof CommandError)) throw error;
}

async function* sourcesIn(folder: string, depth: number): AsyncGenerator<{ file: string; bytes: number }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'ENOTDIR') throw new CommandError(`${folder} is a file: leave --folder out.`);
    if (code === 'ENOENT') throw new CommandError(`${folder} does not exist: give the path of a folder.`);
    throw new CommandError(`${folder} cannot be read (${code ?? String(error)}): give another folder.`);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && depth > 0 && !skippedFolders.has(entry.name)) yield* sourcesIn(file, depth - 1);
    const isSource = entry.isFile() && Object.hasOwn(targetLanguages, languageOf(file).replace(/react$/, ''));
    if (isSource) yield { file, bytes: (await stat(file)).size };
  }
}
