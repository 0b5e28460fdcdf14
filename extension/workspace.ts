/**
 * Tells the runtime which folders are open, and what is not to be read in them for completions elsewhere: what each folder's `.gitignore`
 * ignores, and what the editor does not show or does not search.
 */
import * as vscode from 'vscode';
import { foldersMax } from '../runtime/protocol.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { hiddenGlobs, ignoreText } from './hidden.ts';
import { within } from './within.ts';

/** Several changes at once are told once. */
const tellDelayMs = 200;
const readMsMax = 15_000;
const ignoreName = '.gitignore';
const hidingSettings = ['files.exclude', 'search.exclude'];

export function activate(ctx: Context): void {
  ctx.onConnection((connection, scope) => scope.push(new WorkspaceTeller(ctx, connection)));
}

class WorkspaceTeller implements vscode.Disposable {
  readonly #ctx: Context;
  readonly #connection: Connection;
  readonly #scope: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(ctx: Context, connection: Connection) {
    this.#ctx = ctx;
    this.#connection = connection;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${ignoreName}`);
    const soon = () => this.#soon();
    this.#scope = [
      watcher,
      ...[watcher.onDidChange(soon), watcher.onDidCreate(soon), watcher.onDidDelete(soon)],
      vscode.workspace.onDidChangeWorkspaceFolders(soon),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (hidingSettings.some((setting) => event.affectsConfiguration(setting))) soon();
      }),
    ];
    void this.#tell();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    for (const item of this.#scope) item.dispose();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), tellDelayMs);
  }

  async #tell(): Promise<void> {
    const open = (vscode.workspace.workspaceFolders ?? []).slice(0, foldersMax);
    const folders = await Promise.all(
      open.map(async ({ uri, name }) => ({
        uri: this.#connection.documentUri(uri),
        name: name.slice(0, 256),
        ignore: await readIgnore(uri),
        excluded: hidingSettings.flatMap((setting) =>
          hiddenGlobs(vscode.workspace.getConfiguration(undefined, uri).get<unknown>(setting)),
        ),
      })),
    );
    if (this.#isDisposed) return;
    try {
      await this.#connection.tellWorkspace({ folders });
    } catch (error) {
      this.#ctx.log.debug(`The runtime was not told of the workspace: ${error}`);
    }
  }
}

/** Empty where there is none. What cannot be read in time, as of a folder that is far away, ignores everything: nothing is known of it. */
async function readIgnore(folder: vscode.Uri): Promise<string> {
  // A repository that is not on a disk has no files but those that are in it.
  if (folder.scheme === 'vscode-vfs') return '';
  try {
    return ignoreText(await within(readMsMax, `the ${ignoreName} of ${folder}`, contentOf(folder, ignoreName)));
  } catch {
    return '*';
  }
}

async function contentOf(folder: vscode.Uri, file: string): Promise<string> {
  // Errors of file systems differ in how they say that there is no such file.
  const entries = await vscode.workspace.fs.readDirectory(folder);
  if (!entries.some(([entry]) => entry === file)) return '';
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, file)));
}
