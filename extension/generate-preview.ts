/**
 * Generated code at its place before it is kept: ghost text that grows while it streams. The document is not touched until it is kept, which
 * is one edit and one step of undo; so nothing that is typed meanwhile can be lost, and there is nothing to take back when it is discarded.
 *
 * It shows while the cursor stands at the place, and a mark stands there otherwise. An edit elsewhere moves the place; one that touches
 * it ends the preview, as somebody goes on by hand there.
 */
import * as vscode from 'vscode';
import type { AnswerEnd, AnswerSink } from './answer.ts';
import { documentSelector } from './documents.ts';
import { type Stretch, shifted } from './generate-text.ts';
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';

/** The cursor stands at the place: Escape discards. */
const hereKey = 'punctual.generateHere';
/** And there is code: Tab keeps it. */
const readyKey = 'punctual.generateReady';

/** Run by VS Code when the ghost text is taken by another way than our key. */
export const takenCommand = 'takenGenerated';

export class Preview implements AnswerSink, vscode.Disposable {
  readonly document: vscode.TextDocument;
  readonly #original: vscode.Selection;
  readonly #scope: vscode.Disposable[] = [];
  readonly #cancellation = new vscode.CancellationTokenSource();
  readonly #mark = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorGhostText.foreground'), margin: '0 0 0 1em' },
  });
  readonly #replaced = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('diffEditor.removedTextBackground'),
  });
  readonly #onClosed: () => void;
  #stretch: Stretch;
  #text = '';
  #isStreaming = true;
  #isClosed = false;
  #isTaking = false;

  /** `range`: a cursor, or what is to be replaced. The cursor goes to its end. */
  constructor(editor: vscode.TextEditor, range: vscode.Range, onClosed: () => void) {
    this.document = editor.document;
    this.#original = editor.selection;
    this.#onClosed = onClosed;
    this.#stretch = { start: this.document.offsetAt(range.start), end: this.document.offsetAt(range.end) };
    editor.selection = new vscode.Selection(range.end, range.end);
    const provider = { provideInlineCompletionItems: this.#items.bind(this) };
    this.#scope.push(
      ...[this.#mark, this.#replaced, this.#cancellation],
      vscode.languages.registerInlineCompletionItemProvider(documentSelector, provider),
      vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)),
      vscode.workspace.onDidCloseTextDocument((document) => document === this.document && this.discard()),
      vscode.window.onDidChangeTextEditorSelection(
        ({ textEditor }) => textEditor.document === this.document && this.#show(),
      ),
      vscode.window.onDidChangeActiveTextEditor(() => this.#show()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#show()),
    );
    this.#show();
  }

  get uri(): vscode.Uri {
    return this.document.uri;
  }

  /** Where the cursor has to be for the code to be seen. */
  get place(): vscode.Position {
    return this.#range.end;
  }

  /** Cancelled once nobody wants the code any more. */
  get token(): vscode.CancellationToken {
    return this.#cancellation.token;
  }

  /** What of it has come. */
  get text(): string {
    return this.#text;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async append(text: string): Promise<void> {
    this.#text += text;
    this.#show();
  }

  async clear(): Promise<void> {
    this.#text = '';
  }

  /** What has come of an answer that failed may still be kept. */
  end(end: AnswerEnd): void {
    this.#isStreaming = false;
    if (end.kind === 'cancelled' || this.#text === '') this.discard();
    else this.#show();
  }

  /** Puts what has come into the document, and ends the answer. @throws UserError when the document cannot be changed */
  async keep(): Promise<void> {
    const editor = this.#activeEditor;
    if (this.#isClosed || editor === undefined || this.#text === '' || this.#isTaking) return;
    this.#isTaking = true;
    const [text, range] = [this.#text, this.#range];
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    const isKept = await editor.edit((edit) => edit.replace(range, text));
    this.#isTaking = false;
    if (!isKept)
      throw new UserError(
        l10n.t('The file cannot be changed, so nothing was inserted: make it writable, then press Tab again.'),
      );
    this.#close();
  }

  /** The ghost text was taken by VS Code, so the code is there; what it replaces goes, in the same step of undo. */
  async taken(): Promise<void> {
    const { start, end } = this.#range;
    const isReplacement = this.#isReplacement;
    const editor = this.#activeEditor;
    this.#close();
    // It was shown on the line below.
    const range = new vscode.Range(start, new vscode.Position(end.line + 1, 0));
    const stops = { undoStopBefore: false, undoStopAfter: true };
    if (isReplacement) await editor?.edit((edit) => edit.delete(range), stops);
  }

  discard(): void {
    if (this.#isClosed) return;
    const editor = this.#isHere ? this.#activeEditor : undefined;
    const isReplacement = this.#isReplacement;
    const range = this.#range;
    this.#close();
    if (editor === undefined) return;
    void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    if (isReplacement) {
      const [anchor, active] = this.#original.isReversed ? [range.end, range.start] : [range.start, range.end];
      editor.selection = new vscode.Selection(anchor, active);
    }
  }

  dispose(): void {
    this.discard();
  }

  get #range(): vscode.Range {
    const { start, end } = this.#stretch;
    return new vscode.Range(this.document.positionAt(start), this.document.positionAt(end));
  }

  get #isReplacement(): boolean {
    return this.#stretch.start !== this.#stretch.end;
  }

  /** An editor that was hidden and comes back is another one. */
  get #activeEditor(): vscode.TextEditor | undefined {
    const editor = vscode.window.activeTextEditor;
    return editor?.document === this.document && !this.document.isClosed ? editor : undefined;
  }

  get #isHere(): boolean {
    const [selection, ...others] = this.#activeEditor?.selections ?? [];
    return others.length === 0 && selection?.isEmpty === true && selection.active.isEqual(this.place);
  }

  /** A replacement is shown below what it replaces. */
  #items(document: vscode.TextDocument, position: vscode.Position): vscode.InlineCompletionItem[] {
    if (this.#isClosed || document !== this.document || this.#text === '' || !position.isEqual(this.place)) return [];
    const shown = this.#isReplacement ? `\n${this.#text}` : this.#text;
    const command = { command: `punctual.${takenCommand}`, title: l10n.t('Generated code taken') };
    return [new vscode.InlineCompletionItem(shown, new vscode.Range(position, position), command)];
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document !== this.document || contentChanges.length === 0 || this.#isClosed || this.#isTaking) return;
    const isTaken = contentChanges.length === 1 && this.#isText(contentChanges[0]?.text ?? '');
    if (isTaken) return;
    const stretch = shifted(this.#stretch, contentChanges);
    if (stretch === undefined) return this.discard();
    this.#stretch = stretch;
    this.#show();
  }

  /** The same, whatever line ends the document has. */
  #isText(inserted: string): boolean {
    return this.#text !== '' && inserted.replaceAll('\r\n', '\n').trim() === this.#text.trim();
  }

  #show(): void {
    if (this.#isClosed) return;
    const isHere = this.#isHere;
    this.#tell(isHere);
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== this.document) continue;
      editor.setDecorations(this.#mark, this.#marks(isHere && editor === this.#activeEditor));
      editor.setDecorations(this.#replaced, this.#isReplacement ? [this.#range] : []);
    }
    if (isHere && this.#text !== '') void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** @param isShown the code itself says where it is */
  #marks(isShown: boolean): vscode.DecorationOptions[] {
    const isWaiting = this.#isStreaming && this.#text === '';
    if (isShown && !isWaiting) return [];
    const contentText = isWaiting ? l10n.t('generating…') : l10n.t('generated code: put the cursor here to see it');
    return [{ range: new vscode.Range(this.place, this.place), renderOptions: { after: { contentText } } }];
  }

  #tell(isHere: boolean): void {
    void vscode.commands.executeCommand('setContext', hereKey, isHere);
    void vscode.commands.executeCommand('setContext', readyKey, isHere && this.#text !== '');
  }

  #close(): void {
    this.#isClosed = true;
    this.#cancellation.cancel();
    this.#tell(false);
    for (const item of this.#scope.splice(0)) item.dispose();
    this.#onClosed();
  }
}
