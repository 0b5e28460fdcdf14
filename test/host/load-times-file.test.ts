/** What survives of load times from one run to the next, and what does not. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MeasuredLoad } from '../../runtime/host/load-times.ts';
import { LoadTimes } from '../../runtime/host/load-times-file.ts';

const gigabyte = 1e9;

let root: string;
let log: string[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-load-times-'));
  log = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folder = (): string => path.join(root, 'home');
const file = (): string => path.join(folder(), 'load-times.json');
const open = (): Promise<LoadTimes> => LoadTimes.open({ file: file(), log: (line) => log.push(line) });
const hot = (ms: number, name = '/models/a.gguf'): MeasuredLoad => ({
  file: name,
  fileBytes: gigabyte,
  cachedBytes: gigabyte,
  ms,
});
const hotMs = (times: LoadTimes, name = '/models/a.gguf'): number => times.predict(name, gigabyte).cachedMs;

describe('load times on disk', () => {
  it('when loads were recorded, then the next run predicts by them', async () => {
    const times = await open();
    times.record(hot(700));
    times.record({ ...hot(5_000), cachedBytes: 0 });
    expect(hotMs(times), 'at once').toBe(700);
    await times.settled();
    expect((await open()).predict('/models/a.gguf', gigabyte)).toEqual({ cachedMs: 700, coldMs: 5_000 });
    expect(log).toEqual([]);
  });

  it('when many are recorded at once, then all are kept, and no draft is left', async () => {
    const times = await open();
    for (let index = 0; index < 50; index += 1) times.record(hot(600 + index, `/models/${index}.gguf`));
    await times.settled();
    const again = await open();
    for (let index = 0; index < 50; index += 1) expect(hotMs(again, `/models/${index}.gguf`)).toBe(600 + index);
    expect(await readdir(folder())).toEqual(['load-times.json']);
  });

  it('when one is recorded while others are written, then it is kept as well', async () => {
    const times = await open();
    times.record(hot(700));
    const first = times.settled();
    times.record(hot(700, '/models/b.gguf'));
    await first;
    await times.settled();
    expect(hotMs(await open(), '/models/b.gguf')).toBe(700);
    times.record(hot(800, '/models/c.gguf'));
    await times.settled();
    expect(hotMs(await open(), '/models/c.gguf')).toBe(800);
  });

  it('when nothing was kept, then nothing is said', async () => {
    expect(hotMs(await open())).toBe(1_300);
    expect(log).toEqual([]);
  });

  // Windows keeps no such modes.
  it.skipIf(process.platform === 'win32')('when it is kept, then its owner alone may read it', async () => {
    const times = await open();
    times.record(hot(700));
    await times.settled();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['is no JSON', () => '{"version":'],
    ['is empty', () => ''],
    ['is of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['has a time of 0', (text: string) => text.replace('700', '0')],
    ['has a time of days', (text: string) => text.replace('700', '1e9')],
    ['has a size that is none', (text: string) => text.replace('1000000000', '-1')],
    ['has too many times', (text: string) => text.replace('700', '7,7,7,7,7,7')],
    ['is far too large', (text: string) => text + ' '.repeat(3 * 1024 * 1024)],
  ])('when the file %s, then it is ignored with a line in the log, and replaced', async (_, spoil) => {
    const times = await open();
    times.record(hot(700));
    await times.settled();
    const text = await readFile(file(), 'utf8');
    expect(spoil(text)).not.toBe(text);
    await writeFile(file(), spoil(text));
    const again = await open();
    expect(hotMs(again)).toBe(1_300);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('are ignored');
    again.record(hot(900));
    await again.settled();
    expect(hotMs(await open())).toBe(900);
    expect(log).toHaveLength(1);
  });

  it('when it cannot be written, then the log says so and what was measured counts in this run', async () => {
    await writeFile(folder(), 'a file in its place');
    const times = await open();
    times.record(hot(700));
    await times.settled();
    expect(hotMs(times)).toBe(700);
    // Neither read nor written: the folder is a file.
    expect(log).toEqual([expect.stringContaining('ENOTDIR'), expect.stringContaining('cannot be kept')]);
  });

  it('when a folder stands in its place, then no draft is left', async () => {
    await mkdir(file(), { recursive: true });
    const times = await open();
    times.record(hot(700));
    await times.settled();
    expect(await readdir(folder())).toEqual(['load-times.json']);
    expect(log.some((line) => line.includes('cannot be kept'))).toBe(true);
  });

  it('when a path is of no sane length or the size is no number of bytes, then it does not spoil the file', async () => {
    const times = await open();
    times.record(hot(700, 'x'.repeat(5_000)));
    times.record(hot(700, ''));
    times.record({ ...hot(700), fileBytes: 1.5 });
    times.record(hot(800));
    await times.settled();
    expect(hotMs(await open())).toBe(800);
    expect(log).toEqual([]);
  });
});
