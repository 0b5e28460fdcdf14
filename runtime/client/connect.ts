/**
 * Finds the user's runtime or starts it, and connects. What happens, in this order, until a runtime answers or time is up:
 * 1. The rendezvous file names a runtime that answers: it is used, unless its version says otherwise (see {@link verdict}).
 * 2. An older runtime is asked to stop, and the search goes on when it is gone.
 * 3. Nobody answers: a runtime is started, by the client whose turn it is (turn.ts). Should two do so at the same time all the same, one
 *    runtime ends at once and both clients find the other.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageReader, MessageWriter } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import { SaidError, sentence } from '../core/sentence.ts';
import { protocolVersion, type Rendezvous, stopMethod } from '../protocol.ts';
import { Home } from './home.ts';
import { isAlive, readRendezvous } from './rendezvous.ts';
import { connectSocket, SocketReader, SocketWriter } from './socket.ts';
import { Turn } from './turn.ts';

export interface ConnectOptions {
  readonly homeFolder: string;
  /** The bundled runtime: an absolute path. */
  readonly runtimeFile: string;
  /** The client's own version; runtime and clients are published together. */
  readonly version: string;
  /** Node, or Electron running as Node. */
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long a runtime that this call starts stays without clients, in ms; its own default when absent. */
  readonly idleMs?: number;
  readonly timeoutMs?: number;
  /** What must be over before anything can be received, while a runtime is looked for: the program that listens may still be loading. */
  readonly listening?: Promise<unknown>;
}

export interface RuntimeConnection {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly socket: WebSocket;
  readonly runtime: Rendezvous;
}

/** A sentence for a person: no runtime could be reached, and what to do. */
export class ConnectError extends SaidError {}

const timeoutMsDefault = 20_000;
const pollMs = 25;
const logBytesMax = 1024 * 1024;
/**
 * The most that the runtime's heap may take, four times the largest documents it keeps (server/limits.ts). V8 lets a heap grow by a factor that
 * follows from this: by half before it is collected, instead of fourfold. The memory is there for models.
 */
const heapMegabytes = 1_024;
/** What a client may leave unsent: a few documents of the largest size. */
const clientBufferBytesMax = 128 * 1024 * 1024;

/** @throws ConnectError as {@link findOrStart} does. */
export async function connectRuntime(options: ConnectOptions): Promise<RuntimeConnection> {
  const runtime = await findOrStart(options);
  await options.listening;
  // A runtime may end between its answer and this connection: then another search finds its successor, or starts it.
  return attach(runtime).catch(async () => attach(await findOrStart(options)));
}

/** Connects to the runtime that is up; undefined when there is none. Starts nothing. @throws HomeError when none can ever be found. */
export async function connectIfRunning(homeFolder: string): Promise<RuntimeConnection | undefined> {
  const home = new Home(homeFolder);
  await home.check();
  const runtime = await readRendezvous(home);
  return runtime && (await isAlive(runtime)) ? attach(runtime) : undefined;
}

async function attach(runtime: Rendezvous): Promise<RuntimeConnection> {
  const socket = await connectSocket(runtime);
  return { socket, runtime, reader: new SocketReader(socket), writer: new SocketWriter(socket, clientBufferBytesMax) };
}

/** @throws ConnectError when none answers in time, or when the one that answers is too new; HomeError when none can be started. */
export async function findOrStart(options: ConnectOptions): Promise<Rendezvous> {
  const home = new Home(options.homeFolder);
  await home.prepare();
  const turn = new Turn(home.turnFile);
  try {
    return await search(home, turn, options);
  } finally {
    await turn.release();
  }
}

async function search(home: Home, turn: Turn, options: ConnectOptions): Promise<Rendezvous> {
  const deadlineMs = performance.now() + (options.timeoutMs ?? timeoutMsDefault);
  let started: Started | undefined;
  while (performance.now() < deadlineMs) {
    const runtime = await readRendezvous(home);
    if (runtime && (await isAlive(runtime))) {
      const decision = verdict(runtime, options.version);
      if (decision === 'use') return runtime;
      if (decision === 'refuse')
        throw new ConnectError(
          sentence(
            'A newer Punctual runtime ({0}) is running: update this client ({1}) or reload its window.',
            runtime.version,
            options.version,
          ),
        );
      await stopRuntime(runtime, `replaced by ${options.version}`);
    } else {
      if (started?.failed) throw await startError(home, started);
      // One that ended well has lost to another, which may have ended since: then it is this client's turn again.
      if ((!started || started.ended) && (await turn.take())) started = await start(home, options);
      await sleep(pollMs);
    }
  }
  throw new ConnectError(sentence('The Punctual runtime did not answer in time: see {0}.', home.logFile));
}

