/**
 * *Punctual: Diagnose*: the runtime's probe with what the editor knows beside it, as a document that may be given to others, and what can be
 * done about each finding.
 */
import os from 'node:os';
import * as vscode from 'vscode';
import {
  type ClientFacts,
  type DiagnoseResult,
  diagnoseMethod,
  diagnoseResultSchema,
  probeProgressSchema,
  protocolVersion,
} from '../runtime/protocol.ts';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { otherCompleters, remoteKind, rowsOf, verdictOf, withoutRuntime } from './diagnose-facts.ts';
import { isShared } from './documents.ts';
import { l10n } from './l10n.ts';
import { failureSentence, isCancellation } from './messages.ts';
import { showProgress } from './promises-progress.ts';
import { VirtualTexts } from './virtual-texts.ts';

const scheme = 'punctual-diagnosis';

export function activate(ctx: Context): void {
  const texts = new VirtualTexts(scheme);
  ctx.subscriptions.push(texts);
  ctx.command('diagnose', () => guarded(ctx, () => diagnose(ctx, texts)));
}

async function diagnose(ctx: Context, texts: VirtualTexts): Promise<void> {
  // Before a document of ours is in front.
  const client = await editorFacts(ctx);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Punctual: diagnosing'),
    cancellable: true,
  };
  const result = await vscode.window.withProgress(options, (report, token) => probed(ctx, client, report, token));
  if (result === undefined) return;
  const uri = texts.add(`${l10n.t('Punctual diagnosis')}.md`, result.markdown);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
  void offer(result);
}

/** Undefined when the user has cancelled. */
async function probed(
  ctx: Context,
  client: ClientFacts,
  report: vscode.Progress<{ message?: string; increment?: number }>,
  token: vscode.CancellationToken,
): Promise<DiagnoseResult | undefined> {
  const schemas = { result: diagnoseResultSchema, progress: probeProgressSchema };
  const connection = await ctx.client.ready(token).catch((error: unknown) => {
    if (token.isCancellationRequested) return undefined;
    return failureSentence(error);
  });
  if (connection === undefined) return undefined;
  if (typeof connection === 'string') return withoutRuntime(client, connection, [os.homedir()]);
  try {
    return await connection.follow(diagnoseMethod, { client }, schemas, showProgress(report), token);
  } catch (error) {
    if (token.isCancellationRequested || isCancellation(error)) return undefined;
    throw error;
  }
}

async function editorFacts(ctx: Context): Promise<ClientFacts> {
  const document = vscode.window.activeTextEditor?.document;
  const inline = vscode.workspace.getConfiguration('editor', document).get<boolean>('inlineSuggest.enabled') ?? true;
  const remote = remoteKind(vscode.env.remoteName);
  const here = await hereFacts(ctx, document);
  return {
    client: 'vscode',
    version: ctx.client.version,
    protocol: protocolVersion,
    editor: {
      name: vscode.env.appName,
      version: vscode.version,
      ...(remote !== undefined && { remote }),
      inlineSuggest: inline,
      enabled: ctx.settings.enabledFor(document),
      ...(document !== undefined && { language: document.languageId }),
      paused: ctx.pause.isOn,
      trusted: vscode.workspace.isTrusted,
      ...(here && { here }),
      others: otherCompleters(vscode.extensions.all.map(({ id }) => id)),
    },
  };
}

/** What the runtime says of the document in front; nothing where there is none of both. */
async function hereFacts(ctx: Context, document: vscode.TextDocument | undefined) {
  const { connection } = ctx.client;
  if (connection === undefined || document === undefined || !isShared(document)) return undefined;
  const waiting = new vscode.CancellationTokenSource();
  try {
    const { automatic, message } = await connection.eligibility(document.uri, undefined, waiting.token);
    return { automatic, message };
  } catch {
    return undefined;
  } finally {
    waiting.dispose();
  }
}

async function offer({ findings, markdown }: DiagnoseResult): Promise<void> {
  const [copy, act] = [l10n.t('Copy Report'), l10n.t('What Can Be Done…')];
  const rows = rowsOf(findings);
  const buttons = rows.length === 0 ? [copy] : [act, copy];
  const picked = await vscode.window.showInformationMessage(verdictOf(findings), ...buttons);
  if (picked === copy) await vscode.env.clipboard.writeText(markdown);
  if (picked !== act) return;
  const row = await vscode.window.showQuickPick(rows, { title: l10n.t('Punctual: what can be done') });
  if (row === undefined) return;
  const { command, argument } = row.act;
  await vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
}
