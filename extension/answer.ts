/**
 * One streamed answer that the user asked for: progress notification, cancellation, and exactly one end. Where the text goes is
 * the sink's business (`summarize.ts`, `translate.ts`); the source document is only read.
 */
import * as vscode from 'vscode';
import type { SummarizeParams, TextResult, WireTaskClass } from '../runtime/protocol.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { isShared, isTooLarge } from './documents.ts';
import { l10n } from './l10n.ts';
import { endSentence, failureSentence, isCancellation, isForeseen, UserError } from './messages.ts';
import { Pump } from './pump.ts';
import type { AnswerPart } from './requests.ts';
import { statusInput } from './status.ts';
import { modelFor } from './status-text.ts';
import { trustedFolder } from './trusted-folder.ts';

export type AnswerEnd =
  | {
      readonly kind: 'done';
      readonly sentence: string;
      readonly demo: boolean;
      /** Who answered, when that is not the model that was chosen. */
      readonly standIn: string | undefined;
      readonly problems: NonNullable<TextResult['problems']>;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly sentence: string };

export interface AnswerSink {
  /** Of the document that shows it, where one does: when its tab is closed, nobody waits any more. */
  readonly uri?: vscode.Uri;
  /** @throws UserError when nothing more can be written: then the answer ends with that sentence. */
  append(text: string): Promise<void>;
  /** Takes back what was appended; absent where that is never asked for. */
  clear?(): Promise<void>;
  /** Called once, after the last `append`. */
  end(end: AnswerEnd): void;
}

export interface AnswerOptions {
  readonly class: WireTaskClass;
  /** Of the progress notification. */
  readonly title: string;
  /** A past participle for the end: `Translated to Rust`. */
  readonly done: string;
  request(
    connection: Connection,
    onPart: (part: AnswerPart) => void,
    token: vscode.CancellationToken,
  ): Promise<TextResult>;
  /** Called with the first text, so that a request that is refused opens nothing. */
  open(demo: boolean): Promise<AnswerSink>;
}

/** What is to be answered about: the selection, or the whole file without one. */
export interface Source {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range | undefined;
}

const writePauseMs = 80;
const endShownMs = 10_000;

/** @throws UserError when there is nothing in front of the user that the runtime could read. */
export function sourceOf(editor: vscode.TextEditor | undefined): Source {
  if (editor === undefined)
    throw new UserError(l10n.t('No file is open: open the file to work on and run the command again.'));
  const { document, selection } = editor;
  if (isTooLarge(document))
    throw new UserError(
      l10n.t('This file is too large: copy the part you need into a new file and run the command there.'),
    );
  if (!isShared(document)) {
    throw new UserError(
      l10n.t('This kind of editor is not a file: copy its text into a new file and run the command there.'),
    );
  }
  return { document, range: selection.isEmpty ? undefined : selection };
}

export function sourceParams(connection: Connection, { document, range }: Source): SummarizeParams {
  const params = { textDocument: { uri: connection.documentUri(document.uri) }, ...trustedWorkspace(document.uri) };
  if (range === undefined) return params;
  const { start, end } = range;
  return {
    ...params,
    range: {
      start: { line: start.line, character: start.character },
      end: { line: end.line, character: end.character },
    },
  };
}

/** The folder whose own prompts count: only one on this machine that the user trusts. */
export function trustedWorkspace(uri: vscode.Uri): Pick<SummarizeParams, 'workspace'> {
  return trustedFolder(vscode.workspace.isTrusted, vscode.workspace.getWorkspaceFolder(uri));
}

/** Runs to its end, and shows that end; never rejects. */
export async function streamAnswer(ctx: Context, options: AnswerOptions): Promise<AnswerEnd> {
  const progress = { location: vscode.ProgressLocation.Notification, title: options.title, cancellable: true };
  return vscode.window.withProgress(progress, async (report, token) => {
    const demo = demoInUse(ctx, options.class);
    if (demo) report.report({ message: l10n.t('demonstration model') });
    const tell = (note: string) => report.report({ message: note });
    const running = new RunningAnswer(options, demo, tell, token);
    const end = await running.run(ctx);
    show(ctx, end);
    return end;
  });
}

/** Shows a command's failure as the one sentence it is. */
export async function guarded(ctx: Context, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof vscode.CancellationError) return;
    show(ctx, { kind: 'failed', sentence: failureSentence(error) });
    logFailure(ctx, error);
  }
}

