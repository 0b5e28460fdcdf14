/** Where a real soak happens: a folder of its own, small enough to be filled where that can be made, with a runtime program that takes the soak's engine. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { leftoversIn } from '../../bench/windows/processes.ts';
import { type ConnectOptions, connectRuntime, type RuntimeConnection } from '../../client/connect.ts';
import { dieAtLoadName } from '../marks.ts';

/** Of the home folder, where it can be a file system of its own. */
const homeMegabytes = 8;
const ballastStep = 64 * 1_024;

export class Place {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-soak-'));
  readonly #options: ConnectOptions;
  /** Whether the disk can be filled: the home folder is a file system of its own. */
  readonly canFill: boolean;

  /** @param programs the folder of the built programs. */
  constructor(programs: string, version: string) {
    for (const folder of [this.home, this.temporary]) mkdirSync(folder, { mode: 0o700 });
    this.canFill = mount(this.home);
    // Also when a mistake of ours ends the soak.
    process.once('exit', () => this.remove());
    const runtimeFile = path.join(this.#folder, 'runtime.mjs');
    const [runtime, engine] = ['runtime.mjs', 'soak-engine.mjs'].map((name) => path.join(programs, name));
    const lines = [
      `process.argv.push('--engine', ${JSON.stringify(engine)});`,
      `await import(${JSON.stringify(pathToFileURL(runtime ?? '').href)});`,
    ];
    writeFileSync(runtimeFile, lines.join('\n'));
    const env = { ...process.env, TMPDIR: this.temporary, PUNCTUAL_HOME: this.home, PUNCTUAL_GPU: 'off' };
    this.#options = { homeFolder: this.home, runtimeFile, version, execPath: process.execPath, env, idleMs: 60_000 };
  }

  get home(): string {
    return path.join(this.#folder, 'home');
  }

  /** TMPDIR of every process. */
  get temporary(): string {
    return path.join(this.#folder, 'tmp');
  }

  /** @throws ConnectError as long as no runtime can be had. */
  connect(): Promise<RuntimeConnection> {
    return connectRuntime(this.#options);
  }

  dieAtNextLoad(): void {
    writeFileSync(path.join(this.temporary, dieAtLoadName), '');
  }

  /** Until no byte fits. */
  fill(): void {
    const chunk = Buffer.alloc(ballastStep);
    for (let size = ballastStep; size >= 1; size = Math.floor(size / 2)) {
      while (appends(this.#ballast, chunk.subarray(0, size)));
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** What is there that an orderly end should have taken away. */
  get leftovers(): string[] {
    return leftoversIn(this.home, this.temporary);
  }

  remove(): void {
    if (!existsSync(this.#folder)) return;
    // A process that was just killed may hold a file in it for some moments more: it goes with the last of them.
    if (this.canFill) spawnSync('umount', ['--lazy', this.home]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #ballast(): string {
    return path.join(this.home, 'ballast');
  }
}

function appends(file: string, bytes: Buffer): boolean {
  try {
    writeFileSync(file, bytes, { flag: 'a' });
    return true;
  } catch {
    return false;
  }
}

/** Only the administrator of a Linux machine may. */
function mount(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const options = `size=${homeMegabytes}m,mode=0700`;
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}
