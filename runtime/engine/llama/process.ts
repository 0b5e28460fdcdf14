/**
 * The engine port in the runtime process: starts the engine process at the first load, passes commands and events, and turns its end
 * (a crash, an out-of-memory kill, a SIGKILL) into one `lost`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { ModelId, TaskError } from '../../core/task.ts';
import type { Dispose, Engine, EngineCommand, EngineEvent } from '../engine.ts';
import { KvRoot, removeStaleKvFolders } from './kv-folder.ts';
import { eventsSchema } from './messages.ts';

/** What the engine process may see of the environment: where things are, and nothing that could be a secret. */
const passedVariables = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'LD_LIBRARY_PATH',
  'XDG_RUNTIME_DIR',
];

const stderrCharsMax = 4_000;
const stderrLinesInReason = 3;

/** How long the process may take to leave by itself when its channel is closed, in ms. */
const closeGraceMs = 500;

/** How long the last output of an ended process is waited for, in ms. */
const outputGraceMs = 250;

export interface LlamaEngineOptions {
  /** Absolute path of the built engine program (dist/engine.mjs). */
  readonly program: string;
  /** The environment to choose from; only {@link passedVariables} and PUNCTUAL_GPU are handed on. */
  readonly env: NodeJS.ProcessEnv;
  /** The order of forward passes, by its name in core/policies; the default is the policy of the house. */
  readonly policy?: string;
  /** Takes each line that the engine process writes to stderr. */
  readonly log?: (line: string) => void;
}

export class LlamaEngine implements Engine {
  readonly #options: LlamaEngineOptions;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  /** Outlives the processes: a model that comes back in the next one finds what its documents held. */
  readonly #kvRoot = new KvRoot();
  #child: EngineChild | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LlamaEngineOptions) {
    this.#options = options;
    // What a runtime that was killed has left stands for source text: it does not wait for the first load.
    void removeStaleKvFolders();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(command: EngineCommand): void {
    if (this.#closing !== undefined) return;
    if (this.#child === undefined && command.kind === 'load') this.#child = this.#start();
    if (this.#child === undefined) this.#answerWithoutChild(command);
    else this.#child.send(command);
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  kill(): void {
    this.#child?.kill();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close(this.#child);
    this.#child = undefined;
    this.#listeners.clear();
    return this.#closing;
  }

  async #close(child: EngineChild | undefined): Promise<void> {
    await child?.close();
    await this.#kvRoot.remove();
  }

  #start(): EngineChild {
    const child: EngineChild = new EngineChild(this.#options, this.#kvRoot, {
      // Nothing that an older process has sent is delivered after its loss.
      events: (events) => {
        if (this.#child === child) for (const event of events) this.#emit(event);
      },
      lost: (reason) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.#emit({ kind: 'lost', reason });
      },
    });
    return child;
  }

  /** No process, so no model: the answers that the process would give. */
  #answerWithoutChild(command: EngineCommand): void {
    switch (command.kind) {
      case 'start': {
        const { id, model } = command.request;
        const outcome = { kind: 'failed', error: notLoaded(model) } as const;
        setImmediate(() => this.#emit({ kind: 'ended', id, outcome }));
        break;
      }
      case 'unload':
        setImmediate(() => this.#emit({ kind: 'unloaded', model: command.model }));
        break;
      case 'resize': {
        const error = notLoaded(command.model);
        setImmediate(() => this.#emit({ kind: 'resizeFailed', model: command.model, error }));
        break;
      }
      case 'stop':
      case 'relegate':
      case 'load':
      case 'costs':
        break;
      default:
        command satisfies never;
    }
  }

  #emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function notLoaded(model: ModelId): TaskError {
  return { code: 'modelUnavailable', message: `The model ${model} is not loaded.` };
}

interface ChildListener {
  events(events: readonly EngineEvent[]): void;
  lost(reason: string): void;
}

/** One engine process, from its fork to its end. */
class EngineChild {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #stderr = '';
  #isOver = false;

  constructor(options: LlamaEngineOptions, kvRoot: KvRoot, listener: ChildListener) {
    const child = fork(options.program, options.policy === undefined ? [] : [options.policy], {
      env: { ...childEnvironment(options.env), PUNCTUAL_KV_FOLDER: kvRoot.path },
      // Little of its JavaScript lives long: more room for the young would only be touched.
      execArgv: ['--max-semi-space-size=1'],
      serialization: 'advanced',
      // Native code may print to stdout, which belongs to whoever started the runtime.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    let resolveEnded: () => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      resolveEnded = resolve;
    });
    const over = (reason: string): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      const cleaned = child.pid === undefined ? Promise.resolve() : kvRoot.processEnded(child.pid);
      void cleaned.then(resolveEnded);
      listener.lost(reason);
    };
    child.on('message', (message) => {
      if (this.#isOver) return;
      const events = eventsSchema.safeParse(message);
      if (events.success) listener.events(events.data);
      else this.#misbehaved(options, events.error.message);
    });
    child.on('error', (error) => {
      // A failed send is followed by the exit; only a process that never started has no exit.
      if (child.pid === undefined) over(`the engine process could not be started: ${error.message}`);
    });
    // 'close' comes after the last output was read, so that the reason has the last words of the process.
    child.on('close', (code, signal) => over(this.#reason(code, signal)));
    // A process of its own that it leaves behind may hold its output open: then the end counts without the last words.
    child.on('exit', (code, signal) => {
      setTimeout(() => over(this.#reason(code, signal)), outputGraceMs);
    });
    for (const stream of [child.stdout, child.stderr]) this.#listen(stream, options.log);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  send(command: EngineCommand): void {
    // An error here means that the channel is closed: the process is ending, and its end says all there is to say.
    if (this.#process.connected) this.#process.send(command, () => undefined);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Asks the process to leave by closing its channel, and kills it when it does not. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.kill(), closeGraceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** An event that is none: the two programs do not belong together, so nothing it says can be relied on. */
  #misbehaved(options: LlamaEngineOptions, detail: string): void {
    options.log?.(`The engine process sent something that is no event: ${detail}`);
    this.kill();
  }

  #listen(stream: NodeJS.ReadableStream | null, log: ((line: string) => void) | undefined): void {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-stderrCharsMax);
      for (const line of chunk.split('\n')) if (line.trim() !== '') log?.(line);
    });
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `ended with code ${code ?? 'unknown'}` : `was ended by the signal ${signal}`;
    const lines = this.#stderr.split('\n').filter((line) => line.trim() !== '');
    const last = lines.slice(-stderrLinesInReason).join(' | ');
    return last === '' ? `the engine process ${how}` : `the engine process ${how}; its last words: ${last}`;
  }
}

function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const chosen = Object.fromEntries(
    passedVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  return {
    ...chosen,
    ...(env['PUNCTUAL_GPU'] === undefined ? {} : { PUNCTUAL_GPU: env['PUNCTUAL_GPU'] }),
    NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true',
    // Each thread would keep a heap of its own, and what a model held in one is of no use to the others (glibc; 60 MB of a 0.5B model).
    MALLOC_ARENA_MAX: '2',
    // Decoding and sampling run in this pool; with the default of four, two models and a load would wait for each other.
    UV_THREADPOOL_SIZE: '8',
    // Within VS Code, process.execPath is Electron, which is Node only when told so.
    ...(process.versions['electron'] === undefined && env['ELECTRON_RUN_AS_NODE'] === undefined
      ? {}
      : { ELECTRON_RUN_AS_NODE: '1' }),
  };
}
