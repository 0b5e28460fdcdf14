/** One conversation with the runtime: from finding or starting it to the last answer. Everything that comes back is checked. */
import { homedir } from 'node:os';
import path from 'node:path';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import { ConnectError, connectIfRunning, connectRuntime, type RuntimeConnection } from '../client/connect.ts';
import { homeFolder } from '../client/home.ts';
import { partialResultSchema, type Status, statusMethod, statusSchema } from '../protocol.ts';
import { CommandError, type Io, type Values } from './command.ts';
import type { OpenedFile } from './document.ts';
import { versionOf } from './version.ts';

export class Session {
  readonly #connection: MessageConnection;
  readonly #runtime: RuntimeConnection;
  readonly #signal: AbortSignal;
  #progressTokens = 0;
  #status: Status | undefined;
  readonly #statusListeners = new Set<(status: Status) => void>();

  private constructor(runtime: RuntimeConnection, signal: AbortSignal) {
    this.#runtime = runtime;
    this.#signal = signal;
    this.#connection = createMessageConnection(runtime.reader, runtime.writer);
    this.#connection.onNotification(statusMethod, (params: unknown) => {
      const status = statusSchema.safeParse(params);
      if (!status.success) return;
      this.#status = status.data;
      for (const listener of this.#statusListeners) listener(status.data);
    });
    // A runtime that goes away fails the requests under way; nothing else is left to do.
    this.#connection.onError(() => undefined);
    this.#connection.listen();
  }

  static async start(
    runtime: RuntimeConnection,
    settings: object,
    version: string,
    signal: AbortSignal,
  ): Promise<Session> {
    const session = new Session(runtime, signal);
    const initializationOptions = { client: 'cli', version, settings };
    await session.#connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await session.#connection.sendNotification('initialized', {});
    return session;
  }

  get runtimePid(): number {
    return this.#runtime.runtime.pid;
  }

  open({ uri, languageId, text }: OpenedFile): void {
    void this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces the whole text of an open document. */
  replace(uri: string, version: number, text: string): void {
    void this.#connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  /** @throws CommandError with the runtime's sentence. */
  async request<T>(method: string, params: object, schema: z.ZodType<T>): Promise<T> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    this.#signal.addEventListener('abort', cancel, { once: true });
    try {
      return schema.parse(await this.#connection.sendRequest(method, params, source.token));
    } catch (error) {
      throw this.#signal.aborted ? this.#signal.reason : commandError(error);
    } finally {
      this.#signal.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** As {@link request}, with the pieces of the answer as they come. */
  async stream<T>(method: string, params: object, schema: z.ZodType<T>, onText: (text: string) => void): Promise<T> {
    const token = `cli-${++this.#progressTokens}`;
    const subscription = this.#connection.onNotification('$/progress', (value: unknown) => {
      const partial = partialResultSchema.safeParse(value);
      if (partial.success && partial.data.token === token) onText(partial.data.value.text);
    });
    try {
      return await this.request(method, { ...params, partialResultToken: token }, schema);
    } finally {
      subscription.dispose();
    }
  }

  /** The status that the runtime pushes to every new client. */
  async status(): Promise<Status> {
    if (this.#status) return this.#status;
    return new Promise((resolve) => {
      const listener = (status: Status): void => {
        this.#statusListeners.delete(listener);
        resolve(status);
      };
      this.#statusListeners.add(listener);
    });
  }

  close(): void {
    this.#connection.dispose();
    this.#runtime.socket.terminate();
  }
}

export function homeOf(io: Io): string {
  return homeFolder({ env: io.env, platform: process.platform, homedir: homedir() });
}

/** Opens a session with the user's runtime, starting one if need be, and closes it after `use`. */
export async function withSession<T>(io: Io, values: Values, use: (session: Session) => Promise<T>): Promise<T> {
  const version = versionOf(io);
  const settings = { model: modelChoice(values['model'], io) };
  const runtime = await connectRuntime({
    homeFolder: homeOf(io),
    runtimeFile: path.join(io.programs, 'runtime.mjs'),
    version,
    execPath: process.execPath,
    env: io.env,
  }).catch((error: unknown) => {
    throw error instanceof ConnectError ? new CommandError(error.message) : error;
  });
  return useSession(await Session.start(runtime, settings, version, io.signal), use);
}

/** The same with the runtime that is up; undefined when there is none. Starts nothing. */
export async function withRunning<T>(io: Io, use: (session: Session) => Promise<T>): Promise<T | undefined> {
  const runtime = await connectIfRunning(homeOf(io));
  return runtime && useSession(await Session.start(runtime, {}, versionOf(io), io.signal), use);
}

async function useSession<T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

function modelChoice(model: string | boolean | undefined, io: Io): string {
  if (typeof model !== 'string' || model === '') return 'auto';
  return model === 'auto' || model === 'embedded' ? model : path.resolve(io.cwd, model);
}

function commandError(error: unknown): unknown {
  return error instanceof ResponseError ? new CommandError(error.message) : error;
}
