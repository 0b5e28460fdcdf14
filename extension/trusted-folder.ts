/** Whose own prompts count: a decision about trust, without VS Code, so that it is tested without it. */

interface Folder {
  readonly uri: { readonly scheme: string; readonly fsPath: string };
}

/** The folder, if the user trusts the workspace and it lies on this machine: nobody else's prompts are read. */
export function trustedFolder(isTrusted: boolean, folder: Folder | undefined): { readonly workspace?: string } {
  return isTrusted && folder?.uri.scheme === 'file' ? { workspace: folder.uri.fsPath } : {};
}
