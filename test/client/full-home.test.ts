/** A home folder without room: a file system of its own, small enough to be filled. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findOrStart } from '../../runtime/client/connect.ts';
import { Home, HomeError } from '../../runtime/client/home.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'punctual-full-'));
/** Only the administrator of a Linux machine may. */
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'punctual-test', folder], { encoding: 'utf8' });
const canMount = mounted.status === 0;

afterAll(() => {
  if (canMount) spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
});

function fill(): void {
  for (const size of [4_096, 1]) {
    try {
      for (;;) writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
}

describe.skipIf(!canMount)(`a full home folder (needs a file system of its own: ${mounted.stderr?.trim()})`, () => {
  it('when a runtime cannot start there and can write no word of it, then the sentence names the room', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'punctual-program-'));
    const runtimeFile = path.join(elsewhere, 'full.mjs');
    await writeFile(runtimeFile, 'process.exitCode = 1;');
    const { execPath, env } = process;
    try {
      fill();
      const search = findOrStart({ homeFolder: folder, runtimeFile, version: '0.1.0', execPath, env });
      await expect(search).rejects.toThrow(/where no room is left: make some, or set PUNCTUAL_HOME/);
      await expect(new Home(folder).tryToWrite()).rejects.toBeInstanceOf(HomeError);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});
