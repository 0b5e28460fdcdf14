/**
 * The folder in which one engine process keeps parked KV cells. They hold what the user writes, so nobody else may read them, and they
 * leave with the process: by itself at an orderly end, else by the hand of whoever comes next.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const prefix = 'punctual-kv-';

/** Made at the first question, readable by its owner alone; removed when this process exits. */
export class KvFolder {
  #path: string | undefined;

  get path(): string {
    if (this.#path === undefined) {
      const made = mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
      process.once('exit', () => rmSync(made, { recursive: true, force: true }));
      this.#path = made;
    }
    return this.#path;
  }
}

/** Removes what processes left behind that were killed. Never throws: what cannot be removed is not ours, or is tried again. */
export async function removeStaleKvFolders(): Promise<void> {
  const stale = kvFolders().filter(({ pid }) => !isAlive(pid));
  await Promise.allSettled(stale.map((folder) => rm(folder.path, { recursive: true, force: true })));
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
