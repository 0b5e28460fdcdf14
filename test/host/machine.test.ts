/** The machine as residency sees it: the parts put together, with a machine that the test makes up. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileAhead } from '../../runtime/host/file-ahead.ts';
import { type LoadBook, predictLoad, recordLoad } from '../../runtime/host/load-times.ts';
import { Machine, type ModelOnDisk, openMachine } from '../../runtime/host/machine.ts';
import { Poll, type Timer } from '../../runtime/host/poll.ts';
import { type PowerSource, powerPlaces } from '../../runtime/host/power.ts';
import { type MemoryReading, watchMemory } from '../../runtime/host/pressure.ts';
import type { FileSize } from '../../runtime/host/system-tools.ts';
import { ManualTimer } from './manual-timer.ts';

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-machine-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function modelOf(model: string, ...sizes: readonly number[]): Promise<ModelOnDisk> {
  const files: FileSize[] = [];
  for (const [index, bytes] of sizes.entries()) {
    const file = path.join(root, `${model}-${index}.gguf`);
    await writeFile(file, '');
    await truncate(file, bytes);
    files.push({ file, bytes });
  }
  return { model, files };
}

const soon: Timer = (_, callback) => {
  const handle = setImmediate(callback);
  return () => clearImmediate(handle);
};

interface World {
  cacheGb?: number;
  reservedGb?: number;
  canDrop?: boolean;
  models?: readonly ModelOnDisk[];
}

async function made({ cacheGb = 4, reservedGb = 0, canDrop = true, models = [] }: World = {}) {
  const clock = new ManualTimer();
  const facts = { power: 'mains' as PowerSource, cacheGb, nowMs: 0, cached: new Map<string, number>() };
  let book: LoadBook = [];
  const dropped: (readonly [readonly FileSize[], number])[] = [];
  const log: string[] = [];
  // An eighth of 64 GiB stays with other programs.
  const look = async (): Promise<MemoryReading> => ({
    totalBytes: 64 * gibibyte,
    availableBytes: (8 + facts.cacheGb) * gibibyte,
    stalls: undefined,
  });
  const machine = new Machine({
    power: new Poll<PowerSource>({
      initial: 'unknown',
      read: async () => facts.power,
      everyMs: 60_000,
      timer: clock.timer,
    }),
    memory: watchMemory('linux', clock.timer, look),
    times: {
      predict: (file, bytes) => predictLoad(book, file, bytes),
      record: (load) => {
        book = recordLoad(book, load);
      },
      settled: async () => undefined,
    },
    ahead: new FileAhead({ now: () => 0, timer: soon }),
    readCached: async () => facts.cached,
    dropCached: async (files, kept) => {
      dropped.push([files, kept]);
      return canDrop;
    },
    models: () => models,
    reservedBytes: () => reservedGb * gibibyte,
    now: () => facts.nowMs,
    timer: clock.timer,
    log: (line) => log.push(line),
  });
  await machine.start();
  const read = (disk: ModelOnDisk, drop: readonly { disk: ModelOnDisk; bytes: number }[] = []): Promise<void> =>
    new Promise((resolve) => machine.readAhead(disk, drop, resolve));
  return { machine, clock, facts, dropped, log, read, book: () => book };
}

describe('the machine', () => {
  it('when it was looked at, then power, pressure and the room for files are known', async () => {
    const { machine } = await made({ reservedGb: 1 });
    expect(machine.conditions).toEqual({ power: 'mains', pressure: 'none' });
    expect(machine.cacheBytes).toBe(3 * gibibyte);
    await machine.dispose();
  });

  it('when power or pressure changes, then it tells, and not when nothing did', async () => {
    const { machine, clock, facts } = await made();
    const heard: unknown[] = [];
    const leave = machine.onConditions(() => heard.push(machine.conditions));
    const turn = async (): Promise<void> => {
      for (const _ of clock.waitingMs) clock.fire();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await turn();
    expect(heard).toEqual([]);
    facts.power = 'battery';
    await turn();
    facts.cacheGb = -7;
    await turn();
    expect(heard).toEqual([
      { power: 'battery', pressure: 'none' },
      { power: 'battery', pressure: 'critical' },
    ]);
    expect(machine.cacheBytes).toBe(0);
    leave();
    facts.power = 'mains';
    await turn();
    expect(heard).toHaveLength(2);
    await machine.dispose();
    expect(clock.waitingMs).toEqual([]);
  });

  it('when nothing has changed, then each look is told all the same, as time has gone by', async () => {
    const { machine, clock } = await made();
    let looks = 0;
    const leave = machine.onLook(() => {
      looks += 1;
    });
    const turn = async (): Promise<void> => {
      for (const _ of clock.waitingMs) clock.fire();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await turn();
    await turn();
    expect(looks).toBe(2);
    leave();
    await turn();
    expect(looks).toBe(2);
    await machine.dispose();
  });

  it('when a model was loaded, then its load time and its cached file are known', async () => {
    const { machine, facts, book } = await made();
    const disk = await modelOf('a', gibibyte, gibibyte);
    expect(machine.fileView(disk)).toMatchObject({ fileBytes: 2 * gibibyte, cachedBytes: 0 });
    const ready = machine.loading(disk, false);
    facts.nowMs = 9_000;
    ready();
    expect(machine.fileView(disk)).toMatchObject({ cachedBytes: 2 * gibibyte, loadMsCold: 9_000 });
    const again = machine.loading(disk, false);
    facts.nowMs = 10_000;
    again();
    expect(machine.fileView(disk)).toMatchObject({ loadMsCached: 1_000, loadMsCold: 9_000 });
    expect(book()).toEqual([{ file: disk.files[0]?.file, fileBytes: 2 * gibibyte, hotMs: [1_000], coldMs: [9_000] }]);
    await machine.dispose();
  });

  it('when a load spares the cache, then what found no free cache leaves it again, and others stay', async () => {
    const { machine, dropped } = await made();
    const other = await modelOf('other', 3 * gibibyte);
    const disk = await modelOf('a', 2 * gibibyte);
    machine.loading(other, false)();
    machine.loading(disk, true)();
    await new Promise((resolve) => setImmediate(resolve));
    expect(dropped).toEqual([[disk.files, gibibyte]]);
    expect(machine.fileView(other).cachedBytes).toBe(3 * gibibyte);
    expect(machine.fileView(disk).cachedBytes).toBe(gibibyte);
    await machine.dispose();
  });

  it('when it cannot spare the cache, then the file is cached and the oldest gives way', async () => {
    const { machine } = await made({ canDrop: false });
    const other = await modelOf('other', 3 * gibibyte);
    const disk = await modelOf('a', 2 * gibibyte);
    machine.loading(other, false)();
    machine.loading(disk, true)();
    await new Promise((resolve) => setImmediate(resolve));
    expect(machine.fileView(other).cachedBytes).toBe(2 * gibibyte);
    expect(machine.fileView(disk).cachedBytes).toBe(2 * gibibyte);
    await machine.dispose();
  });

  it('when a file is read ahead, then others make room first, and it is cached at the end', async () => {
    const { machine, dropped, read, log } = await made();
    const other = await modelOf('other', 3 * gibibyte);
    machine.loading(other, false)();
    const disk = await modelOf('a', 5 * mebibyte, mebibyte);
    const done = read(disk, [{ disk: other, bytes: gibibyte }]);
    expect(machine.reading).toBe('a');
    await done;
    expect(machine.reading).toBeUndefined();
    expect(dropped).toEqual([[other.files, 2 * gibibyte]]);
    expect(machine.fileView(other).cachedBytes).toBe(2 * gibibyte);
    expect(machine.fileView(disk)).toMatchObject({ fileBytes: 6 * mebibyte, cachedBytes: 6 * mebibyte });
    expect(log).toEqual([]);
    await machine.dispose();
  });

  it('when files are read ahead, then it is counted what was new, and what loads have found of it', async () => {
    const [used, unused] = [await modelOf('used', 8 * mebibyte), await modelOf('unused', 4 * mebibyte)];
    const { machine, read } = await made();
    await read(used);
    await read(unused);
    // What is cached already is read at the speed of memory, and is no gain.
    await read(used);
    expect(machine.readAheads).toMatchObject({ bytesRead: 12 * mebibyte, bytesUsed: 0 });
    machine.loading(used, false)();
    machine.loading(used, false)();
    expect(machine.readAheads).toMatchObject({ bytesRead: 12 * mebibyte, bytesUsed: 8 * mebibyte });
    machine.forget('unused');
    machine.loading(unused, false);
    expect(machine.readAheads.bytesUsed, 'it was gone from the cache by then').toBe(8 * mebibyte);
    await machine.dispose();
  });

  it('when reading is stopped, then it ends, and what was read counts', async () => {
    const { machine, read } = await made();
    const disk = await modelOf('a', 64 * mebibyte);
    const done = read(disk);
    machine.stopReading();
    expect(machine.reading).toBeUndefined();
    await done;
    expect(machine.fileView(disk).cachedBytes).toBeLessThan(64 * mebibyte);
    await machine.dispose();
  });

  it('when another file is read ahead, then the first read ends and the other is the one that goes on', async () => {
    const { machine, read } = await made();
    const first = read(await modelOf('a', 64 * mebibyte));
    const disk = await modelOf('b', mebibyte);
    const second = read(disk);
    await first;
    expect(machine.reading === 'b' || machine.fileView(disk).cachedBytes === mebibyte).toBe(true);
    await second;
    expect(machine.fileView(disk).cachedBytes).toBe(mebibyte);
    await machine.dispose();
  });

  it('when the file is gone, then the log says so and the read ends', async () => {
    const { machine, read, log } = await made();
    await read({ model: 'a', files: [{ file: path.join(root, 'gone.gguf'), bytes: 5 }] });
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("the files of 'a' cannot be read ahead");
    await machine.dispose();
  });

  it('when a model is deleted, then nothing of it is cached any more', async () => {
    const { machine } = await made();
    const disk = await modelOf('a', gibibyte);
    machine.loading(disk, false)();
    machine.forget('a');
    expect(machine.fileView(disk).cachedBytes).toBe(0);
    await machine.dispose();
  });

  it('when the system says what is cached, then that holds', async () => {
    const disk = await modelOf('a', mebibyte);
    const { machine, facts, clock } = await made({ models: [disk] });
    facts.cached.set(disk.files[0]?.file ?? '', 1_000);
    for (const _ of clock.waitingMs) clock.fire();
    await new Promise((resolve) => setImmediate(resolve));
    expect(machine.fileView(disk).cachedBytes).toBe(1_000);
    await machine.dispose();
  });

  it('when the real machine is opened, then it answers, and leaves nothing behind but its load times', async () => {
    const disk = await modelOf('a', mebibyte);
    const clock = new ManualTimer();
    const machine = await openMachine({
      places: powerPlaces(process.platform),
      loadTimesFile: path.join(root, 'load-times.json'),
      models: () => [disk],
      reservedBytes: () => 0,
      now: () => 0,
      timer: clock.timer,
      log: () => undefined,
    });
    await machine.start();
    expect(machine.cacheBytes).toBeGreaterThanOrEqual(0);
    expect(machine.fileView(disk).loadMsCold).toBeGreaterThan(300);
    await machine.dispose();
    expect(clock.waitingMs).toEqual([]);
  });
});
