/** *Punctual: Pause Completion* and *Resume*. What is paused, and until when, `paused.ts` knows. */
import * as vscode from 'vscode';
import type { Context } from './context.ts';

export function activate(ctx: Context): void {
  const inForce = () => vscode.commands.executeCommand('setContext', 'punctual.paused', ctx.pause.isOn);
  ctx.subscriptions.push(ctx.pause.onDidChange(() => void inForce()));
  // The status bar says it, as long as it lasts.
  ctx.command('pause', async () => {
    ctx.pause.start();
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  });
  ctx.command('resume', () => ctx.pause.end());
}
