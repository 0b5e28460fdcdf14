/**
 * Settings that have another name now: what the user has written under the old one is offered to be moved, once in a window, and moved only
 * if he says so. Until then the old one counts for nothing.
 */
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { section } from './settings.ts';
import { type Move, moved, moves } from './settings-moves-model.ts';

export function activate(ctx: Context): void {
  for (const move of moves) void guarded(ctx, () => offer(ctx, move));
}

async function offer(ctx: Context, move: Move): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const old = configuration.inspect(move.from)?.globalValue;
  if (old === undefined) return;
  const value = moved(move, old, configuration.inspect(move.to)?.globalValue);
  if (value === undefined) {
    ctx.log.warn(`punctual.${move.from} is not a setting any more, and its value cannot be used; ${move.to} counts.`);
    return;
  }
  const names = [`punctual.${move.from}`, `punctual.${move.to}`, JSON.stringify(value)] as const;
  const question = l10n.t('The setting {0} is now part of {1}. Write {2} there and take the old one away?', ...names);
  const [yes, no] = [l10n.t('Move'), l10n.t('Not Now')];
  if ((await vscode.window.showInformationMessage(question, yes, no)) !== yes) return;
  await configuration.update(move.to, value, vscode.ConfigurationTarget.Global);
  await configuration.update(move.from, undefined, vscode.ConfigurationTarget.Global);
}
