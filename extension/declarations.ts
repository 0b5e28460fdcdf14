/**
 * What names near the cursor mean, for the context of completions: the editor's own language servers are asked, in the background and
 * with a deadline. Only of other files of the workspace is anything told. Whether a file may be read, the runtime decides.
 */
import * as vscode from 'vscode';
import type { DeclarationsParams, DeclarationsResult } from '../runtime/protocol.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { linesFrom } from './declared-text.ts';

type Declared = DeclarationsResult['declarations'][number];
type Found = vscode.Location | vscode.LocationLink;

/** Language servers work for the user first. */
const askedAtOnce = 3;
/** A server that never answers is not asked for ever more. */
const unansweredMax = 12;
const fileBytesMax = 512 * 1024;
/** Of other places only what is open is seen: reading there may be slow, or cost its user something. */
const readSchemes = ['file', 'vscode-remote'];

export function activate(ctx: Context): void {
  const asker = new Asker(ctx);
  ctx.onConnection((connection, scope) => {
    scope.push(connection.onDeclarations((asked, token) => asker.answer(connection, asked, token)));
  });
}

class Asker {
  readonly #ctx: Context;
  #unanswered = 0;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** What has come within the time. */
  async answer(
    connection: Connection,
    { textDocument, names, withinMs }: DeclarationsParams,
    token: vscode.CancellationToken,
  ): Promise<DeclarationsResult> {
    const document = vscode.workspace.textDocuments.find(
      ({ uri, version }) => version === textDocument.version && connection.documentUri(uri) === textDocument.uri,
    );
    const declarations: Declared[] = [];
    if (document === undefined) return { declarations };
    const left = [...names];
    let isOver = false;
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next && !isOver && !token.isCancellationRequested; next = left.shift()) {
        const { name, position } = next;
        const found = await this.#declared(document, new vscode.Position(position.line, position.character));
        if (found && !isOver) declarations.push({ name, uri: connection.documentUri(found.uri), text: found.text });
      }
    };
    const all = Promise.all(Array.from({ length: askedAtOnce }, work));
    await inTime(withinMs, token, all);
    isOver = true;
    return { declarations };
  }

  async #declared(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ readonly uri: vscode.Uri; readonly text: string } | undefined> {
    if (document.isClosed || this.#unanswered >= unansweredMax) return undefined;
    this.#unanswered += 1;
    try {
      const command = 'vscode.executeDefinitionProvider';
      const found = await vscode.commands.executeCommand<Found[] | undefined>(command, document.uri, position);
      const target = (found ?? []).map(targetOf).find(({ uri }) => uri.toString() !== document.uri.toString());
      // Outside of the workspace nothing is read, not even a library's declarations.
      if (target === undefined || vscode.workspace.getWorkspaceFolder(target.uri) === undefined) return undefined;
      const text = linesFrom(await textAt(target.uri), target.line);
      return text.trim() === '' ? undefined : { uri: target.uri, text };
    } catch (error) {
      this.#ctx.log.debug(`What a name means was not found out: ${error instanceof Error ? error.message : error}`);
      return undefined;
    } finally {
      this.#unanswered -= 1;
    }
  }
}

function targetOf(found: Found): { readonly uri: vscode.Uri; readonly line: number } {
  return 'targetUri' in found
    ? { uri: found.targetUri, line: found.targetRange.start.line }
    : { uri: found.uri, line: found.range.start.line };
}

/** Not through `openTextDocument`: that would open the file for every extension. */
async function textAt(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) return open.getText();
  if (!readSchemes.includes(uri.scheme)) return '';
  const { size } = await vscode.workspace.fs.stat(uri);
  return size > fileBytesMax ? '' : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** Resolves when the work is done, when the time is over, or when nobody wants it any more. */
async function inTime(limitMs: number, token: vscode.CancellationToken, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let listener: vscode.Disposable | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
    listener = token.onCancellationRequested(() => resolve());
  });
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    listener?.dispose();
  }
}
