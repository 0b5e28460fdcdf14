/** *Punctual: Show Log*, with what the runtime writes down, and *Punctual: Restart Runtime*. */
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import * as runtimeLog from './runtime-log.ts';

export function activate(ctx: Context): void {
  runtimeLog.activate(ctx);
  ctx.command('showLog', () => ctx.log.show());
  ctx.command('restartRuntime', () => guarded(ctx, () => restartRuntime(ctx)));
}

async function restartRuntime(ctx: Context): Promise<void> {
  const progress = { location: vscode.ProgressLocation.Window, title: l10n.t('Restarting the Punctual runtime') };
  await vscode.window.withProgress(progress, async () => {
    await ctx.client.restartRuntime();
    const waiting = new vscode.CancellationTokenSource();
    try {
      await ctx.client.ready(waiting.token);
    } finally {
      waiting.dispose();
    }
  });
}
