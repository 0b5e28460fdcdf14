/** What the extension's entry, its product and whoever looks at it from outside agree on. Types alone: the entry must stay small. */
import type * as vscode from 'vscode';
import type { Status } from '../runtime/protocol.ts';
import type { Commands } from './commands.ts';
import type { ConnectionState } from './connection-state.ts';
import type { StatusState } from './status-text.ts';

/** What another extension, or a test inside the editor, may read. */
export interface PunctualApi {
  connection(): ConnectionState;
  /** The runtime's last status; undefined without a connection. */
  status(): Status | undefined;
  /** What became of this window's completion requests, by reason, and how many suggestions were accepted. */
  completions(): Readonly<Record<string, number>>;
  /** What has come of generated code that is neither kept nor discarded yet; undefined while there is none. */
  generated(): string | undefined;
  /** What the status bar says. */
  statusText(): string;
  /** The same in a word. */
  statusState(): StatusState;
}

/** What the entry hands to the product: what VS Code saw of the extension when it was activated. */
export interface Beginning {
  readonly extension: vscode.ExtensionContext;
  readonly commands: Commands;
  /** Already in the status bar. */
  readonly statusItem: vscode.StatusBarItem;
}
