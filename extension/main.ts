/** The extension's entry: builds the context, switches the features on in a visible order, and connects in the background. */
import { type ExtensionContext, l10n } from 'vscode';
import type { Status } from '../runtime/protocol.ts';
import * as commitMessage from './commit-message.ts';
import * as completion from './completion.ts';
import type { ConnectionState } from './connection-state.ts';
import { Context } from './context.ts';
import * as dashboard from './dashboard.ts';
import * as declarations from './declarations.ts';
import * as diagnose from './diagnose.ts';
import * as documentThis from './document-this.ts';
import * as explain from './explain.ts';
import * as generate from './generate.ts';
import * as here from './here.ts';
import { translateBy } from './l10n.ts';
import * as maintenance from './maintenance.ts';
import * as models from './models.ts';
import * as offers from './offers.ts';
import * as pause from './pause.ts';
import * as promises from './promises.ts';
import * as settingsMoves from './settings-moves.ts';
import * as signals from './signals.ts';
import * as statistics from './statistics.ts';
import * as status from './status.ts';
import { type StatusState, statusView } from './status-text.ts';
import * as summarize from './summarize.ts';
import * as translate from './translate.ts';
import * as walkthrough from './walkthrough.ts';
import * as workspace from './workspace.ts';

/** What another extension, or a test inside the editor, may read. */
export interface PunctualApi {
  connection(): ConnectionState;
  /** The runtime's last status; undefined without a connection. */
  status(): Status | undefined;
  /** What became of this window's completion requests, by reason, and how many suggestions were accepted. */
  completions(): Readonly<Record<string, number>>;
  /** What has come of generated code that is neither kept nor discarded yet; undefined while there is none. */
  generated(): string | undefined;
  /** What the status bar says. */
  statusText(): string;
  /** The same in a word. */
  statusState(): StatusState;
}

const features = [
  completion,
  workspace,
  declarations,
  summarize,
  translate,
  documentThis,
  generate,
  commitMessage,
  explain,
  offers,
  status,
  pause,
  dashboard,
  promises,
  diagnose,
  walkthrough,
  settingsMoves,
  here,
  models,
  signals,
  maintenance,
  statistics,
];

export function activate(extension: ExtensionContext): PunctualApi {
  translateBy(l10n.t);
  const ctx = new Context(extension);
  for (const feature of features) feature.activate(ctx);
  ctx.client.connect();
  return {
    connection: () => ctx.client.state,
    status: () => ctx.status,
    completions: () => ctx.counters.snapshot(),
    generated: () => [...ctx.previews.values()][0]?.text,
    statusText: () => statusView(status.statusInput(ctx)).text,
    statusState: () => statusView(status.statusInput(ctx)).state,
  };
}
