/**
 * *Punctual: Explain Symbol*: what the name at the cursor, or the selection, is for, in a hover where it stands. The hover is there only for what
 * was asked about, and until that is edited: nothing is asked of a model because a mouse moves.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import type { TextResult } from '../runtime/protocol.ts';
import { guarded, type Source, sourceOf, sourceParams, streamAnswer } from './answer.ts';
import type { Context } from './context.ts';
import { isShared } from './documents.ts';
import { l10n } from './l10n.ts';
import { harmlessMarkdown, plainMarkdown } from './summary-text.ts';
import { within } from './within.ts';

/** A language server that is slower is not waited for: what stands around the cursor is explained then. */
const definitionMsMax = 1_500;

export function activate(ctx: Context): void {
  const shown = new Explanation();
  ctx.subscriptions.push(shown);
  ctx.command('explain', () => guarded(ctx, () => explain(ctx, shown)));
}

async function explain(ctx: Context, shown: Explanation): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const here = sourceOf(editor);
  const { document } = here;
  const { version } = document;
  const position = editor?.selection.active ?? new vscode.Position(0, 0);
  const word = document.getWordRangeAtPosition(position);
  const place = here.range ?? word ?? document.lineAt(position).range;
  const asked = here.range === undefined ? await declarationOf(document, position) : here;
  let result: TextResult | undefined;
  const name =
    here.range === undefined && word !== undefined ? document.getText(word) : path.posix.basename(document.uri.path);
  const end = await streamAnswer(ctx, {
    class: 'summarize',
    title: l10n.t('Explaining {0}', name),
    done: l10n.t('Explained'),
    request: async (connection, onPart, token) => {
      result = await connection.summarize({ ...sourceParams(connection, asked), purpose: 'hover' }, onPart, token);
      return result;
    },
    // A hover does not grow: it is shown when the text is whole.
    open: async () => ({ append: async () => undefined, end: () => undefined }),
  });
  if (end.kind !== 'done' || result === undefined || document.isClosed || document.version !== version) return;
  shown.put(document, place, hoverText(result.text, end.sentence));
  const now = vscode.window.activeTextEditor;
  // Whoever is elsewhere by now finds it where he asked.
  if (now?.document === document && place.contains(now.selection.active))
    await vscode.commands.executeCommand('editor.action.showHover');
}

function hoverText(text: string, sentence: string): vscode.MarkdownString {
  return new vscode.MarkdownString(`${harmlessMarkdown(text).trim()}\n\n---\n\n${plainMarkdown(sentence)}`);
}

/** Where the name at the cursor is declared, as far as the editor's language servers know and the workspace has it; else the cursor itself. */
async function declarationOf(document: vscode.TextDocument, position: vscode.Position): Promise<Source> {
  const here: Source = { document, range: new vscode.Range(position, position) };
  if (document.getWordRangeAtPosition(position) === undefined) return here;
  try {
    const asked = vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider',
      ...[document.uri, position],
    );
    const [found] = await within(definitionMsMax, 'the definition', Promise.resolve(asked));
    if (found === undefined) return here;
    const [uri, range] =
      'targetUri' in found
        ? [found.targetUri, found.targetSelectionRange ?? found.targetRange]
        : [found.uri, found.range];
    if (vscode.workspace.getWorkspaceFolder(uri) === undefined && uri.toString() !== document.uri.toString())
      return here;
    const declared = await vscode.workspace.openTextDocument(uri);
    return isShared(declared) ? { document: declared, range: new vscode.Range(range.start, range.start) } : here;
  } catch {
    return here;
  }
}

/** The one explanation that is shown. */
class Explanation implements vscode.HoverProvider, vscode.Disposable {
  #scope: vscode.Disposable[] = [];
  #shown: { readonly uri: string; readonly range: vscode.Range; readonly text: vscode.MarkdownString } | undefined;

  put(document: vscode.TextDocument, range: vscode.Range, text: vscode.MarkdownString): void {
    this.dispose();
    const uri = document.uri.toString();
    this.#shown = { uri, range, text };
    const forget = (other: vscode.TextDocument): void => {
      if (other.uri.toString() === uri) this.dispose();
    };
    this.#scope = [
      vscode.languages.registerHoverProvider({ scheme: document.uri.scheme }, this),
      vscode.workspace.onDidCloseTextDocument(forget),
      vscode.workspace.onDidChangeTextDocument(({ document: other, contentChanges }) => {
        if (contentChanges.length > 0) forget(other);
      }),
    ];
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    if (this.#shown === undefined || document.uri.toString() !== this.#shown.uri) return undefined;
    const { range, text } = this.#shown;
    return range.contains(position) ? new vscode.Hover(text, range) : undefined;
  }

  dispose(): void {
    this.#shown = undefined;
    for (const item of this.#scope.splice(0)) item.dispose();
  }
}
