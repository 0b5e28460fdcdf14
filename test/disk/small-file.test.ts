import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSmallFile } from '../../runtime/disk/small-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-small-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a small file', () => {
  it('when it is there and small, then its text is read; when it is not there, nothing', async () => {
    const file = path.join(folder, 'a.json');
    expect(await readSmallFile(file, 4)).toBeUndefined();
    await writeFile(file, 'four');
    expect(await readSmallFile(file, 4)).toBe('four');
  });

  it('when it is larger than it may be, then it is not read, and both sizes are said', async () => {
    const file = path.join(folder, 'a.json');
    await writeFile(file, 'fives');
    await expect(readSmallFile(file, 4)).rejects.toThrow('it has 5 bytes, more than 4');
  });

  it('when a file stands where its folder should be, then the system says so', async () => {
    const inTheWay = path.join(folder, 'a.json');
    await writeFile(inTheWay, '{}');
    // Windows takes it for a file that is not there.
    const read = readSmallFile(path.join(inTheWay, 'b.json'), 4);
    if (process.platform === 'win32') expect(await read).toBeUndefined();
    else await expect(read).rejects.toThrow('ENOTDIR');
  });

  it('when it is a folder, then the system says so', async () => {
    await expect(readSmallFile(folder, 1_000_000)).rejects.toThrow(/EISDIR|EPERM|EACCES/);
  });
});
