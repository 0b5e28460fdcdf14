/**
 * The engine port in the runtime process: starts the engine process at the first load, passes commands and events, ends it when no model has
 * been there for a while (rest.ts), and turns an end that nobody asked for (a crash, an out-of-memory kill, a SIGKILL) into one `lost`.
 */
import { sentence } from '../../core/sentence.ts';
import type { ModelId, TaskError } from '../../core/task.ts';
import type { DeviceReport, DeviceTeller, Dispose, Engine, EngineCommand, EngineEvent } from '../engine.ts';
import { EngineChild } from './child.ts';
import { KvRoot, removeStaleKvFolders } from './kv-folder.ts';
import { Rest, restMsDefault } from './rest.ts';

export interface LlamaEngineOptions {
  /** Absolute path of the built engine program (dist/engine.mjs). */
  readonly program: string;
  /** The environment to choose from; only what child.ts names is handed on. */
  readonly env: NodeJS.ProcessEnv;
  /** The order of forward passes, by its name in core/policies; the default is the policy of the house. */
  readonly policy?: string;
  /** Takes each line that the engine process writes to stderr. */
  readonly log?: (line: string) => void;
  /** How long a process without models stays, in ms. */
  readonly restMs?: number;
}

export class LlamaEngine implements Engine, DeviceTeller {
  readonly #options: LlamaEngineOptions;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  /** Outlives the processes: a model that comes back in the next one finds what its documents held. */
  readonly #kvRoot = new KvRoot();
  #child: EngineChild | undefined;
  #wasStarted = false;
  /** Why the last start came to nothing. */
  #startFailure = '';
  #closing: Promise<void> | undefined;
  readonly #rest: Rest;
  /** A process that has been told to end, and may not have yet. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(options: LlamaEngineOptions) {
    this.#options = options;
    this.#rest = new Rest(options.restMs ?? restMsDefault, () => this.#retire());
    // What a runtime that was killed has left stands for source text: it does not wait for the first load.
    void removeStaleKvFolders();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(command: EngineCommand): void {
    if (this.#closing !== undefined) return;
    if (this.#child === undefined && command.kind === 'load') this.#child = this.#tryStart();
    this.#rest.sent(command);
    if (this.#child === undefined) this.#answerWithoutChild(command);
    else this.#child.send(command);
  }

  onEvent(listener: (event: EngineEvent) => void): Dispose {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  devices(): Promise<DeviceReport | undefined> {
    if (this.#closing !== undefined) return Promise.resolve(undefined);
    // Where opening the graphics card ends the process, each question would; a load may try again.
    if (this.#child === undefined && !this.#wasStarted) this.#child = this.#tryStart();
    this.#rest.asked();
    return this.#child?.devices() ?? Promise.resolve(undefined);
  }

  kill(): void {
    this.#child?.kill();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close(this.#child);
    this.#child = undefined;
    this.#rest.dispose();
    this.#listeners.clear();
    return this.#closing;
  }

  async #close(child: EngineChild | undefined): Promise<void> {
    await Promise.all([child?.close(), this.#leaving]);
    await this.#kvRoot.remove();
  }

  /** Its end is no loss: it holds nothing, and the next load starts another. */
  #retire(): void {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    this.#options.log?.('no model is loaded: the engine process ends until one is');
    this.#leaving = Promise.all([this.#leaving, child.close()]).then(() => undefined);
  }

  /** Undefined when there is no room for its folder, or no process to be had: the next load tries again. */
  #tryStart(): EngineChild | undefined {
    try {
      return this.#start();
    } catch (error) {
      this.#startFailure = error instanceof Error ? error.message : String(error);
      this.#options.log?.(`the engine process could not be started: ${this.#startFailure}`);
      return undefined;
    }
  }

  #start(): EngineChild {
    this.#wasStarted = true;
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
      case 'load': {
        const message = sentence(
          'The engine could not be started ({0}): make room on the disk of temporary files, then try again.',
          this.#startFailure,
        );
        const error: TaskError = { code: 'modelUnavailable', message };
        setImmediate(() => this.#emit({ kind: 'loadFailed', model: command.spec.id, error }));
        break;
      }
      case 'stop':
      case 'relegate':
      case 'costs':
        break;
      default:
        command satisfies never;
    }
  }

  #emit(event: EngineEvent): void {
    this.#rest.heard(event);
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function notLoaded(model: ModelId): TaskError {
  return { code: 'modelUnavailable', message: sentence('The model {0} is not loaded.', model) };
}
