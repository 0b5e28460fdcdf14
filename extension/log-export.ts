/**
 * *Export event log…* of the dashboard: asks whether the text of the user's code is to be in it, and writes it where he says. Text is asked
 * for only with his word, as the runtime keeps it in memory from then on.
 */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import { isCancellation, UserError } from './messages.ts';

/** @returns what was written where, or what comes next; undefined when the user thought better of it. */
export async function exportLog(ctx: Context): Promise<string | undefined> {
  const waiting = new vscode.CancellationTokenSource();
  try {
    const withText = await asksForText();
    if (withText === undefined) return undefined;
    const connection = await ctx.client.ready(waiting.token);
    const { log, text } = await connection.log({ text: withText });
    if (text?.isNew === true) return beginSentence();
    if (withText && text === undefined)
      throw new UserError(
        vscode.l10n.t(
          'This runtime keeps no text. Run the command "Punctual: Restart Runtime", then export once more.',
        ),
      );
    return await saved(Buffer.from(log, 'base64'), text !== undefined);
  } catch (error) {
    if (isCancellation(error)) return undefined;
    throw error;
  } finally {
    waiting.dispose();
  }
}

/** Undefined when he wants neither. */
async function asksForText(): Promise<boolean | undefined> {
  const rows = [
    {
      label: vscode.l10n.t('Without text'),
      detail: vscode.l10n.t('Lengths stand in place of texts: nothing that you wrote is in the file.'),
      withText: false,
    },
    {
      label: vscode.l10n.t('With the text of my code'),
      detail: vscode.l10n.t('Also what models were given of your code and what they answered, as far as it was kept.'),
      withText: true,
    },
  ];
  const row = await vscode.window.showQuickPick(rows, { title: vscode.l10n.t('Export the event log') });
  if (row === undefined || !row.withText) return row?.withText;
  return (await isTextMeant()) ? true : undefined;
}

async function isTextMeant(): Promise<boolean> {
  const goOn = vscode.l10n.t('Continue with Text');
  const detail = vscode.l10n.t(
    'The file will show your code as models were given it, and what they answered. Addresses of documents are left out, and paths of models and your home folder where they stand whole. The runtime keeps this text in its memory from the first time you ask for it until it ends, and never sends it anywhere. Give the file only to those to whom you would show the code.',
  );
  const question = vscode.l10n.t('Export the text of your code, too?');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, goOn)) === goOn;
}

function beginSentence(): string {
  return vscode.l10n.t(
    "From now on the text of your code is kept in the runtime's memory, until it ends: let it happen again, then export once more.",
  );
}

async function saved(log: Uint8Array, hasText: boolean): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const name = `punctual-${time}${hasText ? '-with-text' : ''}.log.gz`;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export the event log'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [vscode.l10n.t('Event logs')]: ['gz'] },
  });
  if (target === undefined) return undefined;
  await vscode.workspace.fs.writeFile(target, log);
  const kilobytes = Math.ceil(log.byteLength / 1e3).toLocaleString(vscode.env.language);
  const where = vscode.workspace.asRelativePath(target);
  return hasText
    ? vscode.l10n.t('Exported {0} kB with the text of your code to {1}.', kilobytes, where)
    : vscode.l10n.t('Exported {0} kB to {1}.', kilobytes, where);
}
