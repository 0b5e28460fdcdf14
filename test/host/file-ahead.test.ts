/** Files that are read into the page cache: in order, slowly enough, and not for a moment longer than wanted. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileAhead, type ReadAheadEnd } from '../../runtime/host/file-ahead.ts';
import type { Timer } from '../../runtime/host/poll.ts';
import { ManualTimer } from './manual-timer.ts';

const mebibyte = 2 ** 20;
const chunkBytes = 4 * mebibyte;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-ahead-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A file of that size without content. */
async function fileOf(name: string, bytes: number): Promise<string> {
  const file = path.join(root, name);
  await writeFile(file, '');
  await truncate(file, bytes);
  return file;
}

/** Time passes when the reader rests, and for each chunk as long as given. */
function reader(chunkMs: number, bytesPerSecondMax?: number) {
  let nowMs = 0;
  const restsMs: number[] = [];
  let asked = 0;
  // Every other question for the time comes after a chunk.
  const now = (): number => {
    asked += 1;
    if (asked % 2 === 0) nowMs += chunkMs;
    return nowMs;
  };
  const timer: Timer = (ms, callback) => {
    restsMs.push(ms);
    nowMs += ms;
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  };
  const ahead = new FileAhead({ now, timer, ...(bytesPerSecondMax !== undefined && { bytesPerSecondMax }) });
  return { ahead, restsMs, elapsedMs: () => nowMs };
}

const wanted = (): AbortSignal => new AbortController().signal;

/** A read of which each chunk waits for the test. */
function stepwise() {
  const clock = new ManualTimer();
  const ahead = new FileAhead({ now: () => 0, timer: clock.timer });
  const begin = (files: readonly string[]) => {
    const abort = new AbortController();
    const progress: number[] = [];
    let heard: () => void = () => undefined;
    const chunk = (): Promise<void> => new Promise((resolve) => (heard = resolve));
    const first = chunk();
    const onProgress = (bytes: number): void => {
      progress.push(bytes);
      // The reader rests right after it told of the chunk.
      setImmediate(heard);
    };
    const end = ahead.read({ files, signal: abort.signal, onProgress });
    return { abort, progress, first, chunk, end };
  };
  return { clock, ahead, begin };
}

