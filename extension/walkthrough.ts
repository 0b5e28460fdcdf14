/**
 * The commands behind the steps of the walkthrough: each opens a piece of the sample in a document that is no file, so that nothing of the
 * user's is touched, and does there what the step is about.
 */
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';
import { cutAt, type Trial, trials } from './walkthrough-trials.ts';

export function activate(ctx: Context): void {
  for (const trial of trials) ctx.command(trial.command, () => guarded(ctx, () => run(ctx, trial)));
  ctx.command('walkthrough', () =>
    vscode.commands.executeCommand('workbench.action.openWalkthrough', `${ctx.extension.extension.id}#start`, false),
  );
}

async function run(ctx: Context, trial: Trial): Promise<void> {
  const file = vscode.Uri.joinPath(ctx.extension.extensionUri, 'media', 'sample', trial.file);
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const { content, offset } = cutAt(text, trial.cut);
  if (content === '')
    throw new UserError(l10n.t('The sample {0} is not as it should be: install Punctual again.', trial.file));
  const document = await vscode.workspace.openTextDocument({ language: trial.language, content });
  const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
  const place = document.positionAt(offset);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(new vscode.Range(place, place));
  await vscode.commands.executeCommand(trial.runs, ...trial.arguments);
}
