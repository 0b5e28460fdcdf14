/**
 * Tells the runtime which folders are open, and what is not to be read in them for completions elsewhere: what their `.gitignore`
 * files ignore, and what the editor does not show or does not search.
 */
import * as vscode from 'vscode';
import { foldersMax } from '../runtime/protocol.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { hiddenGlobs } from './hidden.ts';
import { ignoredIn, ignoreName } from './ignored.ts';

/** Several changes at once are told once. */
const tellDelayMs = 200;
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
        ...(await ignoredIn(uri)),
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
