/**
 * Keeps one connection to the runtime: finds or starts it, connects, and connects again with growing delays when it is lost. Owns
 * the reconnecting; knows nothing of features. Everything here happens in the background and nothing of it shows a message.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Connection } from './connection.ts';
import { type ConnectionState, retryDelayMs, settledAfterMs } from './connection-state.ts';
import { l10n } from './l10n.ts';
import { isConnectionLost, UserError } from './messages.ts';
import type { Settings } from './settings.ts';
import { within } from './within.ts';

export interface ClientOptions {
  readonly log: vscode.LogOutputChannel;
  readonly settings: Settings;
  readonly version: string;
  /** Absolute path of the bundled runtime. */
  readonly runtimeFile: string;
}

const readyMsMax = 30_000;
const stopMsMax = 15_000;

export class Client implements vscode.Disposable {
  readonly #options: ClientOptions;
  readonly #stateChanged = new vscode.EventEmitter<ConnectionState>();
  readonly #connected = new vscode.EventEmitter<Connection>();
  #state: ConnectionState = { kind: 'starting' };
  #connection: Connection | undefined;
  #connecting = false;
  /** In a row; see {@link settledAfterMs}. */
  #failures = 0;
  #connectedAtMs = 0;
  #retry: NodeJS.Timeout | undefined;

  readonly onDidChangeState = this.#stateChanged.event;
  /** Each new connection: listeners register on it and are gone with it. */
  readonly onDidConnect = this.#connected.event;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Of the extension. */
  get version(): string {
    return this.#options.version;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The connection, if there is one right now: for what may as well not happen, such as ghost text. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Connects now, in the background, unless that is under way or done. */
  connect(): void {
    if (this.#connection === undefined && !this.#connecting && this.#state.kind !== 'closed') void this.#connect();
  }

  /** Waits for a connection: for what the user asked for. @throws UserError when none comes. */
  async ready(token: vscode.CancellationToken): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    this.connect();
    return new Promise<Connection>((resolve, reject) => {
      const scope: vscode.Disposable[] = [];
      const settle = (act: () => void) => {
        for (const item of scope) item.dispose();
        act();
      };
      const fail = () => settle(() => reject(this.#unavailableError()));
      const timer = setTimeout(fail, readyMsMax);
      scope.push(
        this.#connected.event((connection) => settle(() => resolve(connection))),
        this.#stateChanged.event((state) => {
          if (state.kind === 'unavailable' || state.kind === 'closed') fail();
        }),
        token.onCancellationRequested(() => settle(() => reject(new vscode.CancellationError()))),
        { dispose: () => clearTimeout(timer) },
      );
    });
  }

  /** Ends the runtime if there is one, and starts another. */
  async restartRuntime(): Promise<void> {
    const connection = this.#connection;
    this.#failures = 0;
    if (connection === undefined) return this.connect();
    const closed = new Promise<void>((resolve) => connection.onDidClose(() => resolve()));
    await connection.stopRuntime('restarted from VS Code').catch((error) => {
      // A runtime that ends at once may not answer any more; what counts is that the connection closes.
      if (!isConnectionLost(error)) throw error;
    });
    await within(stopMsMax, l10n.t('the end of the runtime'), closed);
    this.connect();
  }

  dispose(): void {
    clearTimeout(this.#retry);
    this.#setState({ kind: 'closed' });
    this.#connection?.dispose();
    this.#connection = undefined;
    this.#stateChanged.dispose();
    this.#connected.dispose();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#connecting = true;
    this.#setState({ kind: 'starting' });
    const { log, settings, version, runtimeFile } = this.#options;
    try {
      const { openTransports } = await loadRuntime();
      // Disposed meanwhile: nobody is to start a runtime then.
      if (this.state.kind === 'closed') return;
      const idleMinutes = settings.current.runtimeIdleMinutes;
      const listening = loadConnection();
      const transports = await openTransports({ runtimeFile, version, idleMinutes, listening });
      const { Connection } = await listening;
      this.#setState({ kind: 'connecting' });
      const connection = await Connection.open({ transports, log, version, settings: settings.current.wire });
      this.#connecting = false;
      this.#adopt(connection);
    } catch (error) {
      this.#connecting = false;
      this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #adopt(connection: Connection): void {
    // Disposed, or lost again, while the handshake was under way.
    if (this.#state.kind === 'closed') {
      connection.dispose();
      return;
    }
    if (connection.isClosed) {
      this.#failed(l10n.t('The runtime closed the connection after the handshake.'));
      return;
    }
    this.#connection = connection;
    this.#connectedAtMs = performance.now();
    connection.onDidClose(() => this.#lost(connection));
    this.#options.log.info('Connected to the runtime.');
    this.#setState({ kind: 'connected' });
    this.#connected.fire(connection);
  }

  #lost(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    if (performance.now() - this.#connectedAtMs >= settledAfterMs) this.#failures = 0;
    this.#failed(l10n.t('The connection to the runtime closed.'));
  }

  #failed(message: string): void {
    if (this.#state.kind === 'closed') return;
    this.#failures += 1;
    const delayMs = retryDelayMs(this.#failures);
    this.#options.log.warn(`No runtime, trying again in ${delayMs} ms: ${message}`);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connect(), delayMs);
    this.#setState({ kind: 'unavailable', failures: this.#failures, message });
  }

  #unavailableError(): UserError {
    const cause =
      this.#state.kind === 'unavailable' ? this.#state.message : l10n.t('The runtime did not answer in time.');
    return new UserError(l10n.t('{0} Try Punctual: Restart Runtime; the details are in Punctual: Show Log.', cause));
  }

  #setState(state: ConnectionState): void {
    if (this.#state.kind === 'closed') return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}

/**
 * The WebSocket and the language client take longer to evaluate than all the rest of the extension: each in a turn of its own, the second one
 * while the runtime is looked for.
 */
async function loadRuntime() {
  await nextTurn();
  return import('./runtime.ts');
}

async function loadConnection() {
  await nextTurn();
  return import('./connection.ts');
}
