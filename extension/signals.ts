/**
 * Tells the runtime what a person does that makes a task likely. What is worth telling is decided in `signal-gate.ts`. VS Code does not
 * say when the palette or a context menu opens; the nearest to it is a command of ours that asks something first.
 */
import * as vscode from 'vscode';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { isShared } from './documents.ts';
import { type Seen, SignalGate } from './signal-gate.ts';

/** A selection that is being drawn changes with every movement of the mouse. */
const selectionRestMs = 400;

export function activate(ctx: Context): void {
  ctx.onConnection((connection, scope) => scope.push(new Signals(ctx, connection)));
}

class Signals implements vscode.Disposable {
  readonly #ctx: Context;
  readonly #connection: Connection;
  readonly #gate = new SignalGate();
  readonly #scope: vscode.Disposable[];
  #resting: NodeJS.Timeout | undefined;

  constructor(ctx: Context, connection: Connection) {
    this.#ctx = ctx;
    this.#connection = connection;
    this.#scope = [
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#active(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#selecting(textEditor)),
      ctx.onCommandAsking((document) => this.#saw(document, { kind: 'command' })),
    ];
    this.#active(vscode.window.activeTextEditor);
  }

  dispose(): void {
    clearTimeout(this.#resting);
    for (const item of this.#scope) item.dispose();
  }

  #active(editor: vscode.TextEditor | undefined): void {
    if (editor !== undefined) this.#saw(editor.document, { kind: 'active' });
  }

  #selecting(editor: vscode.TextEditor): void {
    clearTimeout(this.#resting);
    // Typing moves the cursor all the time, and that is no selection.
    if (editor.selection.isEmpty) return;
    this.#resting = setTimeout(() => {
      const { document, selection } = editor;
      if (document.isClosed || selection.isEmpty) return;
      const chars = document.offsetAt(selection.end) - document.offsetAt(selection.start);
      this.#saw(document, { kind: 'selected', lines: selection.end.line - selection.start.line + 1, chars });
    }, selectionRestMs);
  }

  #saw(document: vscode.TextDocument, act: Seen['act']): void {
    if (!isShared(document)) return;
    const enabled = this.#ctx.settings.enabledFor(document);
    const signal = this.#gate.pass({ language: document.languageId, enabled, act }, performance.now());
    if (signal !== undefined) this.#connection.signal(signal);
  }
}
