/**
 * The translations that are open: what each one is of, what is said above it and marked in it, and how it is compared and saved. Owns none
 * of their texts. A file is overwritten by nobody but a user who has said so in VS Code's own dialog.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import type { TextResult } from '../runtime/protocol.ts';
import { guarded } from './answer.ts';
import { besideName } from './beside-name.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';
import type { Target } from './targets.ts';

export interface Translation {
  /** What is compared with it: the source's document, or the part of it that was translated. */
  readonly original: () => vscode.Uri;
  readonly source: vscode.Uri;
  readonly target: Target;
  /** Above it, where its document can show that. */
  readonly label: string;
  readonly isDone: boolean;
}

type Problems = NonNullable<TextResult['problems']>;

export class TranslationList implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #all = new Map<string, Translation>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #marks = vscode.languages.createDiagnosticCollection('punctual');
  readonly #scope: vscode.Disposable[];

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(ctx: Context) {
    this.#scope = [
      this.#changed,
      this.#marks,
      vscode.languages.registerCodeLensProvider({ scheme: 'untitled' }, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      // What a user has edited is not what was judged.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.isUntitled && this.#isDone(document.uri))
          this.#marks.delete(document.uri);
      }),
    ];
    ctx.command('compareTranslation', (uri) => guarded(ctx, () => this.compare(uri)));
    ctx.command('saveTranslation', (uri) => guarded(ctx, () => this.save(uri)));
  }

  set(uri: vscode.Uri, translation: Translation): void {
    this.#all.set(uri.toString(), translation);
    this.#changed.fire();
  }

  update(uri: vscode.Uri, change: Partial<Translation>): void {
    const translation = this.#all.get(uri.toString());
    if (translation !== undefined) this.set(uri, { ...translation, ...change });
  }

  /** What does not parse is marked as such: it is the model's mistake and the user's to know. */
  mark(uri: vscode.Uri, problems: Problems): void {
    const marks = problems.map(({ line, message }) => {
      const mark = new vscode.Diagnostic(
        new vscode.Range(line, 0, line, 1_000),
        message,
        vscode.DiagnosticSeverity.Warning,
      );
      mark.source = 'Punctual';
      return mark;
    });
    this.#marks.set(uri, marks);
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const translation = this.#all.get(uri.toString());
    if (translation === undefined) return [];
    const { label, isDone, source } = translation;
    const lens = (title: string, command: string, tooltip?: string): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
        title,
        command,
        arguments: [uri],
        ...(tooltip && { tooltip }),
      });
    if (!isDone) return [lens(label, '')];
    const name = path.posix.basename(source.path);
    return [
      lens(label, ''),
      lens(l10n.t('Compare with {0}', name), 'punctual.compareTranslation'),
      lens(l10n.t('Save As…'), 'punctual.saveTranslation', l10n.t('Save it beside {0}, or elsewhere', name)),
    ];
  }

  async compare(argument: unknown): Promise<void> {
    const [uri, { original, source, target }] = this.#named(argument);
    const title = diffTitle(source, target);
    await vscode.commands.executeCommand('vscode.diff', original(), uri, title, { preview: false });
  }

  async save(argument: unknown): Promise<void> {
    const [uri, { source, target }] = this.#named(argument);
    const document = await vscode.workspace.openTextDocument(uri);
    const place = await vscode.window.showSaveDialog({
      title: l10n.t('Save the {0} Translation', target.name),
      ...(source.scheme === 'untitled' ? {} : { defaultUri: await besideUri(source, target) }),
    });
    if (place === undefined) return;
    await vscode.workspace.fs.writeFile(place, new TextEncoder().encode(document.getText()));
    if (document.isUntitled) {
      // What is saved elsewhere need not be asked about when its editor closes.
      await vscode.window.showTextDocument(document, { preview: false });
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
    await vscode.window.showTextDocument(place, { preview: false });
  }

  dispose(): void {
    for (const item of this.#scope) item.dispose();
  }

  /** @throws UserError when it is none */
  #named(argument: unknown): [vscode.Uri, Translation] {
    const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    const translation = uri && this.#all.get(uri.toString());
    if (uri === undefined || translation === undefined)
      throw new UserError(l10n.t('This is no translation: run Punctual: Translate Selection or File… first.'));
    return [uri, translation];
  }

  #isDone(uri: vscode.Uri): boolean {
    return this.#all.get(uri.toString())?.isDone === true;
  }

  #forget(uri: vscode.Uri): void {
    this.#all.delete(uri.toString());
    this.#marks.delete(uri);
  }
}

export function diffTitle(source: vscode.Uri, target: Target): string {
  return `${path.posix.basename(source.path)} ↔ ${target.name}`;
}

/** A name that no file has yet. */
async function besideUri(source: vscode.Uri, target: Target): Promise<vscode.Uri> {
  const folder = vscode.Uri.joinPath(source, '..');
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (all) => all.map(([name]) => name),
    () => [],
  );
  return vscode.Uri.joinPath(folder, besideName(path.posix.basename(source.path), target.id, entries));
}
