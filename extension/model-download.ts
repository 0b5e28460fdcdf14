/** Downloads: a progress notification, the access token where a hub wants one, and the offer to use what came. */
import * as vscode from 'vscode';
import type { ListedModel } from '../runtime/protocol.ts';
import type { Context } from './context.ts';
import { formatBytes } from './format.ts';
import type { HubToken } from './hub-token.ts';
import { l10n } from './l10n.ts';
import { failureSentence, isCancellation, isNotAllowed, isReplaced } from './messages.ts';
import { offers } from './model-menus.ts';
import { progressText, servedBy, tasksOf, trustQuestion } from './model-words.ts';
import { listModels } from './serving.ts';
import { writeSettings } from './settings.ts';

export interface Wanted {
  /** A name of the catalog, or the address of a GGUF file. */
  readonly model: string;
  readonly quantization?: string;
  readonly title: string;
  /** The user knows that the publisher has replaced the file since its first download. */
  readonly trustNew?: boolean;
}

type DownloadEnd =
  | { readonly kind: 'done'; readonly model: ListedModel }
  | { readonly kind: 'stopped'; readonly doneBytes: number };

/** Runs to its end and shows it. @throws what a command shows as one sentence (`guarded`). */
export async function download(ctx: Context, hubToken: HubToken, wanted: Wanted): Promise<void> {
  for (let token = await hubToken.get(); ; ) {
    try {
      const end = await pull(ctx, wanted, token);
      return end.kind === 'done'
        ? await offerToUse(ctx, end.model)
        : await showStopped(ctx, hubToken, wanted, end.doneBytes);
    } catch (error) {
      if (isReplaced(error)) return await askWhichToTrust(ctx, hubToken, wanted, failureSentence(error));
      if (!isNotAllowed(error)) throw error;
      token = await hubToken.ask(wanted.title, failureSentence(error));
      if (token === undefined) throw new vscode.CancellationError();
    }
  }
}

function pull(ctx: Context, wanted: Wanted, hubToken: string | undefined): Thenable<DownloadEnd> {
  const { model, quantization, title, trustNew = false } = wanted;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Downloading {0}', title),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (report, token) => {
    let doneBytes = 0;
    let shown = 0;
    const params = {
      model,
      trustNew,
      ...(quantization !== undefined && { quantization }),
      ...(hubToken !== undefined && { token: hubToken }),
    };
    try {
      const connection = await ctx.client.ready(token);
      const pulled = await connection.pullModel(
        params,
        (progress) => {
          const { phase, totalBytes } = progress;
          if (phase === 'downloading') doneBytes = progress.doneBytes;
          const percent = totalBytes && phase === 'downloading' ? (100 * progress.doneBytes) / totalBytes : shown;
          // VS Code adds increments up; a download that began anew goes back, which a bar cannot.
          report.report({ message: progressText(progress), increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        },
        token,
      );
      return { kind: 'done', model: pulled };
    } catch (error) {
      if (token.isCancellationRequested || isCancellation(error)) return { kind: 'stopped', doneBytes };
      throw error;
    }
  });
}

/** Whoever only closes the question has neither file. */
async function askWhichToTrust(ctx: Context, hubToken: HubToken, wanted: Wanted, sentence: string): Promise<void> {
  ctx.log.warn(sentence);
  const { text, again, trust } = trustQuestion(sentence);
  const answer = await vscode.window.showErrorMessage(text, again, trust);
  if (answer !== undefined) await download(ctx, hubToken, { ...wanted, trustNew: answer === trust });
}

async function showStopped(ctx: Context, hubToken: HubToken, wanted: Wanted, doneBytes: number): Promise<void> {
  const { title } = wanted;
  const goOn = l10n.t('Go On');
  const sentence =
    doneBytes === 0
      ? l10n.t('The download of {0} was stopped; what has come will be kept for the next time.', title)
      : l10n.t(
          'The download of {0} was stopped; the {1} that have come will be kept for the next time.',
          title,
          formatBytes(doneBytes),
        );
  const answer = await vscode.window.showInformationMessage(sentence, goOn);
  if (answer === goOn) await download(ctx, hubToken, wanted);
}

async function offerToUse(ctx: Context, model: ListedModel): Promise<void> {
  const list = await listModels(ctx);
  const serving = servedBy(list, model);
  const sentence =
    serving.length === 0
      ? l10n.t('{0} is installed.', model.title)
      : l10n.t('{0} is installed and in use for {1}.', model.title, tasksOf(serving));
  const rows = offers(list, model);
  const answer = await vscode.window.showInformationMessage(sentence, ...rows.map(({ label }) => label));
  const act = rows.find(({ label }) => label === answer)?.act;
  if (act?.kind === 'write') await writeSettings(act.updates);
}
