/** *Punctual: Document This*: the documentation comment of what the cursor stands in, as one edit that one undo takes back. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { TextResult } from '../runtime/protocol.ts';
import { type AnswerEnd, guarded, type Source, sourceOf, sourceParams, streamAnswer } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';

export function activate(ctx: Context): void {
  ctx.command('documentThis', () => guarded(ctx, () => documentThis(ctx)));
}

async function documentThis(ctx: Context): Promise<AnswerEnd> {
  const editor = vscode.window.activeTextEditor;
  const { document } = sourceOf(editor);
  const position = editor?.selection.start ?? new vscode.Position(0, 0);
  const source: Source = { document, range: new vscode.Range(position, position) };
  const { version } = document;
  return streamAnswer(ctx, {
    class: 'summarize',
    title: l10n.t('Documenting {0}, line {1}', path.posix.basename(document.uri.path), position.line + 1),
    done: l10n.t('Documented'),
    request: async (connection, onPart, token) => {
      const params = { ...sourceParams(connection, source), purpose: 'docComment' as const };
      const result = await connection.summarize(params, onPart, token);
      if (!token.isCancellationRequested) await insert(document, version, result);
      return result;
    },
    // What streams is the comment, which comes into the document at once and whole.
    open: async () => ({ uri: document.uri, append: async () => undefined, end: () => undefined }),
  });
}

/** @throws UserError when the document is not what it was when it was asked about */
async function insert(document: vscode.TextDocument, version: number, { edit }: TextResult): Promise<void> {
  if (edit === undefined)
    throw new UserError(l10n.t('The runtime that is up is too old for this: restart it and run the command again.'));
  if (document.isClosed || document.version !== version)
    throw new UserError(l10n.t('The file has changed meanwhile, so nothing was inserted: run the command again.'));
  const { start, end } = edit.range;
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(start.line, start.character, end.line, end.character), edit.newText);
  if (!(await vscode.workspace.applyEdit(change)))
    throw new UserError(
      l10n.t('The file cannot be changed, so nothing was inserted: make it writable and run the command again.'),
    );
}
