/** The product behind the entry: builds the context, switches the features on in a visible order, and connects in the background. */
import { l10n } from 'vscode';
import type { Beginning, PunctualApi } from './api.ts';
import * as commitMessage from './commit-message.ts';
import * as completion from './completion.ts';
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
import { statusView } from './status-text.ts';
import * as summarize from './summarize.ts';
import * as translate from './translate.ts';
import * as walkthrough from './walkthrough.ts';
import * as workspace from './workspace.ts';

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

/** @param beginning what stands since the activation. */
export function start(beginning: Beginning): PunctualApi {
  translateBy(l10n.t);
  const ctx = new Context(beginning);
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