class RunningAnswer {
  readonly #options: AnswerOptions;
  readonly #demo: boolean;
  readonly #tell: (note: string) => void;
  readonly #cancellation = new vscode.CancellationTokenSource();
  readonly #scope: vscode.Disposable[];
  readonly #pump: Pump;
  #sink: AnswerSink | undefined;
  /** Why nothing more can be written. */
  #refused: UserError | undefined;

  constructor(options: AnswerOptions, demo: boolean, tell: (note: string) => void, token: vscode.CancellationToken) {
    this.#options = options;
    this.#demo = demo;
    this.#tell = tell;
    this.#pump = new Pump(
      (text) => this.#write(text),
      () => new Promise((resolve) => setTimeout(resolve, writePauseMs)),
      async () => this.#sink?.clear?.(),
    );
    this.#scope = [
      this.#cancellation,
      token.onCancellationRequested(() => this.#cancellation.cancel()),
      // Nobody waits for an answer whose editor was closed.
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        const shown = this.#sink?.uri;
        if (closed.length > 0 && shown !== undefined && !isShown(shown)) this.#cancellation.cancel();
      }),
    ];
  }

  async run(ctx: Context): Promise<AnswerEnd> {
    const end = await this.#request(ctx);
    this.#sink?.end(end);
    for (const item of this.#scope) item.dispose();
    return end;
  }

  async #request(ctx: Context): Promise<AnswerEnd> {
    const { token } = this.#cancellation;
    try {
      const connection = await ctx.client.ready(token);
      const result = await this.#options.request(connection, (part) => this.#received(part), token);
      // What was not streamed, which is everything if the runtime does not stream.
      this.#pump.push(result.text.slice(this.#pump.length));
      await this.#pump.drain();
      const standIn = result.insteadOf === undefined ? undefined : result.model;
      const sentence = [endSentence(this.#options.done, result), ...(result.notes ?? [])].join(' ');
      return { kind: 'done', sentence, demo: result.demo, standIn, problems: result.problems ?? [] };
    } catch (error) {
      // The text that came belongs to the user; an error in writing it must not hide the first one.
      await this.#pump.drain().catch((late: unknown) => ctx.log.warn(`Writing the answer failed: ${late}`));
      if (this.#refused !== undefined) return { kind: 'failed', sentence: this.#refused.message };
      if (token.isCancellationRequested || isCancellation(error)) return { kind: 'cancelled' };
      logFailure(ctx, error);
      return { kind: 'failed', sentence: failureSentence(error) };
    }
  }

  #received({ text, note, stage, restart }: AnswerPart): void {
    if (restart) this.#pump.restart();
    if (note !== undefined) this.#tell(note);
    if (stage !== undefined) this.#tell(l10n.t('{0} of {1} parts done', stage.done, stage.of));
    this.#pump.push(text);
  }

  async #write(text: string): Promise<void> {
    if (this.#cancellation.token.isCancellationRequested) return;
    this.#sink ??= await this.#options.open(this.#demo);
    try {
      await this.#sink.append(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#refused = error;
      this.#cancellation.cancel();
      throw error;
    }
  }
}

function show(ctx: Context, end: AnswerEnd): void {
  switch (end.kind) {
    case 'done':
      ctx.log.info(end.sentence);
      vscode.window.setStatusBarMessage(`$(check) ${end.sentence}`, endShownMs);
      return;
    case 'cancelled':
      vscode.window.setStatusBarMessage(l10n.t('Cancelled.'), endShownMs);
      return;
    case 'failed':
      void vscode.window.showErrorMessage(end.sentence);
      return;
    default:
      end satisfies never;
  }
}

function logFailure(ctx: Context, error: unknown): void {
  if (isForeseen(error)) ctx.log.warn(failureSentence(error));
  else ctx.log.error(error instanceof Error ? error : String(error));
}

/** As far as it is known before the answer; the answer itself says it again. */
function demoInUse(ctx: Context, name: WireTaskClass): boolean {
  return modelFor(statusInput(ctx), name)?.demo === true;
}

function isShown(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.some(({ input }) => {
    if (input instanceof vscode.TabInputTextDiff) return input.modified.toString() === uri.toString();
    // A cell's own address has its notebook's path.
    if (input instanceof vscode.TabInputNotebook)
      return uri.scheme === 'vscode-notebook-cell' && input.uri.path === uri.path;
    return input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  });
}
