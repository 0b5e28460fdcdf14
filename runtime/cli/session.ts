/** One conversation with the runtime: from finding or starting it to the last answer. Everything that comes back is checked. */
import { homedir } from 'node:os';
import path from 'node:path';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ProgressType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import * as z from 'zod/mini';
import { ConnectError, connectIfRunning, connectRuntime, type RuntimeConnection } from '../client/connect.ts';
import { Home, HomeError, homeFolder } from '../client/home.ts';
import {
  type OfferParams,
  type OfferResult,
  offerMethod,
  offerParamsSchema,
  partialResultSchema,
  type rangeSchema,
  type Status,
  statusMethod,
  statusSchema,
} from '../protocol.ts';
import { firstAbort } from './abort.ts';
import { CommandError, type Io, type Values } from './command.ts';
import type { OpenedFile } from './document.ts';
import { modelChoice } from './model.ts';
import { versionOf } from './version.ts';

const goneMessage = 'The runtime has gone away meanwhile: run the command again, which starts another.';
const unclearMessage = "The runtime's answer was not understood: run 'punctual stop', then the command again.";

export type AnswerPart = z.infer<typeof partialResultSchema.shape.value>;

export class Session {
  readonly #connection: MessageConnection;
  readonly #runtime: RuntimeConnection;
  /** Aborts when the command is interrupted. */
  readonly #signal: AbortSignal;
  /** Aborts when the connection is lost. */
  readonly #lost = new AbortController();
  readonly #statusListeners = new Set<(status: Status) => void>();
  #status: Status | undefined;
  #progressTokens = 0;

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
    // An error of the socket is followed by its end.
    this.#connection.onError(() => undefined);
    this.#connection.onClose(() => this.#lost.abort(new CommandError(goneMessage, 'runtimeUnavailable')));
    this.#connection.listen();
  }

  /** @throws CommandError when the runtime does not take the settings or goes away. */
  static async start(
    runtime: RuntimeConnection,
    settings: object,
    version: string,
    signal: AbortSignal,
  ): Promise<Session> {
    const session = new Session(runtime, signal);
    const initializationOptions = { client: 'cli', version, settings };
    const params = { processId: process.pid, rootUri: null, capabilities: {}, initializationOptions };
    try {
      await session.request('initialize', params, z.unknown());
      session.#notify('initialized', {});
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  get runtimePid(): number {
    return this.#runtime.runtime.pid;
  }

  /** Of 127.0.0.1. */
  get runtimePort(): number {
    return this.#runtime.runtime.port;
  }

  open({ uri, languageId, text }: OpenedFile): void {
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Replaces a range of an open document, as an editor does at each keystroke. */
  change(uri: string, version: number, range: z.infer<typeof rangeSchema>, text: string): void {
    this.#notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ range, text }] });
  }

  /**
   * Ends with the answer, with the command or the caller's own `signal` (then the runtime is told to cancel), or with the connection.
   *
   * @throws CommandError with the runtime's sentence, or the reason of the signal that aborted.
   */
  async request<T>(method: string, params: object, schema: z.ZodMiniType<T>, signal?: AbortSignal): Promise<T> {
    const source = new CancellationTokenSource();
    const abort = firstAbort([this.#lost.signal, this.#signal, ...(signal ? [signal] : [])], () => {
      if (!this.#lost.signal.aborted) source.cancel();
    });
    try {
      this.#lost.signal.throwIfAborted();
      const answer = await Promise.race([abort.promise, this.#connection.sendRequest(method, params, source.token)]);
      return schema.parse(answer);
    } catch (error) {
      throw commandError(error);
    } finally {
      abort.dispose();
    }
  }

  /** As {@link request}, with the pieces of the answer, and what there is to tell of it, as they come. */
  async stream<T>(
    method: string,
    params: object,
    schema: z.ZodMiniType<T>,
    onPart: (part: AnswerPart) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    const token = `cli-${++this.#progressTokens}`;
    const subscription = this.#connection.onProgress(progress, token, (value) => {
      const partial = partialResultSchema.shape.value.safeParse(value);
      if (partial.success) onPart(partial.data);
    });
    try {
      return await this.request(method, { ...params, partialResultToken: token }, schema, signal);
    } finally {
      subscription.dispose();
    }
  }

  /** As {@link request}, with news of how far it is. */
  async follow<T, P>(
    method: string,
    params: object,
    schemas: { readonly result: z.ZodMiniType<T>; readonly progress: z.ZodMiniType<P> },
    onProgress: (progress: P) => void,
  ): Promise<T> {
    const token = `cli-${++this.#progressTokens}`;
    const subscription = this.#connection.onProgress(progress, token, (value) => {
      const news = schemas.progress.safeParse(value);
      if (news.success) onProgress(news.data);
    });
    try {
      return await this.request(method, { ...params, workDoneToken: token }, schemas.result);
    } finally {
      subscription.dispose();
    }
  }

  /** The latest status that the runtime has pushed (it pushes one to every new client), once it is one that is waited for. */
  async status(isWanted: (status: Status) => boolean = () => true): Promise<Status> {
    if (this.#status && isWanted(this.#status)) return this.#status;
    const { promise: pushed, resolve } = settleable<Status>();
    const unsubscribe = this.onStatus((status) => {
      if (isWanted(status)) resolve(status);
    });
    const abort = firstAbort([this.#lost.signal, this.#signal]);
    try {
      return await Promise.race([abort.promise, pushed]);
    } finally {
      unsubscribe();
      abort.dispose();
    }
  }

  /** Called at every status that the runtime pushes; returns what ends that. */
  onStatus(listener: (status: Status) => void): () => void {
    this.#statusListeners.add(listener);
    return () => void this.#statusListeners.delete(listener);
  }

  /** The runtime asks whether another model is to answer; `moot` aborts when that does not matter any more. */
  onOffer(answer: (offer: OfferParams, moot: AbortSignal) => Promise<OfferResult>): void {
    this.#connection.onRequest(offerMethod, async (params: unknown, token: CancellationToken) => {
      const moot = new AbortController();
      const subscription = token.onCancellationRequested(() => moot.abort());
      // Of one that was cancelled before it was read, no event tells.
      if (token.isCancellationRequested) moot.abort();
      const end = firstAbort([this.#lost.signal, this.#signal], () => moot.abort());
      try {
        return await answer(offerParamsSchema.parse(params), moot.signal);
      } finally {
        subscription.dispose();
        end.dispose();
      }
    });
  }

  close(): void {
    this.#connection.dispose();
    this.#runtime.socket.terminate();
  }

  #notify(method: string, params: object): void {
    this.#lost.signal.throwIfAborted();
    // What cannot be sent is lost with the connection, and every request hears of that.
    this.#connection.sendNotification(method, params).catch(() => undefined);
  }
}

function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle?.(value) };
}

const progress = new ProgressType<unknown>();

export function homeOf(io: Io): string {
  return homeFolder({ env: io.env, platform: process.platform, homedir: homedir() });
}

/** Opens a session with the user's runtime, starting one if need be, and closes it after `use`. */
export async function withSession<T>(
  io: Io,
  values: Values,
  use: (session: Session) => Promise<T>,
  more: object = {},
): Promise<T> {
  const version = versionOf(io);
  const settings = { model: await modelChoice(values['model'], io), ...more };
  try {
    // Not given up when interrupted: whoever has started a runtime has to know it, to be able to end it.
    const runtime = await connectRuntime({
      homeFolder: homeOf(io),
      runtimeFile: path.join(io.programs, 'runtime.mjs'),
      version,
      execPath: process.execPath,
      env: io.env,
    });
    return await useSession(await Session.start(runtime, settings, version, io.signal), use);
  } catch (error) {
    throw commandError(error);
  }
}

/** The same with the runtime that is up; undefined when there is none. Starts nothing. */
export async function withRunning<T>(io: Io, use: (session: Session) => Promise<T>): Promise<T | undefined> {
  const runtime = await connectIfRunning(homeOf(io)).catch((error: unknown) => {
    if (error instanceof HomeError) throw commandError(error);
    // One that ends between its answer and the connection is none.
    return undefined;
  });
  return runtime && useSession(await Session.start(runtime, {}, versionOf(io), io.signal), use);
}

/** The home folder, for those who look into it without a runtime. @throws CommandError where that may not be: it would seem to be empty. */
export async function checkedHome(io: Io): Promise<Home> {
  const home = new Home(homeOf(io));
  await home.check().catch((error: unknown) => {
    throw commandError(error);
  });
  return home;
}

async function useSession<T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

export function commandError(error: unknown): unknown {
  if (error instanceof ResponseError) return new CommandError(error.message, wordOf(error.data));
  if (error instanceof ConnectError || error instanceof HomeError)
    return new CommandError(error.message, 'runtimeUnavailable');
  return error instanceof z.core.$ZodError ? new CommandError(unclearMessage, 'answerUnclear') : error;
}

/** What the runtime says beside its sentence, for programs. */
function wordOf(data: unknown): string | undefined {
  const parsed = z.object({ code: z.string() }).safeParse(data);
  return parsed.success ? parsed.data.code : undefined;
}
