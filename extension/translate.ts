/**
 * *Punctual: Translate Selection or File…*: the answer grows in a new, unsaved editor of the target language beside the source, or, *as Diff*,
 * on the right of a comparison with it.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { targetLanguages } from '../runtime/protocol.ts';
import {
  type AnswerEnd,
  type AnswerSink,
  guarded,
  type Source,
  sourceOf,
  sourceParams,
  streamAnswer,
} from './answer.ts';
import { besideName } from './beside-name.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { isTarget, type Target, targetsFor } from './targets.ts';
import { diffTitle, TranslationList } from './translation-list.ts';
import { VirtualTexts } from './virtual-texts.ts';

interface Places {
  readonly list: TranslationList;
  /** Parts of sources, and translations that are compared with them. */
  readonly texts: VirtualTexts;
}

/** Where the translation appears. */
type Form = 'editor' | 'diff';

export function activate(ctx: Context): void {
  const places: Places = { list: new TranslationList(ctx), texts: new VirtualTexts('punctual-translation') };
  ctx.subscriptions.push(places.list, places.texts);
  // From a keybinding or another extension the language may be given: { "to": "rust" }.
  ctx.command('translate', (argument) => guarded(ctx, () => translate(ctx, places, argument, 'editor')));
  ctx.command('translateAsDiff', (argument) => guarded(ctx, () => translate(ctx, places, argument, 'diff')));
}

async function translate(ctx: Context, places: Places, argument: unknown, form: Form): Promise<AnswerEnd> {
  const source = sourceOf(vscode.window.activeTextEditor);
  const given = givenTarget(argument);
  if (given === undefined) ctx.commandAsks(source.document);
  const target = given ?? (await pickTarget(source.document.languageId));
  if (target === undefined) return { kind: 'cancelled' };
  const name = path.posix.basename(source.document.uri.path);
  return streamAnswer(ctx, {
    class: 'translate',
    title: l10n.t('Translating {0} to {1}', name, target.name),
    done: l10n.t('Translated to {0}', target.name),
    request: (connection, onPart, token) =>
      connection.translate({ ...sourceParams(connection, source), to: target.id, mayRestart: true }, onPart, token),
    open: (demo) => (form === 'diff' ? openDiff(places, source, target) : openEditor(places, source, target, demo)),
  });
}

function givenTarget(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null || !('to' in argument)) return undefined;
  return isTarget(argument.to) ? { id: argument.to, name: targetLanguages[argument.to] } : undefined;
}

async function pickTarget(languageId: string): Promise<Target | undefined> {
  const items = targetsFor(languageId).map((target) => ({ label: target.name, description: target.id, target }));
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Translate'),
    placeHolder: l10n.t('Into which language?'),
  });
  return picked?.target;
}

/** What the translation is compared with: the file, or the selection as it was, in a document of its own. */
function originalOf({ texts }: Places, { document, range }: Source): () => vscode.Uri {
  if (range === undefined) return () => document.uri;
  const text = document.getText(range);
  return () => texts.add(path.posix.basename(document.uri.path), text);
}

async function openEditor(places: Places, source: Source, target: Target, demo: boolean): Promise<AnswerSink> {
  const { list } = places;
  const name = path.posix.basename(source.document.uri.path);
  const document = await vscode.workspace.openTextDocument({ language: target.id, content: '' });
  const label = demo
    ? l10n.t('Demonstration model: being translated from {0}…', name)
    : l10n.t('being translated from {0}…', name);
  const original = originalOf(places, source);
  list.set(document.uri, { original, source: source.document.uri, target, label, isDone: false });
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
    end: (end) => {
      if (!document.isClosed) ended(list, document.uri, end, name);
    },
  };
}

async function openDiff(places: Places, source: Source, target: Target): Promise<AnswerSink> {
  const { list, texts } = places;
  const { uri: sourceUri } = source.document;
  const name = path.posix.basename(sourceUri.path);
  const uri = texts.add(besideName(name, target.id), '');
  const original = originalOf(places, source);
  list.set(uri, { original, source: sourceUri, target, label: '', isDone: false });
  await vscode.commands.executeCommand('vscode.diff', original(), uri, diffTitle(sourceUri, target), {
    preview: false,
  });
  return {
    uri,
    append: async (text) => texts.append(uri, text),
    clear: async () => texts.put(uri, ''),
    end: (end) => ended(list, uri, end, name),
  };
}

function ended(list: TranslationList, uri: vscode.Uri, end: AnswerEnd, name: string): void {
  list.update(uri, { label: endLabel(end, name), isDone: end.kind === 'done' });
  if (end.kind === 'done') list.mark(uri, end.problems);
}

function endLabel(end: AnswerEnd, name: string): string {
  switch (end.kind) {
    case 'done':
      return end.demo
        ? l10n.t('Demonstration model: from {0}. {1}', name, end.sentence)
        : l10n.t('from {0}. {1}', name, end.sentence);
    case 'cancelled':
      return l10n.t('The translation of {0} was cancelled.', name);
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
