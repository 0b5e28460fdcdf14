/** The settings of this window: one frozen snapshot, read when VS Code says that it changed and never in between. */
import * as vscode from 'vscode';
import type { SettingUpdate } from './model-choices.ts';
import {
  editorKeys,
  editorProxy,
  isEditorKey,
  isUsersOwn,
  type SettingsSnapshot,
  settingsSnapshot,
  usersOwn,
} from './settings-model.ts';

export const section = 'punctual';
/** VS Code's own settings of the network. */
const networkSection = 'http';

export class Settings implements vscode.Disposable {
  #current: SettingsSnapshot;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<SettingsSnapshot>();
  readonly #listener: vscode.Disposable;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#current = this.#read();
    this.#listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(section) && !event.affectsConfiguration(networkSection)) return;
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
    const network = networkInForce();
    const snapshot = settingsSnapshot((key) => {
      if (isEditorKey(key)) return network[key];
      return isUsersOwn(key) ? usersOwn(configuration.inspect(key) ?? {}) : configuration.get(key);
    });
    for (const key of snapshot.rejected) {
      const name = isEditorKey(key) ? editorKeys[key] : `${section}.${key}`;
      this.#log.warn(`The value of ${name} cannot be used; its default counts.`);
    }
    return snapshot;
  }
}

function networkInForce(): ReturnType<typeof editorProxy> {
  const network = vscode.workspace.getConfiguration(networkSection);
  const [proxy, noProxy, support] = ['proxy', 'noProxy', 'proxySupport'].map((key) => network.get<unknown>(key));
  return editorProxy({ proxy, noProxy, support, env: process.env });
}

/** For what the user picked, and nothing else. */
export async function writeSettings(updates: readonly SettingUpdate[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  for (const { key, value } of updates) await configuration.update(key, value, vscode.ConfigurationTarget.Global);
}
