/** *Punctual: Summarize Selection or File*: the answer grows in a read-only document beside the source. */
import path from 'node:path';
import * as vscode from 'vscode';
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
import { type SummaryState, summaryMarkdown } from './summary-text.ts';

const scheme = 'punctual-summary';

export function activate(ctx: Context): void {
  const summaries = new Summaries();
  ctx.subscriptions.push(summaries, vscode.workspace.registerTextDocumentContentProvider(scheme, summaries));
  ctx.command('summarize', () => guarded(ctx, () => summarize(ctx, summaries)));
}

async function summarize(ctx: Context, summaries: Summaries): Promise<AnswerEnd> {
  const source = sourceOf(vscode.window.activeTextEditor);
  return streamAnswer(ctx, {
    class: 'summarize',
    title: `Summarizing ${describe(source)}`,
    done: 'Summarized',
    request: (connection, onPart, token) => connection.summarize(sourceParams(connection, source), onPart, token),
    open: (demo) => summaries.open(describe(source), path.posix.basename(source.document.uri.path), demo),
  });
}

function describe({ document, range }: Source): string {
  const name = path.posix.basename(document.uri.path);
  return range === undefined ? name : `${name}, lines ${range.start.line + 1}–${range.end.line + 1}`;
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
    return state === undefined ? 'This summary is gone: run Punctual: Summarize again.\n' : summaryMarkdown(state);
  }

  async open(source: string, name: string, demo: boolean): Promise<AnswerSink> {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${this.#count}/Summary of ${name}.md` });
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
      return { ...state, footer: 'Cancelled.' };
    case 'failed':
      return { ...state, footer: end.sentence };
    default:
      return end satisfies never;
  }
}
