/** *Punctual: Summarize Selection or File*, and *Summarize Folder*: the answer grows in a read-only document beside the source. */
import path from 'node:path';
import * as vscode from 'vscode';
import { summaryDocumentsMax } from '../runtime/protocol.ts';
import {
  type AnswerEnd,
  type AnswerSink,
  guarded,
  type Source,
  sourceOf,
  sourceParams,
  streamAnswer,
} from './answer.ts';
import type { Context } from './context.ts';
import { isShared } from './documents.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';
import { type SummaryState, summaryMarkdown } from './summary-text.ts';

const scheme = 'punctual-summary';

export function activate(ctx: Context): void {
  const summaries = new Summaries();
  ctx.subscriptions.push(summaries, vscode.workspace.registerTextDocumentContentProvider(scheme, summaries));
  ctx.command('summarize', () => guarded(ctx, () => summarize(ctx, summaries)));
  // The explorer says which folder it was called on.
  ctx.command('summarizeFolder', (folder) => guarded(ctx, () => summarizeFolder(ctx, summaries, folder)));
}

async function summarize(ctx: Context, summaries: Summaries): Promise<AnswerEnd> {
  const source = sourceOf(vscode.window.activeTextEditor);
  return streamAnswer(ctx, {
    class: 'summarize',
    title: l10n.t('Summarizing {0}', describe(source)),
    done: l10n.t('Summarized'),
    request: (connection, onPart, token) => connection.summarize(sourceParams(connection, source), onPart, token),
    open: (demo) => summaries.open(describe(source), path.posix.basename(source.document.uri.path), demo),
  });
}

async function summarizeFolder(ctx: Context, summaries: Summaries, folder: unknown): Promise<AnswerEnd> {
  if (!(folder instanceof vscode.Uri))
    throw new UserError(
      l10n.t('No folder is chosen: open the context menu of a folder in the explorer and run the command there.'),
    );
  const name = path.posix.basename(folder.path);
  const [document, ...more] = await sourcesIn(folder);
  if (document === undefined)
    throw new UserError(l10n.t('{0} has no source files: choose a folder with code in it.', name));
  return streamAnswer(ctx, {
    class: 'summarize',
    title: l10n.t('Summarizing {0}', name),
    done: l10n.t('Summarized'),
    request: (connection, onPart, token) => {
      const others = more.map(({ uri }) => ({ uri: connection.documentUri(uri) }));
      const params = { ...sourceParams(connection, { document, range: undefined }), more: others };
      return connection.summarize(params, onPart, token);
    },
    open: (demo) => summaries.open(name, name, demo),
  });
}

/** As the command line finds them. What the user hides from the explorer is none of it. */
const sourceFiles = '**/*.{c,h,cc,cpp,cxx,hpp,cs,go,java,js,cjs,mjs,jsx,kt,php,py,rb,rs,swift,ts,cts,mts,tsx}';
const madeFolders = '**/{node_modules,dist,build,out,target,vendor,bin,obj,__pycache__,venv,.*}/**';

/** Opened, so that the runtime knows them, but not shown; by their paths. */
async function sourcesIn(folder: vscode.Uri): Promise<vscode.TextDocument[]> {
  const pattern = new vscode.RelativePattern(folder, sourceFiles);
  const found = await vscode.workspace.findFiles(pattern, madeFolders, summaryDocumentsMax);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const opened = await Promise.allSettled(found.map((uri) => vscode.workspace.openTextDocument(uri)));
  const documents = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return documents.filter((document) => isShared(document));
}

function describe({ document, range }: Source): string {
  const name = path.posix.basename(document.uri.path);
  return range === undefined ? name : l10n.t('{0}, lines {1}–{2}', name, range.start.line + 1, range.end.line + 1);
}

/** The texts of the summaries that are open. */
class Summaries implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #states = new Map<string, SummaryState>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #closing: vscode.Disposable;
  #count = 0;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#states.delete(uri.toString()));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const state = this.#states.get(uri.toString());
    return state === undefined
      ? `${l10n.t('This summary is gone: run Punctual: Summarize again.')}\n`
      : summaryMarkdown(state);
  }

  async open(source: string, name: string, demo: boolean): Promise<AnswerSink> {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${this.#count}/${l10n.t('Summary of {0}', name)}.md` });
    this.#states.set(uri.toString(), { source, demo, body: '' });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
    return {
      uri,
      append: async (text) => this.#update(uri, (state) => ({ ...state, body: state.body + text })),
      end: (end) => this.#update(uri, (state) => ended(state, end)),
    };
  }

  dispose(): void {
    this.#closing.dispose();
    this.#changed.dispose();
  }

  #update(uri: vscode.Uri, change: (state: SummaryState) => SummaryState): void {
    const state = this.#states.get(uri.toString());
    if (state === undefined) return;
    this.#states.set(uri.toString(), change(state));
    this.#changed.fire(uri);
  }
}

function ended(state: SummaryState, end: AnswerEnd): SummaryState {
  switch (end.kind) {
    case 'done':
      return { ...state, demo: end.demo, standIn: end.standIn, footer: end.sentence };
    case 'cancelled':
      return { ...state, footer: l10n.t('Cancelled.') };
    case 'failed':
      return { ...state, footer: end.sentence };
    default:
      return end satisfies never;
  }
}
