/**
 * *Punctual: Generate…*: one sentence, and the code for it grows at the cursor or over the selection, to be kept or discarded with one key.
 * One at a time: a new one takes the place of the one before.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { type GenerateParams, generateMethod, instructionCharsMax } from '../runtime/protocol.ts';
import { type AnswerEnd, guarded, sourceOf, sourceParams, streamAnswer } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { Preview, takenCommand } from './generate-preview.ts';
import { commentAbove } from './generate-text.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';

export function activate(ctx: Context): void {
  const previews = new Previews(ctx);
  ctx.subscriptions.push(previews);
  // From a keybinding or another extension the sentence may be given: { "instruction": "sort by name" }.
  ctx.command('generate', (argument) => guarded(ctx, () => generate(ctx, previews, argument)));
  ctx.command('keepGenerated', () => guarded(ctx, async () => previews.current?.keep()));
  ctx.command('discardGenerated', () => previews.current?.discard());
  ctx.command(takenCommand, () => previews.current?.taken());
}

/** The code that waits to be kept or discarded. */
class Previews implements vscode.Disposable {
  readonly #ctx: Context;
  current: Preview | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  open(editor: vscode.TextEditor, range: vscode.Range): Preview {
    this.current?.discard();
    const preview: Preview = new Preview(editor, range, () => {
      this.#ctx.previews.delete(preview.document);
      if (this.current === preview) this.current = undefined;
    });
    this.#ctx.previews.set(preview.document, preview);
    this.current = preview;
    return preview;
  }

  dispose(): void {
    this.current?.discard();
  }
}

async function generate(ctx: Context, previews: Previews, argument: unknown): Promise<AnswerEnd> {
  const editor = vscode.window.activeTextEditor;
  const { document } = sourceOf(editor);
  if (editor === undefined || editor.document !== document) return { kind: 'cancelled' };
  refuse(editor);
  const range = placeOf(editor);
  const { version } = document;
  const given = givenInstruction(argument);
  if (given === undefined) ctx.commandAsks(document);
  const instruction = given ?? (await askInstruction(document, range));
  if (instruction === undefined) return { kind: 'cancelled' };
  if (document.isClosed || document.version !== version)
    throw new UserError(l10n.t('The file has changed meanwhile: run the command again.'));
  const preview = previews.open(editor, range);
  const end = await streamAnswer(ctx, {
    class: 'generate',
    title: l10n.t(
      'Generating in {0}, line {1}: Tab keeps, Escape discards',
      path.posix.basename(document.uri.path),
      range.start.line + 1,
    ),
    done: l10n.t('Generated'),
    request: (connection, onPart, token) => {
      const params = { ...sourceParams(connection, { document, range }), ...wire(connection, document, range) };
      const request: GenerateParams = { ...params, instruction, mayRestart: true };
      const cancellation = linked(token, preview.token);
      return connection
        .stream(generateMethod, request, onPart, cancellation.token)
        .finally(() => cancellation.dispose());
    },
    open: async () => preview,
  });
  // Of an answer without any text the preview has not heard.
  if (preview.text === '') preview.discard();
  return end;
}

/** @throws UserError for an editor in which nothing can be generated */
function refuse({ document, selections }: vscode.TextEditor): void {
  if (selections.length > 1)
    throw new UserError(
      l10n.t('There are several cursors: press Escape to go on with one, and run the command again.'),
    );
  if (vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false)
    throw new UserError(l10n.t('The file cannot be changed: copy its text into a new file and run the command there.'));
}

/** The selection, without the line end behind its last line. */
function placeOf({ document, selection }: vscode.TextEditor): vscode.Range {
  const { start, end } = selection;
  if (end.character > 0 || start.line === end.line) return new vscode.Range(start, end);
  return new vscode.Range(start, document.lineAt(end.line - 1).range.end);
}

function wire(connection: Connection, document: vscode.TextDocument, { start, end }: vscode.Range) {
  const point = ({ line, character }: vscode.Position) => ({ line, character });
  return {
    textDocument: { uri: connection.documentUri(document.uri) },
    range: { start: point(start), end: point(end) },
  };
}

function givenInstruction(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('instruction' in argument)) return undefined;
  const { instruction } = argument;
  return typeof instruction === 'string' && instruction.trim() !== ''
    ? instruction.slice(0, instructionCharsMax)
    : undefined;
}

async function askInstruction(document: vscode.TextDocument, range: vscode.Range): Promise<string | undefined> {
  const said = range.isEmpty
    ? commentAbove((line) => document.lineAt(line).text, range.start.line, document.languageId)
    : undefined;
  const answer = await vscode.window.showInputBox({
    title: l10n.t('Generate'),
    prompt: range.isEmpty ? l10n.t('What is the code to do?') : l10n.t('What is the selected code to become?'),
    placeHolder: l10n.t('One sentence'),
    ...(said !== undefined && { value: said }),
    validateInput: (text) =>
      text.length > instructionCharsMax
        ? l10n.t('A sentence is enough: at most {0} characters.', instructionCharsMax)
        : undefined,
  });
  return answer === undefined || answer.trim() === '' ? undefined : answer;
}

/** Cancelled with either. */
function linked(...tokens: readonly vscode.CancellationToken[]): vscode.CancellationTokenSource {
  const source = new vscode.CancellationTokenSource();
  for (const token of tokens) {
    if (token.isCancellationRequested) source.cancel();
    token.onCancellationRequested(() => source.cancel());
  }
  return source;
}
