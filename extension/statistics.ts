/** *Punctual: Delete Completion Statistics*: what the runtime counted of suggestions, and what it learned from that, is gone. */
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';

const shownMs = 10_000;

export function activate(ctx: Context): void {
  ctx.command('clearStatistics', () => guarded(ctx, () => clear(ctx)));
}

async function clear(ctx: Context): Promise<void> {
  const waiting = new vscode.CancellationTokenSource();
  try {
    const connection = await ctx.client.ready(waiting.token);
    const shown = await connection.clearStatistics();
    const sentence =
      shown === 1
        ? l10n.t('Deleted what was counted of 1 suggestion.')
        : l10n.t('Deleted what was counted of {0} suggestions.', shown);
    vscode.window.setStatusBarMessage(`$(check) ${sentence}`, shownMs);
  } finally {
    waiting.dispose();
  }
}
