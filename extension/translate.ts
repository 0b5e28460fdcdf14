/** *Punctual: Translate Selection or File…*: the answer grows in a new, unsaved editor of the target language beside the source. */
import path from 'node:path';
import * as vscode from 'vscode';
import { targetLanguages } from '../runtime/protocol.ts';
import { type AnswerEnd, type AnswerSink, guarded, sourceOf, sourceParams, streamAnswer } from './answer.ts';
import type { Context } from './context.ts';
import { isTarget, type Target, targetsFor } from './targets.ts';

export function activate(ctx: Context): void {
  const labels = new Labels();
  ctx.subscriptions.push(labels, vscode.languages.registerCodeLensProvider({ scheme: 'untitled' }, labels));
  // From a keybinding or another extension the language may be given: { "to": "rust" }.
  ctx.command('translate', (argument) => guarded(ctx, () => translate(ctx, labels, argument)));
}

async function translate(ctx: Context, labels: Labels, argument: unknown): Promise<AnswerEnd> {
  const source = sourceOf(vscode.window.activeTextEditor);
  const given = givenTarget(argument);
  if (given === undefined) ctx.commandAsks(source.document);
  const target = given ?? (await pickTarget(source.document.languageId));
  if (target === undefined) return { kind: 'cancelled' };
  const name = path.posix.basename(source.document.uri.path);
  return streamAnswer(ctx, {
    class: 'translate',
    title: `Translating ${name} to ${target.name}`,
    done: `Translated to ${target.name}`,
    request: (connection, onPart, token) =>
      connection.translate({ ...sourceParams(connection, source), to: target.id, mayRestart: true }, onPart, token),
    open: (demo) => openTranslation(labels, name, target, demo),
  });
}

function givenTarget(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null || !('to' in argument)) return undefined;
  return isTarget(argument.to) ? { id: argument.to, name: targetLanguages[argument.to] } : undefined;
}

async function pickTarget(languageId: string): Promise<Target | undefined> {
  const items = targetsFor(languageId).map((target) => ({ label: target.name, description: target.id, target }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Translate', placeHolder: 'Into which language?' });
  return picked?.target;
}

async function openTranslation(labels: Labels, name: string, target: Target, demo: boolean): Promise<AnswerSink> {
  const document = await vscode.workspace.openTextDocument({ language: target.id, content: '' });
  labels.set(document.uri, `${demo ? 'Demonstration model: ' : ''}being translated from ${name}…`);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
  let written = '';
  return {
    uri: document.uri,
    append: (text) => {
      written += text;
      return append(document, text);
    },
    clear: async () => {
      // What the user typed into it meanwhile is his: the better text comes below it.
      if (plain(document.getText()) !== plain(written)) return append(document, '\n');
      written = '';
      return clear(document);
    },
    end: (end) => document.isClosed || labels.set(document.uri, endLabel(end, name)),
  };
}

function endLabel(end: AnswerEnd, name: string): string {
  switch (end.kind) {
    case 'done':
      return `${end.demo ? 'Demonstration model: ' : ''}from ${name}. ${end.sentence}`;
    case 'cancelled':
      return `The translation of ${name} was cancelled.`;
    case 'failed':
      return end.sentence;
    default:
      return end satisfies never;
  }
}

/** At the end of the document, and without undo stops where that is possible, so that one undo takes the translation back. */
async function append(document: vscode.TextDocument, text: string): Promise<void> {
  if (document.isClosed) return;
  const end = document.lineAt(document.lineCount - 1).range.end;
  const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
  const stops = { undoStopBefore: false, undoStopAfter: false };
  if (await editor?.edit((edit) => edit.insert(end, text), stops)) return;
  // The editor is hidden, or its user typed at the same moment: an edit of the workspace needs no editor and is ordered by VS Code.
  const workspaceEdit = new vscode.WorkspaceEdit();
  workspaceEdit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  await vscode.workspace.applyEdit(workspaceEdit);
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

async function clear(document: vscode.TextDocument): Promise<void> {
  if (document.isClosed) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(0), document.lineAt(document.lineCount - 1).range.end),
    '',
  );
  await vscode.workspace.applyEdit(edit);
}

/** One line above each translation that says where it came from and which model wrote it: outside of the text, which is the user's. */
class Labels implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #labels = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #closing: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    this.#closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#labels.delete(uri.toString()));
  }

  set(uri: vscode.Uri, label: string): void {
    this.#labels.set(uri.toString(), label);
    this.#changed.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const title = this.#labels.get(document.uri.toString());
    return title === undefined ? [] : [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: '' })];
  }

  dispose(): void {
    this.#closing.dispose();
    this.#changed.dispose();
  }
}
