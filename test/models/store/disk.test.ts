/** A disk without enough space: told before, or found out on the way. */
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, realDisk } from '../../../runtime/models/store/disk.ts';
import { failure, fileOf, kB, disk as quick, tiny, World } from './world.ts';

let world: World;
const { name, path } = tiny;
const file = fileOf(40 * kB, 1);
beforeEach(async () => {
  world = await World.make();
  world.hub.files.set(path, file);
});
afterEach(() => world.end());

describe('a disk that fills', () => {
  const full = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

  it('when there is not enough space, then nothing is fetched and what is missing is told', async () => {
    const disk: Disk = { ...quick, freeBytes: async () => 30 * kB };
    const message = await failure(world.store({ disk }).download(world.request()), 'disk-full');
    expect(message).toContain('10 kB more must be free');
    expect(world.hub.takeRanges()).toEqual([]);
  });

  it('when a margin must stay free, then it counts', async () => {
    const disk: Disk = { ...quick, freeBytes: async () => 40 * kB };
    const store = world.store({ disk, limits: { marginBytes: 7 * kB } });
    expect(await failure(store.download(world.request()), 'disk-full')).toContain('7 kB more');
  });

  it('when the free space is not told, then the download is tried', async () => {
    const disk: Disk = { ...quick, freeBytes: () => Promise.reject(new Error('not on this file system')) };
    await world.store({ disk }).download(world.request());
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when it fills while the file comes, then the parts are kept and the rest comes when there is space', async () => {
    let left = 18 * kB;
    const disk: Disk = {
      ...quick,
      freeBytes: async () => 100 * kB,
      write: async (handle, bytes, position) => {
        left -= bytes.length;
        if (left < 0) throw full();
        await realDisk.write(handle, bytes, position);
      },
    };
    const store = world.store({ disk, limits: { connections: 1 } });
    expect(await failure(store.download(world.request()), 'disk-full')).toContain('What has arrived is kept');
    const [leftover] = await store.leftovers();
    expect(leftover?.bytes).toBeGreaterThanOrEqual(10 * kB);
    expect(leftover?.bytes).toBeLessThanOrEqual(18 * kB);
    expect(await store.list()).toEqual([]);
    left = 1000 * kB;
    await store.download(world.request());
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when the file system really is full, then what has come is kept, and a smaller file still finds its place', async (context) => {
    await mkdir(world.folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'punctual-test', world.folder], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0)
      return context.skip(`a small file system cannot be mounted here: ${mounted.stderr || mounted.error?.message}`);
    try {
      const large = fileOf(400 * kB, 2);
      world.hub.files.set(path, large);
      expect(await failure(world.store({ disk: realDisk }).download(world.request()), 'disk-full')).toContain(
        'must be free',
      );
      const hopeful: Disk = { ...realDisk, freeBytes: async () => 1e9 };
      const store = world.store({ disk: hopeful });
      await failure(store.download(world.request()), 'disk-full');
      const [leftover] = await store.leftovers();
      expect(leftover?.bytes).toBeGreaterThan(100 * kB);
      world.hub.files.set(path, file);
      await world.store({ disk: realDisk }).download(world.request());
      expect(await world.read(name)).toEqual(file.bytes);
    } finally {
      spawnSync('umount', ['--lazy', world.folder]);
    }
  });
});
