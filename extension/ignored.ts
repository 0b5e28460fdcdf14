/** Reads the `.gitignore` files of an open folder, wherever that is: here, on a remote machine, in a container. */
import * as vscode from 'vscode';
import { ignoresMax } from '../runtime/protocol.ts';
import { type FoundIgnore, ignoreText, nestedIgnores } from './hidden.ts';
import { within } from './within.ts';

export const ignoreName = '.gitignore';

const readMsMax = 15_000;
/** Files that are read at a time. */
const atOnce = 16;

/** As the wire takes them. */
export interface Ignored {
  readonly ignore: string;
  readonly ignores?: { folder: string; text: string }[];
}

/** What cannot be read in time, as of a folder that is far away, ignores everything: nothing is known of it. */
export async function ignoredIn(folder: vscode.Uri): Promise<Ignored> {
  // A repository that is not on a disk has no files but those that are in it.
  if (folder.scheme === 'vscode-vfs') return { ignore: '' };
  const search = new vscode.CancellationTokenSource();
  try {
    return await within(readMsMax, `the ${ignoreName} files of ${folder}`, readAll(folder, search.token));
  } catch {
    return { ignore: '*' };
  } finally {
    search.cancel();
    search.dispose();
  }
}

async function readAll(folder: vscode.Uri, token: vscode.CancellationToken): Promise<Ignored> {
  const ignore = ignoreText(await rootText(folder));
  // What others have published under `node_modules` is ignored as a whole, or it is meant to be read.
  const pattern = new vscode.RelativePattern(folder, `*/**/${ignoreName}`);
  const uris = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git}/**', ignoresMax + 1, token);
  const found: FoundIgnore[] = [];
  for (let next = 0; next < uris.length && !token.isCancellationRequested; next += atOnce)
    found.push(...(await Promise.all(uris.slice(next, next + atOnce).map((uri) => read(folder, uri)))));
  const ignores = nestedIgnores(found);
  return ignores === undefined ? { ignore: '*' } : { ignore, ignores };
}

async function read(folder: vscode.Uri, uri: vscode.Uri): Promise<FoundIgnore> {
  const path = uri.path.slice(folder.path.replace(/\/*$/, '/').length);
  try {
    return { path, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) };
  } catch {
    return { path, text: undefined };
  }
}

/** Empty where there is none. Errors of file systems differ in how they say that there is no such file. */
async function rootText(folder: vscode.Uri): Promise<string> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  if (!entries.some(([entry]) => entry === ignoreName)) return '';
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, ignoreName)));
}
