/** The settings of this window: one frozen snapshot, read when VS Code says that it changed and never in between. */
import * as vscode from 'vscode';
import { type SettingsSnapshot, settingsSnapshot } from './settings-model.ts';

export const section = 'punctual';

export class Settings implements vscode.Disposable {
  #current: SettingsSnapshot;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<SettingsSnapshot>();
  readonly #listener: vscode.Disposable;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#current = this.#read();
    this.#listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(section)) return;
      this.#current = this.#read();
      this.#changed.fire(this.#current);
    });
  }

  get current(): SettingsSnapshot {
    return this.#current;
  }

  get onDidChange(): vscode.Event<SettingsSnapshot> {
    return this.#changed.event;
  }

  /** Whether completion is on for this document's language and folder; without a document, everywhere. */
  enabledFor(document: vscode.TextDocument | undefined): boolean {
    return vscode.workspace.getConfiguration(section, document).get<boolean>('enable') ?? true;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  #read(): SettingsSnapshot {
    const configuration = vscode.workspace.getConfiguration(section);
    const snapshot = settingsSnapshot((key) => configuration.get(key));
    for (const key of snapshot.rejected) {
      this.#log.warn(`The value of ${section}.${key} cannot be used; its default counts.`);
    }
    return snapshot;
  }
}
