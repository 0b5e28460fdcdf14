/**
 * Where KV cells outside of the device lie. They hold what the user writes, so nobody else may read them, and they leave with the
 * runtime: by its own hand or its engine's at an orderly end, else by the hand of whoever comes next.
 *
 *   <tmp>/punctual-kv-<pid of the runtime>-…/   one for each engine of a runtime, 0700
 *     live-<pid of the engine process>/          of models that are there: gone with the process
 *     archive/                                   of models that have left (kv-archive.ts): outlives the process
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const prefix = 'punctual-kv-';

/** The runtime's side. Made at the first question, readable by its owner alone; removed when this process exits. */
export class KvRoot {
  #path: string | undefined;
  readonly #removeAtExit = (): void => this.#remove();

  get path(): string {
    if (this.#path === undefined) {
      this.#path = mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
      process.once('exit', this.#removeAtExit);
    }
    return this.#path;
  }

  /** An engine process has ended: what it had of the models that were there is of no use to anybody. Never throws. */
  async processEnded(pid: number): Promise<void> {
    if (this.#path === undefined) return;
    await removeQuietly(liveFolder(this.#path, pid));
  }

  /** Removes everything. Never throws. */
  async remove(): Promise<void> {
    if (this.#path === undefined) return;
    await removeQuietly(this.#path);
    process.off('exit', this.#removeAtExit);
    this.#path = undefined;
  }

  #remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
  }
}

/** The engine process's side: the folder for the models that are there. */
export class KvFolder {
  readonly #root: KvRoot | string;
  #path: string | undefined;

  /** @param root the runtime's folder; without one this process is on its own and has a root of its own. */
  constructor(root: string | undefined = undefined) {
    this.#root = root ?? new KvRoot();
  }

  get path(): string {
    if (this.#path === undefined) {
      const root = typeof this.#root === 'string' ? this.#root : this.#root.path;
      const made = liveFolder(root, process.pid);
      mkdirSync(made, { recursive: true, mode: 0o700 });
      process.once('exit', () => rmSync(made, { recursive: true, force: true }));
      this.#path = made;
    }
    return this.#path;
  }
}

function liveFolder(root: string, pid: number): string {
  return path.join(root, `live-${pid}`);
}

async function removeQuietly(folder: string): Promise<void> {
  // What cannot be removed now is tried again by the next runtime.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes what runtimes left behind that were killed. Never throws: what cannot be removed is not ours, or is tried again. */
export async function removeStaleKvFolders(): Promise<void> {
  const stale = kvFolders().filter(({ pid }) => !isAlive(pid));
  await Promise.all(stale.map((folder) => removeQuietly(folder.path)));
}

function kvFolders(): { readonly path: string; readonly pid: number }[] {
  try {
    return readdirSync(os.tmpdir()).flatMap((name) => {
      const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
      return pid === undefined ? [] : [{ path: path.join(os.tmpdir(), name), pid: Number(pid) }];
    });
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else is alive, too.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
