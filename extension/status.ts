/** The one status-bar item: whether promises are kept. Its texts are made in `status-text.ts`. */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import { type StatusInput, statusTooltip, statusView } from './status-text.ts';

const tooltipCommands = [
  ['models', 'Models'],
  ['restartRuntime', 'Restart runtime'],
  ['showLog', 'Show log'],
] as const;

export function activate(ctx: Context): void {
  const item = vscode.window.createStatusBarItem('punctual.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Punctual';
  const update = () => render(item, statusInput(ctx));
  ctx.subscriptions.push(
    item,
    ctx.onDidChange(update),
    ctx.settings.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
  );
  update();
  item.show();
}

export function statusInput(ctx: Context): StatusInput {
  return {
    connection: ctx.client.state,
    status: ctx.status,
    enabled: ctx.settings.enabledFor(vscode.window.activeTextEditor?.document),
    choices: ctx.settings.current.wire,
    serving: ctx.serving.current,
    accepted: ctx.counters.accepted,
  };
}

function render(item: vscode.StatusBarItem, input: StatusInput): void {
  const view = statusView(input);
  item.text = view.text;
  item.accessibilityInformation = { label: view.label };
  item.command = `punctual.${view.action}`;
  item.backgroundColor = view.warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  item.tooltip = tooltip(input);
}

function tooltip(input: StatusInput): vscode.MarkdownString {
  const links = tooltipCommands.map(([command, title]) => `[${title}](command:punctual.${command})`);
  const markdown = new vscode.MarkdownString(`${statusTooltip(input)}\n\n${links.join(' · ')}`);
  markdown.isTrusted = { enabledCommands: tooltipCommands.map(([command]) => `punctual.${command}`) };
  return markdown;
}
