/**
 * What this extension needs of VS Code's own Git extension, and how it is reached. Its interface is public and versioned; nothing of a
 * repository is changed through it but the text of its message box.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';
import { within } from './within.ts';

interface GitChange {
  readonly uri: vscode.Uri;
  /** The interface's own number. */
  readonly status: number;
}

export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly state: {
    readonly indexChanges: readonly GitChange[];
    readonly workingTreeChanges: readonly GitChange[];
    readonly mergeChanges: readonly GitChange[];
    /** Where untracked files are listed apart. */
    readonly untrackedChanges?: readonly GitChange[];
  };
  readonly ui: { readonly selected: boolean };
  /** Reads anew what has changed. */
  status(): Promise<void>;
  /** As `git diff`, or as `git diff --cached`. */
  diff(cached?: boolean): Promise<string>;
}

interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<GitApi['state']>;
  readonly repositories: readonly GitRepository[];
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

const untrackedStatus = 7;
const startMsMax = 10_000;

export function isUntracked({ status }: GitChange): boolean {
  return status === untrackedStatus;
}

export function repositoryName({ rootUri }: Pick<GitRepository, 'rootUri'>): string {
  return path.posix.basename(rootUri.path) || rootUri.path;
}

/**
 * @param from what a menu of Source Control says that it was opened on.
 * @returns undefined when the user chose none of several. @throws UserError when there is none.
 */
export async function chosenRepository(from: unknown): Promise<GitRepository | undefined> {
  const { repositories } = await gitApi();
  const root = rootOf(from);
  const named = repositories.find(({ rootUri }) => rootUri.toString() === root?.toString());
  if (named !== undefined) return named;
  if (repositories.length === 0)
    throw new UserError(
      l10n.t('No Git repository is open: open a folder that is one, or run Git: Initialize Repository.'),
    );
  if (repositories.length === 1) return repositories[0];
  const sorted = [...repositories].sort((a, b) => Number(b.ui.selected) - Number(a.ui.selected));
  const items = sorted.map((repository) => ({
    label: repositoryName(repository),
    description: repository.rootUri.fsPath,
    repository,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Commit Message'),
    placeHolder: l10n.t('Of which repository?'),
  });
  return picked?.repository;
}

function rootOf(from: unknown): vscode.Uri | undefined {
  if (typeof from !== 'object' || from === null || !('rootUri' in from)) return undefined;
  return from.rootUri instanceof vscode.Uri ? from.rootUri : undefined;
}

async function gitApi(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined)
    throw new UserError(
      vscode.env.remoteName === undefined
        ? l10n.t(
            "VS Code's Git extension is not there: enable it under Extensions, @builtin git, and run the command again.",
          )
        : l10n.t(
            'Git runs on the remote machine and Punctual on this one: add "punctual.punctual": ["workspace"] to the setting remote.extensionKind, then reload the window.',
          ),
    );
  const { enabled, getAPI } = extension.isActive ? extension.exports : await extension.activate();
  if (!enabled)
    throw new UserError(
      l10n.t('Git is switched off in the settings: set git.enabled to true and run the command again.'),
    );
  const api = getAPI.call(extension.exports, 1);
  if (api.state !== 'initialized')
    await within(startMsMax, l10n.t("Git's first look at the folders"), initialized(api));
  return api;
}

function initialized(api: GitApi): Promise<void> {
  return new Promise((resolve) => {
    const listener = api.onDidChangeState((state) => {
      if (state !== 'initialized') return;
      listener.dispose();
      resolve();
    });
  });
}
