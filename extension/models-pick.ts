/** The list of *Punctual: Models…* on the screen: fresh while it is open. Its rows are made in `model-rows.ts`; what is picked is the caller's business. */
import * as vscode from 'vscode';
import type { ModelsListResult } from '../runtime/protocol.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { modelSections, type Row, type RowButton, type RowTarget } from './model-rows.ts';

export interface Picked {
  readonly target: RowTarget;
  /** Absent: the row itself was picked. */
  readonly button: RowButton | undefined;
  /** What was on the screen. */
  readonly list: ModelsListResult;
}

interface Button extends vscode.QuickInputButton {
  readonly button: RowButton;
}

interface Item extends vscode.QuickPickItem {
  /** Absent: the heading of a section. */
  readonly row?: Row;
}

/** Progress of downloads is in the list and nowhere else, so the list is asked for again while one is under way. It costs the heads of files. */
const refreshMs = 1_500;

function buttonFor(button: RowButton): Button {
  switch (button) {
    case 'use':
      return { button, iconPath: new vscode.ThemeIcon('check'), tooltip: l10n.t('Use for…') };
    case 'download':
      return { button, iconPath: new vscode.ThemeIcon('cloud-download'), tooltip: l10n.t('Download…') };
    case 'remove':
      return { button, iconPath: new vscode.ThemeIcon('trash'), tooltip: l10n.t('Remove…') };
    default:
      return button satisfies never;
  }
}

/** @returns undefined when the list was left. @throws what the first request fails with. */
export async function pickModelRow(
  ctx: Context,
  hasToken: boolean,
  load: (token: vscode.CancellationToken) => Promise<ModelsListResult>,
): Promise<Picked | undefined> {
  const pick = new ModelsPick(ctx, hasToken, load);
  try {
    return await pick.run();
  } finally {
    pick.dispose();
  }
}

class ModelsPick implements vscode.Disposable {
  readonly #ctx: Context;
  readonly #hasToken: boolean;
  readonly #load: (token: vscode.CancellationToken) => Promise<ModelsListResult>;
  readonly #pick = vscode.window.createQuickPick<Item>();
  readonly #loading = new vscode.CancellationTokenSource();
  readonly #scope: vscode.Disposable[];
  #list: ModelsListResult | undefined;
  #showAll = false;
  #timer: NodeJS.Timeout | undefined;
  #isRefreshing = false;
  /** Something changed since the list was last asked for. */
  #isOutdated = false;
  #isDisposed = false;

  constructor(ctx: Context, hasToken: boolean, load: (token: vscode.CancellationToken) => Promise<ModelsListResult>) {
    this.#ctx = ctx;
    this.#hasToken = hasToken;
    this.#load = load;
    this.#pick.title = l10n.t('Punctual: Models');
    this.#pick.placeholder = l10n.t('Asking which models there are…');
    this.#pick.matchOnDescription = true;
    this.#pick.matchOnDetail = true;
    this.#pick.keepScrollPosition = true;
    this.#pick.busy = true;
    this.#scope = [this.#pick, this.#loading, ctx.onDidChange(() => this.#changed())];
  }

  run(): Promise<Picked | undefined> {
    return new Promise((resolve, reject) => {
      const picked = (row: Row | undefined, button: RowButton | undefined) => {
        if (row === undefined || this.#list === undefined) return;
        if (row.target.kind === 'action' && row.target.action === 'showAll') return this.#unfold();
        resolve({ target: row.target, button, list: this.#list });
      };
      this.#scope.push(
        this.#pick.onDidAccept(() => picked(this.#pick.selectedItems[0]?.row, undefined)),
        this.#pick.onDidTriggerItemButton(({ item, button }) => picked(item.row, buttonOf(button))),
        this.#pick.onDidHide(() => resolve(undefined)),
      );
      this.#pick.show();
      this.#refresh().catch(reject);
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#loading.cancel();
    for (const item of this.#scope) item.dispose();
  }

  #changed(): void {
    this.#isOutdated = true;
    this.#refreshSoon();
  }

  #unfold(): void {
    this.#showAll = true;
    this.#pick.value = '';
    this.#render();
  }

  /** One request at a time, and none before the first answer, whose failure is the caller's to tell. */
  #refreshSoon(): void {
    if (this.#list === undefined || this.#isRefreshing || this.#isDisposed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#refresh().catch((error) => this.#ctx.log.debug(`The list of models could not be freshened: ${error}`));
    }, refreshMs);
  }

  async #refresh(): Promise<void> {
    this.#isRefreshing = true;
    this.#isOutdated = false;
    try {
      const list = await this.#load(this.#loading.token);
      if (this.#isDisposed) return;
      this.#list = list;
      this.#render();
    } finally {
      this.#isRefreshing = false;
    }
    const isMoving = this.#list?.models.some(({ downloading }) => downloading !== undefined);
    if (isMoving || this.#isOutdated) this.#refreshSoon();
  }

  #render(): void {
    if (this.#list === undefined) return;
    const choices = this.#ctx.settings.current.wire;
    const input = { list: this.#list, choices, showAll: this.#showAll, hasToken: this.#hasToken };
    const items = modelSections(input).flatMap(({ title, rows }): Item[] => [
      { label: title, kind: vscode.QuickPickItemKind.Separator },
      ...rows.map(rowItem),
    ]);
    const active = this.#pick.activeItems[0]?.row?.id;
    this.#pick.busy = false;
    this.#pick.placeholder = this.#list.problem ?? this.#list.memory.message;
    this.#pick.items = items;
    const again = items.filter(({ row }) => row !== undefined && row.id === active);
    if (again.length > 0) this.#pick.activeItems = again;
  }
}

function rowItem(row: Row): Item {
  const { label, description, detail } = row;
  return {
    label,
    description,
    ...(detail !== '' && { detail }),
    buttons: row.buttons.map(buttonFor),
    row,
  };
}

/** VS Code hands out the button that it was given. */
const buttonOf = (pressed: Button | vscode.QuickInputButton): RowButton | undefined =>
  'button' in pressed ? pressed.button : undefined;
