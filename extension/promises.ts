/**
 * *Punctual: Calibrate Promises…*: measures what this machine can keep, says how, and offers to write that to the settings. Nothing is
 * written but what the user has ticked.
 */
import * as vscode from 'vscode';
import {
  type CalibrateResult,
  calibrateMethod,
  calibrateResultSchema,
  probeProgressSchema,
} from '../runtime/protocol.ts';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { isCancellation, UserError } from './messages.ts';
import { showProgress } from './promises-progress.ts';
import { calibratedSentence, promiseRows, updatesOf } from './promises-text.ts';
import { writeSettings } from './settings.ts';

const shownMs = 10_000;

export function activate(ctx: Context): void {
  ctx.command('calibrate', () => guarded(ctx, () => calibrate(ctx)));
}

async function calibrate(ctx: Context): Promise<void> {
  const result = await measured(ctx);
  if (result === undefined) return;
  for (const line of [...result.classes.map(({ how }) => how), ...result.problems]) ctx.log.info(line);
  const sentence = calibratedSentence(result);
  if (sentence === undefined) throw new UserError(result.problems.join(' ') || l10n.t('Nothing could be measured.'));
  const rows = promiseRows(result);
  const placeHolder = l10n.t('Tick what is to be written to your settings; Escape writes nothing.');
  const picked = await vscode.window.showQuickPick(rows, {
    title: sentence,
    placeHolder,
    canPickMany: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined || picked.length === 0) {
    vscode.window.setStatusBarMessage(`$(check) ${sentence}`, shownMs);
    return;
  }
  const updates = updatesOf(picked);
  await writeSettings(updates);
  const written = updates.map(({ key, value }) => `punctual.${key}: ${value ?? 'auto'}`).join(', ');
  vscode.window.setStatusBarMessage(`$(check) ${l10n.t('Written to your settings: {0}', written)}`, shownMs);
}

/** Undefined when the user has cancelled. */
async function measured(ctx: Context): Promise<CalibrateResult | undefined> {
  const title = l10n.t('Punctual: measuring what this machine can promise');
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const schemas = { result: calibrateResultSchema, progress: probeProgressSchema };
  return vscode.window.withProgress(options, async (report, token) => {
    try {
      const connection = await ctx.client.ready(token);
      return await connection.follow(calibrateMethod, {}, schemas, showProgress(report), token);
    } catch (error) {
      if (token.isCancellationRequested || isCancellation(error)) return undefined;
      throw error;
    }
  });
}
