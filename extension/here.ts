/** The language status item: why completion is on or off here, and the command that changes it. Its texts are made in `here-text.ts`. */
import * as vscode from 'vscode';
import type { EligibilityResult } from '../runtime/protocol.ts';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { documentSelector, isShared, isTooLarge } from './documents.ts';
import { hereView } from './here-text.ts';
import { l10n } from './l10n.ts';
import { section } from './settings.ts';
import { statusInput } from './status.ts';
import { modelFor } from './status-text.ts';

/** Status arrives up to four times a second while tasks run; the answer to this question changes rarely. */
const askDelayMs = 300;

export function activate(ctx: Context): void {
  const item = new HereItem(ctx);
  ctx.subscriptions.push(
    item,
    ctx.onDidChange(() => item.refresh()),
    ctx.settings.onDidChange(() => item.refresh()),
    vscode.window.onDidChangeActiveTextEditor(() => item.moved()),
  );
  ctx.command('toggleCompletion', () => guarded(ctx, () => toggleCompletion(ctx)));
  item.moved();
}

class HereItem implements vscode.Disposable {
  readonly #ctx: Context;
  readonly #item = vscode.languages.createLanguageStatusItem('punctual.here', documentSelector);
  #eligibility: EligibilityResult | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: vscode.CancellationTokenSource | undefined;
  /** The runtime has not been told yet where the cursor is in this document. */
  #isNew = true;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#item.name = 'Punctual';
  }

  /** Another document is in front: what was known of the last one does not count. */
  moved(): void {
    this.#eligibility = undefined;
    this.#isNew = true;
    this.refresh();
  }

  refresh(): void {
    this.#render();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#ask();
    }, askDelayMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#stopAsking();
    this.#item.dispose();
  }

  async #ask(): Promise<void> {
    this.#stopAsking();
    const editor = vscode.window.activeTextEditor;
    const document = editor?.document;
    const { connection } = this.#ctx.client;
    if (editor === undefined || document === undefined || connection === undefined || !isShared(document)) return;
    const asking = new vscode.CancellationTokenSource();
    this.#asking = asking;
    try {
      // Once for each document: what the runtime does with it changes its status, which leads here again.
      const position = this.#isNew ? editor.selection.active : undefined;
      this.#isNew = false;
      const eligibility = await connection.eligibility(document.uri, position, asking.token);
      if (asking.token.isCancellationRequested || vscode.window.activeTextEditor?.document !== document) return;
      this.#eligibility = eligibility;
      this.#render();
    } catch (error) {
      this.#ctx.log.debug(`Whether completion is on here is not known: ${error}`);
    }
  }

  #stopAsking(): void {
    this.#asking?.cancel();
    this.#asking?.dispose();
    this.#asking = undefined;
  }

  #render(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) return;
    const view = hereView({
      enabled: this.#ctx.settings.enabledFor(document),
      languageId: document.languageId,
      tooLarge: isTooLarge(document),
      pausedMs: this.#ctx.pause.remainingMs,
      connection: this.#ctx.client.state.kind,
      modelError: modelError(this.#ctx),
      eligibility: this.#eligibility,
    });
    this.#item.text = view.text;
    this.#item.detail = view.detail;
    this.#item.busy = view.busy;
    this.#item.severity = view.warning
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
    this.#item.command = { command: `punctual.${view.action.command}`, title: view.action.title };
  }
}

function modelError(ctx: Context): string | undefined {
  const model = modelFor(statusInput(ctx), 'completion');
  return model?.state === 'failed' ? (model.error ?? l10n.t('{0} could not be loaded', model.name)) : undefined;
}

interface ToggleItem extends vscode.QuickPickItem {
  readonly value: boolean;
  /** Absent: all languages. */
  readonly languageId?: string;
}

/** Writes the setting that the user picked, where the value in force comes from. */
async function toggleCompletion(ctx: Context): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const everywhere = vscode.workspace.getConfiguration(section).get<boolean>('enable') ?? true;
  const label = everywhere
    ? l10n.t('Turn completion off in all languages')
    : l10n.t('Turn completion on in all languages');
  const items: ToggleItem[] = [{ label, value: !everywhere }];
  if (document !== undefined) {
    const here = ctx.settings.enabledFor(document);
    const { languageId } = document;
    const label = here
      ? l10n.t('Turn completion off in {0} files', languageId)
      : l10n.t('Turn completion on in {0} files', languageId);
    items.unshift({ label, value: !here, languageId });
  }
  const picked = await vscode.window.showQuickPick(items, { title: 'Punctual' });
  if (picked === undefined) return;
  const scope = picked.languageId === undefined ? undefined : { languageId: picked.languageId };
  const configuration = vscode.workspace.getConfiguration(section, scope);
  const found = configuration.inspect('enable');
  const inWorkspace = (scope === undefined ? found?.workspaceValue : found?.workspaceLanguageValue) !== undefined;
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  // What is said already by the wider setting is not said again: the user's file stays short.
  const inherited = scope === undefined ? found?.defaultValue : everywhere;
  const value = !inWorkspace && picked.value === inherited ? undefined : picked.value;
  await configuration.update('enable', value, target, scope !== undefined);
}
