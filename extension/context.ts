/**
 * What every feature shares. Two lifetimes: `subscriptions` end with the extension; what is given to a scope of `onConnection`
 * ends with that connection.
 */
import * as vscode from 'vscode';
import type { Status } from '../runtime/protocol.ts';
import type { Beginning } from './api.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { ConnectionState } from './connection-state.ts';
import { CompletionCounters } from './counters.ts';
import { Pause } from './paused.ts';
import { Serving } from './serving.ts';
import { Settings } from './settings.ts';
import { type Light, lightAtFirst } from './status-light.ts';

export class Context {
  readonly extension: vscode.ExtensionContext;
  /** In the status bar since the activation; `status.ts` alone says what stands in it. */
  readonly statusItem: vscode.StatusBarItem;
  readonly log: vscode.LogOutputChannel;
  readonly settings: Settings;
  readonly client: Client;
  readonly counters = new CompletionCounters();
  readonly serving: Serving;
  readonly pause = new Pause();
  /** Whether promises are kept just now; `status.ts` keeps it. */
  light: Light = lightAtFirst;
  /** Code that was generated in a document and is neither kept nor discarded yet: at its place nothing else is suggested. */
  readonly previews = new Map<vscode.TextDocument, { readonly text: string; readonly place: vscode.Position }>();
  readonly #commands: Beginning['commands'];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #commandAsking = new vscode.EventEmitter<vscode.TextDocument>();
  #status: Status | undefined;

  /** A command is asking something about this document before its task begins. */
  readonly onCommandAsking = this.#commandAsking.event;
  /** The connection's state, the runtime's status, or what is known of its models changed. */
  readonly onDidChange = this.#changed.event;

  constructor({ extension, commands, statusItem }: Beginning) {
    this.extension = extension;
    this.statusItem = statusItem;
    this.#commands = commands;
    this.log = vscode.window.createOutputChannel('Punctual', { log: true });
    this.settings = new Settings(this.log);
    this.client = new Client({
      log: this.log,
      settings: this.settings,
      version: versionOf(extension),
      runtimeFile: extension.asAbsolutePath('dist/runtime.mjs'),
    });
    this.serving = new Serving({ client: this.client, log: this.log });
    this.subscriptions.push(this.client, this.settings, this.serving, this.pause);
    this.subscriptions.push(this.#changed, this.#commandAsking, this.log);
    this.subscriptions.push(this.pause.onDidChange(() => this.#changed.fire()));
    this.subscriptions.push(this.client.onDidChangeState((state) => this.#onState(state)));
    this.subscriptions.push(this.serving.onDidChange(() => this.#changed.fire()));
    this.onConnection((connection, scope) => {
      this.serving.refreshSoon();
      scope.push(connection.onDidChangeStatus((status) => this.#onStatus(status)));
      scope.push(this.settings.onDidChange(({ wire }) => this.#configure(connection, wire)));
    });
  }

  get subscriptions(): { dispose(): unknown }[] {
    return this.extension.subscriptions;
  }

  /** The runtime's last word on itself; undefined without a connection. */
  get status(): Status | undefined {
    return this.#status;
  }

  /** `start` runs for each new connection; what it puts into `scope` is disposed when that connection closes. */
  onConnection(start: (connection: Connection, scope: vscode.Disposable[]) => void): void {
    const listener = this.client.onDidConnect((connection) => {
      const scope: vscode.Disposable[] = [];
      scope.push(
        connection.onDidClose(() => {
          for (const item of scope) item.dispose();
        }),
      );
      start(connection, scope);
    });
    this.subscriptions.push(listener);
  }

  /** Registers a command for the lifetime of the extension. */
  command(name: string, run: (...args: unknown[]) => unknown): void {
    this.#commands.add(`punctual.${name}`, run);
  }

  /** A command is about to ask its user something about this document, so a task is near. */
  commandAsks(document: vscode.TextDocument): void {
    this.#commandAsking.fire(document);
  }

  #onState(state: ConnectionState): void {
    if (state.kind !== 'connected') {
      this.#status = undefined;
      this.serving.forget();
    }
    this.#changed.fire();
  }

  #onStatus(status: Status): void {
    // A model that was not there before may do what another one did.
    if (modelsOf(status) !== modelsOf(this.#status)) this.serving.refreshSoon();
    this.#status = status;
    this.#changed.fire();
  }

  #configure(connection: Connection, wire: Parameters<Connection['configure']>[0]): void {
    this.serving.refreshSoon();
    connection.configure(wire).catch((error) => this.log.warn(`The runtime did not get the new settings: ${error}`));
  }
}

function versionOf(extension: vscode.ExtensionContext): string {
  const manifest: unknown = extension.extension.packageJSON;
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : '0';
}

function modelsOf(status: Status | undefined): string {
  return (status?.models ?? []).map(({ id }) => id).join('\n');
}
