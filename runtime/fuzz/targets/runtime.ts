/**
 * The runtime as it is shipped, in a process of its own: the same conversations over a real socket, with the real engine and the model that
 * comes with the product. One case takes milliseconds here, so it has few of them; its process must be there after the last.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Home } from '../../client/home.ts';
import { readRendezvous } from '../../client/rendezvous.ts';
import { connectSocket } from '../../client/socket.ts';
import { modelsPullMethod, type Rendezvous, stopMethod } from '../../protocol.ts';
import type { Case, Failure, Target } from '../case.ts';
import { conversation } from '../messages.ts';
import { Expectations } from '../wire.ts';

const startMsMax = 60_000;
const answerMsMax = 60_000;
const pollMs = 20;

/** What would end the process, and what would go to the network. */
const isTame = (frame: Buffer): boolean => !frame.includes(stopMethod) && !frame.includes(modelsPullMethod);

class Process {
  readonly #home = mkdtempSync(path.join(os.tmpdir(), 'punctual-fuzz-home-'));
  readonly #child: ChildProcess;
  #words = '';

  constructor(root: string) {
    const args = [path.join(root, 'dist', 'runtime.mjs'), '--home', this.#home, '--idle-ms', '0'];
    // Without a variable of this environment but those that a program needs to start.
    const { PATH, SystemRoot } = process.env;
    const env = { PATH, SystemRoot, HOME: this.#home, USERPROFILE: this.#home, TMPDIR: os.tmpdir(), TEMP: os.tmpdir() };
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env });
    this.#child.stderr?.on('data', (chunk) => {
      this.#words = (this.#words + String(chunk)).slice(-2_000);
    });
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get lastWords(): string {
    return this.#words;
  }

  async rendezvous(): Promise<Rendezvous> {
    const endMs = performance.now() + startMsMax;
    while (performance.now() < endMs && !this.isOver) {
      const found = await readRendezvous(new Home(this.#home));
      if (found !== undefined) return found;
      await sleep(pollMs);
    }
    throw new Error(`The runtime did not start: ${this.#words}`);
  }

  async close(): Promise<void> {
    if (!this.isOver) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await Promise.race([ended, sleep(10_000)]);
      if (!this.isOver) this.#child.kill('SIGKILL');
    }
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export function runtimeTarget(root: string): Target {
  let current: Process | undefined;
  const running = async (): Promise<Process> => {
    if (current?.isOver) await current.close();
    if (current === undefined || current.isOver) current = new Process(root);
    return current;
  };
  return {
    ...{ name: 'runtime', share: 1, cutsBytes: false },
    // What takes long is taken back: here it would take its time.
    make: (random) => conversation(random, 0.2, 20, false).filter(isTame),
    run: async (frames) => {
      const runtime = await running();
      const failure = await converse(await connectSocket(await runtime.rendezvous()), frames);
      return runtime.isOver ? { kind: 'crash', message: `the runtime has ended: ${runtime.lastWords}` } : failure;
    },
    close: async () => await current?.close(),
  };
}

async function converse(socket: WebSocket, frames: Case): Promise<Failure | undefined> {
  const expectations = new Expectations();
  let isLeaving = false;
  const over = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      expectations.received(JSON.parse(String(data)));
      if (expectations.isOver) resolve();
    });
    socket.on('close', () => resolve());
  });
  socket.on('error', () => undefined);
  for (const frame of frames) {
    isLeaving = expectations.sent(frame) || isLeaving;
    socket.send(frame.toString());
  }
  if (!expectations.isOver) await Promise.race([over, sleep(answerMsMax)]);
  const failure = expectations.failure(isLeaving && socket.readyState !== WebSocket.OPEN);
  socket.close();
  return failure;
}
