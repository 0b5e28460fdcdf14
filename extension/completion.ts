/**
 * Ghost text: asks the runtime at the cursor and hands VS Code what it answers. Decides only whether to ask; never shows a message,
 * whatever goes wrong: an error is no suggestion, a count and a line in the log.
 */
import * as vscode from 'vscode';
import type { CompletionTrace, InlineCompletionParams } from '../runtime/protocol.ts';
import type { Context } from './context.ts';
import { documentSelector, isTooLarge } from './documents.ts';
import { formatDuration } from './format.ts';
import { type GhostItem, ghostItems, type Point } from './items.ts';
import { l10n } from './l10n.ts';
import { isCancellation } from './messages.ts';
import { type EditorView, whySkipped } from './skip.ts';

/** Run by VS Code when a suggestion is taken: the only sign of it in the stable API. */
const acceptedCommand = 'acceptedSuggestion';

export function activate(ctx: Context): void {
  const provider: vscode.InlineCompletionItemProvider = {
    provideInlineCompletionItems: (document, position, context, token) =>
      provide(ctx, document, position, context, token),
  };
  ctx.subscriptions.push(vscode.languages.registerInlineCompletionItemProvider(documentSelector, provider));
  ctx.command(acceptedCommand, (uri) => {
    ctx.counters.accept();
    if (uri instanceof vscode.Uri) ctx.client.connection?.accepted(uri);
  });
}

/**
 * No request where generated code is looked at or completion is paused, and for 1. a document whose language has completion switched off, 2. an editor that is not one to suggest in (skip.ts), 3. a
 * document that is not shared with the runtime, 4. no runtime. Where in a document none is made, the runtime knows.
 */
async function provide(
  ctx: Context,
  document: vscode.TextDocument,
  position: vscode.Position,
  context: vscode.InlineCompletionContext,
  token: vscode.CancellationToken,
): Promise<vscode.InlineCompletionItem[] | undefined> {
  if (ctx.previews.get(document)?.place.isEqual(position)) return undefined;
  if (ctx.pause.isOn || !ctx.settings.enabledFor(document)) return undefined;
  const why = whySkipped(editorView(document, context));
  if (why !== undefined) return skip(ctx, why);
  if (isTooLarge(document)) return skip(ctx, 'documentTooLarge');
  const { connection } = ctx.client;
  if (connection === undefined) return skip(ctx, 'disconnected');
  const { version } = document;
  const params = requestParams(connection.documentUri(document.uri), position, context);
  try {
    const result = await connection.complete(params, token);
    if (token.isCancellationRequested) return skip(ctx, 'cancelled');
    if (document.isClosed || document.version !== version) return skip(ctx, 'outdated');
    logTrace(ctx, result.punctual);
    ctx.counters.count(result.punctual.reason);
    return ghostItems(result, position).map((item) => editorItem(item, document.uri));
  } catch (error) {
    if (token.isCancellationRequested || isCancellation(error)) return skip(ctx, 'cancelled');
    ctx.log.warn(`Completion failed: ${error instanceof Error ? error.message : error}`);
    return skip(ctx, connection.isClosed ? 'disconnected' : 'failed');
  }
}

function skip(ctx: Context, end: Parameters<Context['counters']['count']>[0]): undefined {
  ctx.counters.count(end);
  return undefined;
}

function editorView(document: vscode.TextDocument, context: vscode.InlineCompletionContext): EditorView {
  const editor = vscode.window.activeTextEditor;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isDiff = input instanceof vscode.TabInputTextDiff;
  return {
    uri: document.uri.toString(),
    scheme: document.uri.scheme,
    languageId: document.languageId,
    invoked: isInvoked(context),
    cursors: editor?.document === document ? editor.selections.length : 0,
    isWritable: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme),
    compared: isDiff ? [input.original.toString(), input.modified.toString()] : undefined,
  };
}

function isInvoked({ triggerKind }: vscode.InlineCompletionContext): boolean {
  return triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
}

function requestParams(
  uri: string,
  position: vscode.Position,
  context: vscode.InlineCompletionContext,
): InlineCompletionParams {
  const selected = context.selectedCompletionInfo;
  return {
    textDocument: { uri },
    position: point(position),
    context: {
      triggerKind: isInvoked(context) ? 1 : 2,
      ...(selected && { selectedCompletionInfo: { range: wireRange(selected.range), text: selected.text } }),
    },
  };
}

function editorItem(item: GhostItem, uri: vscode.Uri): vscode.InlineCompletionItem {
  const range = new vscode.Range(item.start.line, item.start.character, item.end.line, item.end.character);
  const command = { command: `punctual.${acceptedCommand}`, title: l10n.t('Suggestion accepted'), arguments: [uri] };
  const result = new vscode.InlineCompletionItem(item.insertText, range, command);
  if (item.filterText !== undefined) result.filterText = item.filterText;
  return result;
}

function point({ line, character }: vscode.Position): Point {
  return { line, character };
}

function wireRange(range: vscode.Range): { start: Point; end: Point } {
  return { start: point(range.start), end: point(range.end) };
}

function logTrace(ctx: Context, trace: CompletionTrace): void {
  const ttft = trace.ttftMs === undefined ? '' : `, first token after ${formatDuration(trace.ttftMs)}`;
  const reuse =
    trace.promptTokens === undefined
      ? ''
      : `, ${trace.reusedTokens ?? 0} of ${trace.promptTokens} prompt tokens reused`;
  const from = trace.from === undefined ? '' : ` (${trace.from})`;
  ctx.log.debug(
    `Completion ${trace.reason}${from}${ttft}${reuse}${trace.message === undefined ? '' : `: ${trace.message}`}`,
  );
}
