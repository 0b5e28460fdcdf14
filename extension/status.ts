/** The one status-bar item: whether promises are kept. Its texts are made in `status-text.ts` and `status-tooltip.ts`, its light in `status-light.ts`. */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import { l10n } from './l10n.ts';
import { changesAfterMs, isWarning, type Light, lightAfter } from './status-light.ts';
import { type StatusInput, statusView } from './status-text.ts';
import { statusTooltip } from './status-tooltip.ts';

export function activate(ctx: Context): void {
  const writer = new StatusWriter(ctx);
  const update = () => writer.update();
  ctx.subscriptions.push(
    writer,
    ctx.onDidChange(update),
    ctx.settings.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
  );
  update();
}

/** What every text about the status is made of. */
export function statusInput(ctx: Context): StatusInput {
  return {
    connection: ctx.client.state,
    status: ctx.status,
    enabled: ctx.settings.enabledFor(vscode.window.activeTextEditor?.document),
    choices: ctx.settings.current.wire,
    serving: ctx.serving.current,
    accepted: ctx.counters.accepted,
    pausedMs: ctx.pause.remainingMs,
    light: { state: ctx.light.state, isWarning: isWarning(ctx.light, performance.now()) },
  };
}

/** Keeps what stands in the item; the item itself is the entry's. */
class StatusWriter implements vscode.Disposable {
  readonly #ctx: Context;
  #timer: NodeJS.Timeout | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Also when nothing has come for a while: a light that only news change never goes out. */
  update(): void {
    const nowMs = performance.now();
    this.#ctx.light = lightAfter(this.#ctx.light, this.#ctx.status, nowMs);
    render(this.#ctx.statusItem, statusInput(this.#ctx));
    this.#lookAgain(this.#ctx.light, nowMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #lookAgain(light: Light, nowMs: number): void {
    clearTimeout(this.#timer);
    const afterMs = changesAfterMs(light, nowMs);
    if (afterMs !== undefined) this.#timer = setTimeout(() => this.update(), afterMs + 1);
  }
}

function render(item: vscode.StatusBarItem, input: StatusInput): void {
  const view = statusView(input);
  item.text = view.text;
  item.accessibilityInformation = { label: view.label };
  item.command = `punctual.${view.action}`;
  item.backgroundColor = view.warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  item.tooltip = tooltip(input);
}

function links(isPaused: boolean): readonly (readonly [command: string, title: string])[] {
  return [
    ['dashboard', l10n.t('Dashboard')],
    ['models', l10n.t('Models')],
    ['calibrate', l10n.t('Calibrate promises')],
    ['diagnose', l10n.t('Diagnose')],
    isPaused ? ['resume', l10n.t('Resume')] : ['pause', l10n.t('Pause 30 min')],
    ['restartRuntime', l10n.t('Restart runtime')],
    ['showLog', l10n.t('Show log')],
  ];
}

function tooltip(input: StatusInput): vscode.MarkdownString {
  const offered = links(input.pausedMs > 0);
  const line = offered.map(([command, title]) => `[${title}](command:punctual.${command})`).join(' · ');
  const markdown = new vscode.MarkdownString(`${statusTooltip(input)}\n\n${line}`);
  markdown.isTrusted = { enabledCommands: offered.map(([command]) => `punctual.${command}`) };
  return markdown;
}
