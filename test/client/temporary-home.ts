/** A home folder of its own for each test, and every process that is started in it: nothing of either stays. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import diagnosticsChannel from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConnectOptions, stopRuntime } from '../../runtime/client/connect.ts';
import { Home } from '../../runtime/client/home.ts';
import { isAlive, readRendezvous } from '../../runtime/client/rendezvous.ts';
import type { Rendezvous } from '../../runtime/protocol.ts';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const runtimeFile = path.join(root, 'dist', 'runtime.mjs');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class TemporaryHome {
  readonly home: Home;
  /** Processes that this test process has started since, however it did so. */
  readonly children: ChildProcess[] = [];
  readonly #ends = new Map<ChildProcess, Promise<Ended>>();
  readonly #record = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    this.children.push(child);
    const end = new Promise<Ended>((resolve) => {
      // Not 'exit': what it wrote is read by then.
      child.once('close', (code, signal) => resolve({ code, signal }));
      // A program that cannot be started never exits.
      child.once('error', () => resolve({ code: null, signal: null }));
    });
    this.#ends.set(child, end);
  };

  private constructor(folder: string) {
    this.home = new Home(folder);
    diagnosticsChannel.subscribe('child_process', this.#record);
  }

  static async make(): Promise<TemporaryHome> {
    // One level deeper than what exists, as the first start on a machine makes the folder.
    return new TemporaryHome(path.join(await mkdtemp(path.join(tmpdir(), 'punctual-test-')), 'home'));
  }

  get options(): ConnectOptions {
    return {
      homeFolder: this.home.folder,
      runtimeFile,
      version: '0.1.0',
      execPath: process.execPath,
      env: { ...process.env, PUNCTUAL_HOME: this.home.folder },
    };
  }

  /** A runtime that nobody asked for; its stderr is kept. */
  spawn(...args: string[]): { child: ChildProcess; stderr: () => string } {
    const child = spawn(process.execPath, [runtimeFile, '--home', this.home.folder, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += String(chunk);
    });
    return { child, stderr: () => text };
  }

  ended(child: ChildProcess | undefined): Promise<Ended> {
    const end = child && this.#ends.get(child);
    if (!end) throw new Error('this process was not started here');
    return end;
  }

  /** The process that the rendezvous file names, which has to be one of those started here. */
  childOf(runtime: Rendezvous): ChildProcess {
    const child = this.children.find(({ pid }) => pid === runtime.pid);
    if (!child) throw new Error(`the runtime ${runtime.pid} was not started here`);
    return child;
  }

  async write(content: string | object): Promise<void> {
    await this.home.prepare();
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(this.home.rendezvousFile, text, { mode: 0o600 });
  }

  /** Ends the runtime that is up, if any, waits until every process has ended, and removes the folder. */
  async end(): Promise<void> {
    diagnosticsChannel.unsubscribe('child_process', this.#record);
    const runtime = await readRendezvous(this.home);
    const isOurs = this.children.some(({ pid }) => pid === runtime?.pid);
    if (runtime && isOurs && (await isAlive(runtime))) await stopRuntime(runtime, 'the test is over');
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(this.#ends.values());
    await rm(path.dirname(this.home.folder), { recursive: true, force: true });
  }
}

/** Resolves when the child has said a line that contains `text` on its stdout. */
export async function says(child: ChildProcess, text: string): Promise<void> {
  let said = '';
  while (!said.includes(text)) {
    const [chunk] = await once(child.stdout ?? child, 'data');
    said += String(chunk);
  }
}
