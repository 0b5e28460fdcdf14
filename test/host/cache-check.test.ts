/** What the system says of its page cache, by its own programs and by some that stand in for them. */
import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelFiles, watchCache } from '../../runtime/host/cache-check.ts';
import { FileAhead } from '../../runtime/host/file-ahead.ts';
import { PageCache } from '../../runtime/host/page-cache.ts';
import type { Timer } from '../../runtime/host/poll.ts';
import { dropCachedBy, type ReadCached, readCachedBy } from '../../runtime/host/system-tools.ts';
import { ManualTimer } from './manual-timer.ts';

const mebibyte = 2 ** 20;
/** TMPFS_MAGIC of linux/magic.h. */
const tmpfs = 0x01021994;

const soon: Timer = (_, callback) => {
  const handle = setImmediate(callback);
  return () => clearImmediate(handle);
};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-cache-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function fileOf(name: string, bytes: number): Promise<string> {
  const file = path.join(root, name);
  await writeFile(file, Buffer.alloc(bytes, 1));
  return file;
}

async function programOf(...lines: readonly string[]): Promise<string> {
  const file = path.join(root, 'program');
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(file, 0o755);
  return file;
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canAskLinux = process.platform === 'linux' && isThere('fincore') && isThere('dd');
// The programs that stand in are shell scripts, which Windows does not run.
const hasShell = process.platform !== 'win32';

describe('what is cached, as the system says', () => {
  // Without util-linux there is nobody to ask; what happens then is tested below.
  it.skipIf(!canAskLinux)(
    'when a file was written, then it is in the cache, and no more of it than it has',
    async () => {
      const file = await fileOf('a.gguf', 100_001);
      const found = await readCachedBy('fincore')([file]);
      expect(found?.get(file)).toBe(100_001);
    },
  );

  it.skipIf(!hasShell)(
    'when it prints sizes as texts, and fails for another file, then what it said counts',
    async () => {
      const file = await fileOf('a.gguf', 10_000);
      const json = JSON.stringify({ fincore: [{ file, res: '8192', size: '10000' }] });
      const program = await programOf(`echo '${json}'`, 'exit 1');
      expect(await readCachedBy(program)([file])).toEqual(new Map([[file, 8192]]));
    },
  );

  it.skipIf(!hasShell)('when more pages are there than bytes, then the bytes count', async () => {
    const file = await fileOf('a.gguf', 10_000);
    const program = await programOf(`echo '${JSON.stringify({ fincore: [{ file, res: 12_288, size: 10_000 }] })}'`);
    expect(await readCachedBy(program)([file])).toEqual(new Map([[file, 10_000]]));
  });

  it.skipIf(!hasShell)('when it prints something else, then nothing is known', async () => {
    const file = await fileOf('a.gguf', 10);
    expect(await readCachedBy(await programOf('echo "unrecognized option"'))([file])).toBeUndefined();
  });

  it('when the program is missing, then nothing is known', async () => {
    const file = await fileOf('a.gguf', 10);
    expect(await readCachedBy(path.join(root, 'none'))([file])).toBeUndefined();
  });

  it('when no file is there, then nobody is asked', async () => {
    const gone = path.join(root, 'gone.gguf');
    expect(await readCachedBy(path.join(root, 'none'))([gone, root])).toEqual(new Map());
  });
});

describe('taking the end of files out of the cache', () => {
  it.skipIf(!hasShell)('when a model has parts, then each part loses what lies behind the kept bytes', async () => {
    const told = path.join(root, 'told');
    const program = await programOf(`echo "$@" >> ${told}`);
    const files = ['a', 'b', 'c'].map((name) => ({ file: `${root}/${name}.gguf`, bytes: 100 }));
    expect(await dropCachedBy(program)(files, 150)).toBe(true);
    expect((await readFile(told, 'utf8')).trim().split('\n')).toEqual([
      `if=${root}/b.gguf of=/dev/null iflag=nocache,skip_bytes skip=50 count=0`,
      `if=${root}/c.gguf of=/dev/null iflag=nocache,skip_bytes skip=0 count=0`,
    ]);
  });

  it('when the program is missing, then it says so, and not when nothing is to be done', async () => {
    const drop = dropCachedBy(path.join(root, 'none'));
    const files = [{ file: await fileOf('a.gguf', 10), bytes: 10 }];
    expect(await drop(files, 5)).toBe(false);
    expect(await drop(files, 10)).toBe(true);
  });

  // A file system in memory (tmpfs) has no other place for its pages, and without both programs nobody can tell.
  it.skipIf(!canAskLinux || statfsSync(tmpdir()).type === tmpfs)(
    'when the real program is told, then the end leaves the cache, the file is as it was, and a read ahead brings it back',
    async () => {
      const file = await fileOf('a.gguf', 8 * mebibyte);
      const handle = await open(file, 'r+');
      // What is not on the disk yet cannot leave.
      await handle.sync();
      await handle.close();
      expect(await dropCachedBy('dd')([{ file, bytes: 8 * mebibyte }], 2 * mebibyte)).toBe(true);
      const cached = async (): Promise<number | undefined> => (await readCachedBy('fincore')([file]))?.get(file);
      expect(await cached()).toBeLessThan(8 * mebibyte);
      const ahead = new FileAhead({ now: () => 0, timer: soon });
      const { signal } = new AbortController();
      await ahead.read({ files: [file], signal, onProgress: () => undefined });
      expect(await cached()).toBe(8 * mebibyte);
      expect((await readFile(file)).equals(Buffer.alloc(8 * mebibyte, 1))).toBe(true);
    },
  );
});

describe('the estimate put right', () => {
  const models: readonly ModelFiles[] = [
    { model: 'whole', files: ['w'] },
    { model: 'parts', files: ['p1', 'p2'] },
  ];

  function checked(...answers: readonly (ReadonlyMap<string, number> | undefined)[]) {
    const clock = new ManualTimer();
    const cache = new PageCache();
    cache.limit(1_000);
    cache.read('whole', 100);
    cache.read('parts', 100);
    const left = [...answers];
    let asked = 0;
    const readCached: ReadCached = async (files) => {
      expect(files).toEqual(['w', 'p1', 'p2']);
      asked += 1;
      return left.shift();
    };
    const check = watchCache({ cache, models: () => models, readCached, timer: clock.timer });
    const again = (): Promise<void> => {
      const done = new Promise<void>((resolve) => {
        const leave = check.listen(() => {
          leave();
          resolve();
        });
      });
      clock.fire();
      return done;
    };
    const cached = (): readonly number[] => [cache.cachedBytes('whole'), cache.cachedBytes('parts')];
    return { check, again, cached, clock, asked: () => asked };
  }

  it('when the system says what is there, then that holds, parts together', async () => {
    const { check, cached, clock } = checked(new Map(Object.entries({ w: 5, p1: 7, p2: 0 })));
    await check.start();
    expect(cached()).toEqual([5, 7]);
    expect(check.value).toBe('checked');
    expect(clock.waitingMs).toEqual([60_000]);
    check.dispose();
  });

  it('when of a part nothing is known, then the estimate of that model stays', async () => {
    const { check, cached } = checked(new Map(Object.entries({ w: 5, p1: 7 })));
    await check.start();
    expect(cached()).toEqual([5, 100]);
    check.dispose();
  });

  it('when the system has no means, then it is asked once', async () => {
    const { check, again, cached, asked } = checked(undefined);
    await check.start();
    await again();
    await again();
    expect(check.value).toBe('missing');
    expect(asked()).toBe(1);
    expect(cached()).toEqual([100, 100]);
    check.dispose();
  });

  it('when it fails once after it served, then it is asked again', async () => {
    const { check, again, cached, asked } = checked(new Map([['w', 5]]), undefined, new Map([['w', 6]]));
    await check.start();
    await again();
    expect(check.value).toBe('checked');
    await again();
    expect(cached()).toEqual([6, 100]);
    expect(asked()).toBe(3);
    check.dispose();
  });
});
