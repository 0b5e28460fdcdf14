/** One engine process as the runtime sees it: from its fork to its end, what it may see, and what it says. */
import { type ChildProcess, type ForkOptions, fork, type SpawnOptions } from 'node:child_process';
import type { DeviceReport, EngineCommand, EngineEvent } from '../engine.ts';
import type { KvRoot } from './kv-folder.ts';
import { type DeviceQuestion, deviceAnswerSchema, eventsSchema } from './messages.ts';

/** What the engine process may see of the environment: where things are, and nothing that could be a secret. */
const passedVariables = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'LC_MESSAGES',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'LD_LIBRARY_PATH',
  'XDG_RUNTIME_DIR',
  // Which graphics cards there are, and where their drivers lie.
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'CUDA_PATH',
  'HIP_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'HSA_OVERRIDE_GFX_VERSION',
  'GGML_VK_VISIBLE_DEVICES',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
];

const stderrCharsMax = 4_000;
const stderrLinesInReason = 3;

/** How long the process may take to leave by itself when its channel is closed, in ms. */
const closeGraceMs = 500;

/** How long the last output of an ended process is waited for, in ms. */
const outputGraceMs = 250;

export interface ChildOptions {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly policy?: string;
  readonly log?: (line: string) => void;
}

export interface ChildListener {
  events(events: readonly EngineEvent[]): void;
  lost(reason: string): void;
}

/** One engine process, from its fork to its end. */
export class EngineChild {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  /** Who waits to hear what computes. */
  #askers: ((report: DeviceReport | undefined) => void)[] = [];
  #stderr = '';
  #isOver = false;

  constructor(options: ChildOptions, kvRoot: KvRoot, listener: ChildListener) {
    const started: ForkOptions & Pick<SpawnOptions, 'windowsHide'> = {
      env: { ...childEnvironment(options.env), PUNCTUAL_KV_FOLDER: kvRoot.path },
      // Little of its JavaScript lives long: more room for the young would only be touched.
      execArgv: ['--max-semi-space-size=1'],
      serialization: 'advanced',
      // Native code may print to stdout, which belongs to whoever started the runtime.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // The runtime has no console, so that Windows would open one on the screen. Handed on by fork, although its types do not say so.
      windowsHide: true,
    };
    const child = fork(options.program, options.policy === undefined ? [] : [options.policy], started);
    this.#process = child;
    let resolveEnded: () => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      resolveEnded = resolve;
    });
    const over = (reason: string): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#told(undefined);
      const cleaned = child.pid === undefined ? Promise.resolve() : kvRoot.processEnded(child.pid);
      void cleaned.then(resolveEnded);
      listener.lost(reason);
    };
    child.on('message', (message) => {
      if (this.#isOver) return;
      const events = eventsSchema.safeParse(message);
      if (events.success) return listener.events(events.data);
      const told = deviceAnswerSchema.safeParse(message);
      if (told.success) return this.#told(told.data.report);
      this.#misbehaved(options, events.error.message);
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

  /** Undefined when it cannot say, or is gone before it has. */
  devices(): Promise<DeviceReport | undefined> {
    if (this.#isOver || !this.#process.connected) return Promise.resolve(undefined);
    const answer = new Promise<DeviceReport | undefined>((resolve) => this.#askers.push(resolve));
    const question: DeviceQuestion = { kind: 'devices' };
    // One answer is for all who wait.
    if (this.#askers.length === 1) this.#process.send(question, () => undefined);
    return answer;
  }

  #told(report: DeviceReport | undefined): void {
    const askers = this.#askers;
    this.#askers = [];
    for (const told of askers) told(report);
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
  #misbehaved(options: ChildOptions, detail: string): void {
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

/** Of the runtime's environment what the engine process gets, with what it needs besides. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
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
