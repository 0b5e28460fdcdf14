/**
 * *Punctual: Models…*: what is installed, what could be, what does what. Settings are written because the user picked something here,
 * and files are deleted only after a question.
 */
import * as vscode from 'vscode';
import type { ListedModel, ModelsListResult, WireTaskClass } from '../runtime/protocol.ts';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { HubToken } from './hub-token.ts';
import { l10n } from './l10n.ts';
import { useForAll } from './model-choices.ts';
import { download } from './model-download.ts';
import { classMenu, downloadFacts, type MenuRow, modelMenu, removalOf } from './model-menus.ts';
import { canDownload, type RowAction, type RowButton } from './model-rows.ts';
import { classes, servingSentence, sizeOf, taskNames } from './model-words.ts';
import { type Picked, pickModelRow } from './models-pick.ts';
import { listModels } from './serving.ts';
import { writeSettings } from './settings.ts';

const shownMs = 10_000;

export function activate(ctx: Context): void {
  const models = new Models(ctx);
  ctx.command('models', () => guarded(ctx, () => models.show()));
}

class Models {
  readonly #ctx: Context;
  readonly #hubToken: HubToken;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#hubToken = new HubToken(ctx.extension.secrets);
  }

  async show(): Promise<void> {
    const hasToken = (await this.#hubToken.get()) !== undefined;
    const picked = await pickModelRow(this.#ctx, hasToken, (token) => listModels(this.#ctx, token));
    if (picked !== undefined) await this.#act(picked);
  }

  #act({ target, button, list }: Picked): Promise<void> {
    switch (target.kind) {
      case 'class':
        return this.#chooseFor(target.class, list);
      case 'model':
        return this.#actOn(target.model, button, list);
      case 'leftover':
        return this.#removeLeftover(target.name, target.bytes);
      case 'action':
        return this.#run(target.action);
      default:
        return target satisfies never;
    }
  }

  async #actOn(model: ListedModel, button: RowButton | undefined, list: ModelsListResult): Promise<void> {
    switch (button) {
      case 'download':
        return this.#download(model);
      case 'remove':
        return this.#remove(model, list);
      case 'use':
      case undefined:
        return model.installed ? this.#menu(model, list) : this.#download(model);
      default:
        return button satisfies never;
    }
  }

  async #menu(model: ListedModel, list: ModelsListResult): Promise<void> {
    const rows = modelMenu(list, this.#ctx.settings.current.wire, model);
    await this.#perform(await pickMenuRow(model.title, downloadFacts(model).join(' '), rows), model, list);
  }

  async #chooseFor(name: WireTaskClass, list: ModelsListResult): Promise<void> {
    const rows = classMenu(list, this.#ctx.settings.current.wire, name);
    await this.#perform(
      await pickMenuRow(l10n.t('Punctual: Models'), l10n.t('Which model for {0}?', taskNames[name]), rows),
      undefined,
      list,
    );
  }

  async #perform(row: MenuRow | undefined, model: ListedModel | undefined, list: ModelsListResult): Promise<void> {
    if (row === undefined) return;
    switch (row.act.kind) {
      case 'write':
        await writeSettings(row.act.updates);
        return this.#showRoles(row.act.updates.map(({ key }) => key));
      case 'download':
        return model && this.#download(model);
      case 'remove':
        return model && this.#remove(model, list);
      default:
        return row.act satisfies never;
    }
  }

  async #download(model: ListedModel): Promise<void> {
    const { name, title, quantization } = model;
    if (!canDownload(model)) {
      vscode.window.setStatusBarMessage(`$(sync~spin) ${l10n.t('{0} is being downloaded already.', title)}`, shownMs);
      return;
    }
    const question = l10n.t('Download {0} ({1})?', title, sizeOf(model));
    if (!(await confirmed(question, downloadFacts(model).join('\n'), l10n.t('Download')))) return;
    const wanted = { model: name, ...(quantization !== undefined && { quantization }), title };
    await download(this.#ctx, this.#hubToken, wanted);
  }

  async #remove(model: ListedModel, list: ModelsListResult): Promise<void> {
    const { question, detail, verb, updates } = removalOf(list, this.#ctx.settings.current.wire, model);
    if (!(await confirmed(question, detail, verb))) return;
    const connection = await this.#ctx.client.ready(new vscode.CancellationTokenSource().token);
    const sentence = await connection.removeModel(model.file ?? model.name);
    await writeSettings(updates);
    vscode.window.setStatusBarMessage(`$(check) ${sentence}`, shownMs);
    await listModels(this.#ctx);
  }

  async #removeLeftover(name: string, bytes: number): Promise<void> {
    const size = sizeOf({ bytes, isEstimate: false });
    const detail = l10n.t('{0} have come. Without them the next download begins anew.', size);
    if (!(await confirmed(l10n.t('Delete what has come of {0}?', name), detail, l10n.t('Delete')))) return;
    const connection = await this.#ctx.client.ready(new vscode.CancellationTokenSource().token);
    vscode.window.setStatusBarMessage(`$(check) ${await connection.removeModel(name)}`, shownMs);
  }

  async #run(action: RowAction): Promise<void> {
    switch (action) {
      case 'import':
        return this.#import();
      case 'address': {
        const address = await askAddress();
        if (address === undefined) return;
        const title = new URL(address).pathname.split('/').at(-1) || address;
        return download(this.#ctx, this.#hubToken, { model: address, title });
      }
      case 'automatic':
        await writeSettings(useForAll(this.#ctx.settings.current.wire, 'auto'));
        return this.#showRoles(['model']);
      case 'forgetToken':
        await this.#hubToken.forget();
        vscode.window.setStatusBarMessage(`$(check) ${l10n.t('The access token is forgotten.')}`, shownMs);
        return;
      case 'showAll':
        return this.show();
      default:
        return action satisfies never;
    }
  }

  async #import(): Promise<void> {
    const file = await pickFile();
    if (file === undefined) return;
    const connection = await this.#ctx.client.ready(new vscode.CancellationTokenSource().token);
    const model = await connection.importModel(file);
    await this.#menu(model, await listModels(this.#ctx));
  }

  /** Whether the model that was picked can do what it was picked for: the runtime knows. */
  async #showRoles(keys: readonly string[]): Promise<void> {
    const list = await listModels(this.#ctx);
    const concerned = classes.filter((name) => keys.includes('model') || keys.includes(`models.${name}`));
    const problem = list.roles.find(
      ({ role, model }) => model === undefined && concerned.some((name) => name === role),
    );
    if (problem !== undefined) void vscode.window.showWarningMessage(problem.message);
    else vscode.window.setStatusBarMessage(`$(check) ${servingSentence(list, concerned)}`, shownMs);
  }
}

async function pickMenuRow(title: string, placeHolder: string, rows: readonly MenuRow[]): Promise<MenuRow | undefined> {
  const items = rows.map((row) => {
    const { label, description, detail } = row;
    return { label, description, ...(detail !== '' && { detail }), row };
  });
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.row;
}

async function confirmed(question: string, detail: string, verb: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, verb)) === verb;
}

async function pickFile(): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: l10n.t('Import a model file'),
    openLabel: l10n.t('Import'),
    canSelectMany: false,
    filters: { [l10n.t('GGUF models')]: ['gguf'] },
  });
  return files?.[0]?.fsPath;
}

async function askAddress(): Promise<string | undefined> {
  const given = await vscode.window.showInputBox({
    title: l10n.t('Download a model'),
    prompt: l10n.t('The address of a GGUF file.'),
    placeHolder: 'https://',
    ignoreFocusOut: true,
    validateInput: (text) =>
      isAddress(text.trim()) ? undefined : l10n.t('An address begins with https:// or http://.'),
  });
  return given?.trim();
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