/**
 * The same version is used. A newer client replaces an older runtime, so that an update takes effect; an older client makes do
 * with a newer runtime as long as they speak the same protocol.
 */
export function verdict(
  runtime: Pick<Rendezvous, 'version' | 'protocol'>,
  version: string,
  protocol = protocolVersion,
): 'use' | 'replace' | 'refuse' {
  if (protocol !== runtime.protocol) return protocol > runtime.protocol ? 'replace' : 'refuse';
  return compareVersions(version, runtime.version) > 0 ? 'replace' : 'use';
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split(/[.+-]/), b.split(/[.+-]/)];
  for (const place of [0, 1, 2]) {
    const difference = (Number.parseInt(left[place] ?? '', 10) || 0) - (Number.parseInt(right[place] ?? '', 10) || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const stopMsMax = 10_000;

/** Asks a runtime to end and waits until it is gone. @throws ConnectError when it does not go. */
export async function stopRuntime(runtime: Rendezvous, reason: string): Promise<void> {
  const socket = await connectSocket(runtime).catch(() => undefined);
  socket?.on('error', () => undefined);
  socket?.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: stopMethod, params: { reason } }));
  const deadlineMs = performance.now() + stopMsMax;
  while (isProcess(runtime.pid) && (await isAlive(runtime))) {
    if (performance.now() > deadlineMs)
      throw new ConnectError(
        sentence(
          'The Punctual runtime {0} (process {1}) does not stop: end that process.',
          runtime.version,
          runtime.pid,
        ),
      );
    await sleep(pollMs);
  }
  while (isProcess(runtime.pid) && performance.now() < deadlineMs) await sleep(pollMs);
  socket?.terminate();
}

/** Whether a process of this id exists; one that this user may not signal does. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Started {
  readonly child: ChildProcess;
  /** Bytes of the log that were there before. */
  readonly logStart: number;
  ended: boolean;
  failed: boolean;
  cause: string;
}

async function start(home: Home, options: ConnectOptions): Promise<Started> {
  const size = await stat(home.logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  const isFull = size > logBytesMax;
  const log = await open(home.logFile, isFull ? 'w' : 'a', 0o600).catch(() => {
    throw new ConnectError(
      sentence('The log {0} cannot be written: move it away, or change its permissions.', home.logFile),
    );
  });
  const args = [
    `--max-old-space-size=${heapMegabytes}`,
    options.runtimeFile,
    '--home',
    home.folder,
    ...(options.idleMs === undefined ? [] : ['--idle-ms', String(options.idleMs)]),
  ];
  // Electron runs a script as Node does when this is set; Node ignores it.
  const env = { ...options.env, ELECTRON_RUN_AS_NODE: '1' };
  const child = spawn(options.execPath, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env,
    windowsHide: true,
  });
  const started: Started = { child, logStart: isFull ? 0 : size, ended: false, failed: false, cause: '' };
  child.once('error', (error) => Object.assign(started, { ended: true, failed: true, cause: error.message }));
  child.once('exit', (code, signal) =>
    Object.assign(started, { ended: true, failed: code !== 0, cause: signal ?? `exit code ${code}` }),
  );
  child.unref();
  await log.close();
  return started;
}

/** @throws HomeError when there is no room to start in. */
async function startError(home: Home, { cause, logStart }: Started): Promise<ConnectError> {
  const log = await readFile(home.logFile).catch(() => Buffer.alloc(0));
  const lines = log.subarray(logStart).toString().trim().split('\n');
  // What Node says of an uncaught error has the error in the middle and its own version at the end.
  const told = lines.findLast((line) => /^(\w*Error\b|punctual runtime:)/.test(line)) ?? lines.slice(-3).join(' | ');
  // On a full disk nothing can be said either.
  if (told === '') await home.tryToWrite();
  return new ConnectError(
    sentence(
      'The Punctual runtime did not start ({0}): {1}. The whole log is in {2}.',
      cause,
      told || sentence('it wrote nothing'),
      home.logFile,
    ),
  );
}
