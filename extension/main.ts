/**
 * The extension's entry, and all of it that VS Code loads and runs before it goes on: the item in the status bar, and commands that wait. The
 * rest is the product (`product.ts`), a file of its own in the bundle that is loaded in later turns; so nothing of it, and no package, may be
 * imported here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Beginning, PunctualApi } from './api.ts';
import { Commands } from './commands.ts';

export function activate(extension: vscode.ExtensionContext): PunctualApi {
  const over = new AbortController();
  const statusItem = startingItem();
  const commands = new Commands(vscode.commands.registerCommand);
  extension.subscriptions.push({ dispose: () => over.abort() }, commands, statusItem);

  let product: PunctualApi | undefined;
  const starting = startProduct({ extension, commands, statusItem }, over.signal).then((started) => {
    product = started;
  });
  commands.expect(commandsOf(extension), starting);
  starting.catch((error: unknown) => {
    if (!over.signal.aborted) showFailure(statusItem, error);
  });
  return {
    connection: () => product?.connection() ?? { kind: 'starting' },
    status: () => product?.status(),
    completions: () => product?.completions() ?? {},
    generated: () => product?.generated(),
    statusText: () => product?.statusText() ?? statusItem.text,
    statusState: () => product?.statusState() ?? 'starting',
  };
}

/** Loading is a turn, and starting another one: other extensions and the editor have theirs between. @throws AbortError when the extension is over. */
async function startProduct(beginning: Beginning, over: AbortSignal): Promise<PunctualApi> {
  await nextTurn(undefined, { signal: over });
  const { start } = await import('./product.ts');
  await nextTurn(undefined, { signal: over });
  return start(beginning);
}

/** Until the product knows more; it says the same at first (`status-text.ts`). */
function startingItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('punctual.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Punctual';
  item.text = `$(loading~spin) ${vscode.l10n.t('Punctual: starting')}`;
  item.accessibilityInformation = { label: vscode.l10n.t('Punctual: starting its runtime') };
  item.command = 'punctual.showLog';
  item.show();
  return item;
}

/** Files of the extension are missing or broken. Whoever calls a command is told the same. */
function showFailure(item: vscode.StatusBarItem, error: unknown): void {
  console.error('Punctual could not be started:', error);
  const message = vscode.l10n.t('{0} cannot be loaded: {1}', 'Punctual', String(error));
  item.text = '$(warning) Punctual';
  item.tooltip = message;
  item.accessibilityInformation = { label: message };
}

function commandsOf({ extension }: vscode.ExtensionContext): string[] {
  const { contributes }: { contributes: { commands: readonly { command: string }[] } } = extension.packageJSON;
  return contributes.commands.map(({ command }) => command);
}
