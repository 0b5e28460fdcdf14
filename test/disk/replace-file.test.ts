/** Small files that are replaced as a whole: what stands there afterwards, and what does not. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RenameSystem, replaceFile } from '../../runtime/disk/replace-file.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-disk-'));
  file = path.join(folder, 'state.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Somebody holds the file open for the first `times` attempts. */
function held(times: number, code: string): { system: RenameSystem; waitedMs: number[] } {
  const waitedMs: number[] = [];
  let attempts = 0;
  const system: RenameSystem = {
    async rename(from, to) {
      attempts += 1;
      if (attempts <= times) throw Object.assign(new Error(`${code}: held`), { code });
      await rename(from, to);
    },
    async wait(ms) {
      waitedMs.push(ms);
    },
  };
  return { system, waitedMs };
}

describe.each([{ isOnlyWriter: true }, { isOnlyWriter: false }])('replacing a file, %o', (options) => {
  it('when there was none, then it is there, and nothing else', async () => {
    await replaceFile(file, 'new', options);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  it('when there was one, then all of it is replaced', async () => {
    await writeFile(file, 'a longer text than the new one');
    await replaceFile(file, 'new', options);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  it.skipIf(process.platform === 'win32')(
    'when others could read the old one, then only its owner can read the new one (Windows keeps no such modes)',
    async () => {
      await writeFile(file, 'old', { mode: 0o644 });
      await replaceFile(file, 'new', options);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    },
  );

  it('when a folder stands in its place, then it stays, without a draft beside it', async () => {
    await mkdir(file);
    await expect(replaceFile(file, 'new', { ...options, system: held(0, '').system })).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['state.json']);
    expect((await stat(file)).isDirectory()).toBe(true);
  });

  it('when the folder is not there, then the system says so and none is made', async () => {
    const inNone = path.join(folder, 'none', 'state.json');
    await expect(replaceFile(inNone, 'new', options)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['EPERM', 'EACCES', 'EBUSY'])(
    'when it is held open for a moment (%s), then it is tried again',
    async (code) => {
      await writeFile(file, 'old');
      const { system, waitedMs } = held(3, code);
      await replaceFile(file, 'new', { ...options, system });
      expect(await readFile(file, 'utf8')).toBe('new');
      expect(waitedMs).toEqual([10, 20, 40]);
    },
  );

  it('when it is held open for good, then the old text stays, without a draft beside it', async () => {
    await writeFile(file, 'old');
    const { system, waitedMs } = held(Number.POSITIVE_INFINITY, 'EPERM');
    await expect(replaceFile(file, 'new', { ...options, system })).rejects.toMatchObject({ code: 'EPERM' });
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['state.json']);
    expect(waitedMs).toHaveLength(6);
  });

  it('when the disk fails in another way, then nobody waits', async () => {
    const { system, waitedMs } = held(1, 'EIO');
    await expect(replaceFile(file, 'new', { ...options, system })).rejects.toMatchObject({ code: 'EIO' });
    expect(waitedMs).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('drafts', () => {
  it('when a crash left one of an only writer, then the next replacement takes it along', async () => {
    await writeFile(`${file}.draft`, 'half of a text that is longer than the new one');
    await replaceFile(file, 'new', { isOnlyWriter: true });
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  it('when many replace it at once, then one of the texts stands there whole', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => replaceFile(file, text)));
    expect(texts).toContain(await readFile(file, 'utf8'));
    expect(await readdir(folder)).toEqual(['state.json']);
  });
});
