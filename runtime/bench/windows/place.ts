/** A runtime of a bench's own, as the extension would start it: the built programs, in a home and with a folder for temporary files that go when it is over. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConnectOptions,
  connectRuntime,
  isProcess,
  type RuntimeConnection,
  stopRuntime,
} from '../../client/connect.ts';
import type { Status } from '../../protocol.ts';
import { cpuMsOf } from '../engine/cpu-time.ts';
import { programs } from '../engine/model.ts';
import { canLook, residentBytes } from '../processes.ts';
import { leftoversIn } from './processes.ts';

/** Set by the build from package.json. */
declare const PUNCTUAL_VERSION: string;

/** For what an engine has still to do when its runtime is gone. */
const endMsMax = 10_000;
const lookEveryMs = 50;

export interface Residents {
  readonly runtimeBytes: number | undefined;
  readonly engineBytes: number | undefined;
}

export class Place {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-bench-'));
  readonly #options: ConnectOptions;
  readonly #pids = new Set<number>();
  #connected: RuntimeConnection | undefined;
  #enginePid: number | undefined;

  /** @param env beside this process's own environment. */
  constructor(env: Readonly<Record<string, string>> = {}) {
    for (const folder of [this.#home, this.#temporary]) mkdirSync(folder, { mode: 0o700 });
    this.#options = {
      homeFolder: this.#home,
      runtimeFile: path.join(programs, 'runtime.mjs'),
      version: PUNCTUAL_VERSION,
      execPath: process.execPath,
      env: { ...process.env, TMPDIR: this.#temporary, PUNCTUAL_HOME: this.#home, PUNCTUAL_GPU: 'off', ...env },
    };
  }

  /** The first one starts the runtime. @throws ConnectError. */
  async connect(): Promise<RuntimeConnection> {
    const connection = await connectRuntime(this.#options);
    this.#connected = connection;
    this.#pids.add(connection.runtime.pid);
    return connection;
  }

  /** Keeps in mind which processes there are. */
  readonly heard = ({ enginePid }: Status): void => {
    this.#enginePid = enginePid;
    if (enginePid !== undefined) this.#pids.add(enginePid);
  };

  /** Of the runtime; undefined before the first connection. */
  get runtimePid(): number | undefined {
    return this.#connected?.runtime.pid;
  }

  get enginePid(): number | undefined {
    return this.#enginePid;
  }

  get residents(): Residents {
    const bytes = (pid: number | undefined): number | undefined => (pid === undefined ? undefined : residentBytes(pid));
    return { runtimeBytes: bytes(this.runtimePid), engineBytes: bytes(this.#enginePid) };
  }

  /** So far; NaN where it cannot be known, and of a process that has ended. An engine that is not there has taken none. */
  get cpuMs(): { readonly runtime: number; readonly engine: number } {
    const ms = (pid: number | undefined): number =>
      pid === undefined ? 0 : canLook && isProcess(pid) ? cpuMsOf(pid) : Number.NaN;
    return { runtime: ms(this.runtimePid), engine: ms(this.#enginePid) };
  }

  /** Ends the runtime in order. @returns what it left: processes that live on, and files. */
  async end(): Promise<string[]> {
    if (this.#connected !== undefined) await stopRuntime(this.#connected.runtime, 'the bench is over');
    const untilMs = performance.now() + endMsMax;
    while (this.#living.length > 0 && performance.now() < untilMs) await sleep(lookEveryMs);
    return [...this.#living.map((pid) => `process ${pid}`), ...leftoversIn(this.#home, this.#temporary)];
  }

  /** Whatever lives on is killed, and the folder goes. */
  remove(): void {
    for (const pid of this.#living) process.kill(pid, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #living(): number[] {
    return [...this.#pids].filter(isProcess);
  }

  get #home(): string {
    return path.join(this.#folder, 'home');
  }

  get #temporary(): string {
    return path.join(this.#folder, 'tmp');
  }
}