describe('reading ahead', () => {
  it('when a model has parts, then all are read, first part first, and the progress is of all together', async () => {
    const files = [await fileOf('a-1.gguf', 2 * chunkBytes + 5), await fileOf('a-2.gguf', 7)];
    const progress: (readonly [number, number])[] = [];
    const { ahead } = reader(1);
    const end = await ahead.read({ files, signal: wanted(), onProgress: (...told) => progress.push(told) });
    const total = 2 * chunkBytes + 12;
    expect(end).toEqual({ kind: 'done', bytesRead: total });
    expect(progress).toEqual([chunkBytes, 2 * chunkBytes, 2 * chunkBytes + 5, total].map((bytes) => [bytes, total]));
    expect(ahead.isReading).toBe(false);
  });

  it('when chunks are read, then what the processor took meanwhile is counted, and not what it took while the disk rested', async () => {
    let cpuMs = 0;
    const soon: Timer = (_, callback) => {
      cpuMs += 1_000;
      const handle = setImmediate(callback);
      return () => clearImmediate(handle);
    };
    const ahead = new FileAhead({ now: () => 0, timer: soon, cpuMs: () => (cpuMs += 3) });
    const files = [await fileOf('a.gguf', 2 * chunkBytes)];
    await ahead.read({ files, signal: wanted(), onProgress: () => undefined });
    expect(ahead.spentMs).toBe(2 * 3);
  });

  it('when a file is empty, then it is done at once', async () => {
    const { ahead } = reader(1);
    const files = [await fileOf('empty.gguf', 0)];
    expect(await ahead.read({ files, signal: wanted(), onProgress: () => undefined })).toEqual({
      kind: 'done',
      bytesRead: 0,
    });
  });

  it('when the disk is fast, then no more is read per second than may be', async () => {
    const files = [await fileOf('a.gguf', 10 * chunkBytes)];
    const { ahead, elapsedMs } = reader(1, 100e6);
    await ahead.read({ files, signal: wanted(), onProgress: () => undefined });
    expect((10 * chunkBytes) / (elapsedMs() / 1_000)).toBeCloseTo(100e6, -2);
  });

  it('when the disk is slow, then it rests for a quarter of the time that a chunk took', async () => {
    const files = [await fileOf('a.gguf', 3 * chunkBytes)];
    const { ahead, restsMs } = reader(40);
    await ahead.read({ files, signal: wanted(), onProgress: () => undefined });
    expect(restsMs).toEqual([10, 10, 10]);
  });

  it('when it is cancelled while it rests, then it ends at once and leaves no timer', async () => {
    const { clock, ahead, begin } = stepwise();
    const { abort, first, end, progress } = begin([await fileOf('a.gguf', 5 * chunkBytes)]);
    await first;
    expect(clock.waitingMs).toHaveLength(1);
    expect(ahead.isReading).toBe(true);
    abort.abort();
    expect(clock.waitingMs).toEqual([]);
    expect(await end).toEqual({ kind: 'cancelled', bytesRead: chunkBytes });
    expect(progress).toEqual([chunkBytes]);
    expect(ahead.isReading).toBe(false);
  });

  it('when it is cancelled while a chunk is read, then that chunk is the last', async () => {
    const { clock, begin } = stepwise();
    const { abort, first, chunk, end } = begin([await fileOf('a.gguf', 5 * chunkBytes)]);
    await first;
    const second = chunk();
    clock.fire();
    abort.abort();
    const ended = await end;
    expect(ended.kind).toBe('cancelled');
    expect(ended.bytesRead).toBeLessThanOrEqual(2 * chunkBytes);
    expect(clock.waitingMs).toEqual([]);
    if (ended.bytesRead > chunkBytes) await second;
  });

  it('when it is cancelled before it begins, then nothing is read', async () => {
    const { ahead } = stepwise();
    const files = [await fileOf('a.gguf', chunkBytes)];
    const told: number[] = [];
    const end = await ahead.read({ files, signal: AbortSignal.abort(), onProgress: (bytes) => told.push(bytes) });
    expect(end).toEqual({ kind: 'cancelled', bytesRead: 0 });
    expect(told).toEqual([]);
  });

  it('when one that nobody wants any more comes during a read, then the read goes on', async () => {
    const { clock, ahead, begin } = stepwise();
    const { first, end } = begin([await fileOf('a.gguf', chunkBytes)]);
    await first;
    const late = ahead.read({ files: [], signal: AbortSignal.abort(), onProgress: () => undefined });
    expect(await late).toEqual({ kind: 'cancelled', bytesRead: 0 });
    clock.fire();
    expect(await end).toEqual({ kind: 'done', bytesRead: chunkBytes });
  });

  it('when another read is wanted, then it takes the place of the first, and they never read together', async () => {
    const { clock, ahead, begin } = stepwise();
    const a = await fileOf('a.gguf', 5 * chunkBytes);
    const b = await fileOf('b.gguf', chunkBytes);
    const c = await fileOf('c.gguf', chunkBytes);
    const first = begin([a]);
    await first.first;
    const passedOver = begin([b]);
    const last = begin([c]);
    expect(await first.end).toEqual({ kind: 'cancelled', bytesRead: chunkBytes });
    expect(await passedOver.end).toEqual({ kind: 'cancelled', bytesRead: 0 });
    await last.first;
    expect(ahead.isReading).toBe(true);
    clock.fire();
    expect(await last.end).toEqual({ kind: 'done', bytesRead: chunkBytes });
    expect(passedOver.progress).toEqual([]);
    expect(ahead.isReading).toBe(false);
  });

  const failure = (end: ReadAheadEnd): string => (end.kind === 'failed' ? end.reason : `it is ${end.kind}`);

  it('when a file is gone, or is none, then it ends with a reason and reads nothing', async () => {
    const { ahead } = reader(1);
    const read = (files: readonly string[]): Promise<ReadAheadEnd> =>
      ahead.read({ files, signal: wanted(), onProgress: () => undefined });
    const there = await fileOf('a.gguf', 10);
    const folder = path.join(root, 'folder.gguf');
    await mkdir(folder);
    const gone = await read([there, path.join(root, 'gone.gguf')]);
    expect(gone.bytesRead).toBe(0);
    expect(failure(gone)).toMatch(/gone\.gguf/);
    expect(failure(await read([folder]))).toContain('is not a file');
    expect(await read([there]), 'the next one is as good as ever').toEqual({ kind: 'done', bytesRead: 10 });
  });

  it('when the second part vanishes while the first is read, then what was read is told with the reason', async () => {
    const { clock, begin } = stepwise();
    const files = [await fileOf('a-1.gguf', chunkBytes), await fileOf('a-2.gguf', chunkBytes)];
    const { first, end } = begin(files);
    await first;
    await rm(files[1] ?? '');
    clock.fire();
    const ended = await end;
    expect(ended.bytesRead).toBe(chunkBytes);
    expect(failure(ended)).toMatch(/a-2\.gguf/);
  });

  it('when a file becomes shorter while it is read, then it ends there', async () => {
    const { clock, begin } = stepwise();
    const file = await fileOf('a.gguf', 5 * chunkBytes);
    const { first, end } = begin([file]);
    await first;
    await truncate(file, chunkBytes);
    clock.fire();
    expect(await end).toEqual({ kind: 'done', bytesRead: chunkBytes });
  });
});
