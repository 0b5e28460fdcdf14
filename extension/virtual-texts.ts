/** Texts that stand in read-only documents of one scheme and may still grow. Owns them until their documents are closed. */
import * as vscode from 'vscode';

export class VirtualTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #scheme: string;
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #scope: vscode.Disposable[];
  #count = 0;

  readonly onDidChange = this.#changed.event;

  constructor(scheme: string) {
    this.#scheme = scheme;
    this.#scope = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    ];
  }

  /** @param name of its tab; what it ends in says its language. */
  add(name: string, text: string): vscode.Uri {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: this.#scheme, path: `/${this.#count}/${name}` });
    this.#texts.set(uri.toString(), text);
    return uri;
  }

  append(uri: vscode.Uri, text: string): void {
    this.put(uri, (this.#texts.get(uri.toString()) ?? '') + text);
  }

  put(uri: vscode.Uri, text: string): void {
    if (!this.#texts.has(uri.toString())) return;
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const item of this.#scope) item.dispose();
  }
}
