/** When a machine is short of memory, and when it no longer is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type MemoryReading,
  type MemoryState,
  nextMemoryState,
  noReading,
  type PressureLevel,
  parseStalls,
  readMemory,
  readStalls,
  type Stalls,
  watchMemory,
} from '../../runtime/host/pressure.ts';
import { ManualTimer } from './manual-timer.ts';

const gibibyte = 2 ** 30;
/** 16 GiB leave 2 GiB free of models: `some` is below 1 GiB, `critical` below 0.5 GiB. */
const look = (availableGb: number, stalls?: Stalls): MemoryReading => ({
  totalBytes: 16 * gibibyte,
  availableBytes: availableGb * gibibyte,
  stalls,
});
const stateAfter = (looks: readonly MemoryReading[], first: MemoryState = noReading): MemoryState =>
  looks.reduce(nextMemoryState, first);
const times = (count: number, reading: MemoryReading): MemoryReading[] => Array.from({ length: count }, () => reading);
const stalls = (somePercent: number, fullPercent: number): Stalls => ({ somePercent, fullPercent });
const ranks: Readonly<Record<PressureLevel, number>> = { none: 0, some: 1, critical: 2 };

describe('memory pressure', () => {
  it.each<[string, MemoryReading, PressureLevel]>([
    ['much is available', look(8), 'none'],
    ['what models leave free is available', look(2), 'none'],
    ['a little less than half of that is', look(0.99), 'some'],
    ['a little less than a quarter of that is', look(0.49), 'critical'],
    ['nothing is', look(0), 'critical'],
    ['programs stand still and little is available', look(1.9, stalls(12, 1)), 'some'],
    ['all programs stand still and little is available', look(1.9, stalls(30, 12)), 'critical'],
    ['programs stand still though much is available', look(8, stalls(90, 80)), 'none'],
    ['programs hardly stand still and little is available', look(1.9, stalls(3, 1)), 'none'],
    ['a small machine has as much as a large one may lack', { ...look(0.7), totalBytes: 4 * gibibyte }, 'some'],
  ])('when %s, then the level says so at once', (_, reading, level) => {
    expect(stateAfter([reading]).level).toBe(level);
  });

  it('when it gets better for a moment, then the level stays', () => {
    const flicker = Array.from({ length: 40 }, (_, index) => (index % 6 === 5 ? look(0.9) : look(4)));
    const seen = flicker.map((_, index) => stateAfter(flicker.slice(0, index + 1), stateAfter([look(0.9)])).level);
    expect(new Set(seen)).toEqual(new Set(['some']));
  });

  it('when it gets better by little, then the level stays for good', () => {
    expect(stateAfter(times(100, look(1.4)), stateAfter([look(0.9)])).level).toBe('some');
  });

  it('when it is well for six looks in a row, then the level falls by one step', () => {
    const critical = stateAfter([look(0.1)]);
    expect(stateAfter(times(5, look(8)), critical).level).toBe('critical');
    expect(stateAfter(times(6, look(8)), critical).level).toBe('some');
    expect(stateAfter(times(11, look(8)), critical).level).toBe('some');
    expect(stateAfter(times(12, look(8)), critical).level).toBe('none');
  });

  it('when stalls fade but have not ended, then the level stays', () => {
    const some = stateAfter([look(1.9, stalls(12, 0))]);
    expect(stateAfter(times(50, look(1.9, stalls(8, 0))), some).level).toBe('some');
    expect(stateAfter(times(6, look(1.9, stalls(2, 0))), some).level).toBe('none');
  });

  it('when nobody says what is available, then the level stays as it is', () => {
    const blind: MemoryReading = { totalBytes: 16 * gibibyte, availableBytes: undefined, stalls: stalls(90, 90) };
    expect(stateAfter(times(20, blind)).level).toBe('none');
    expect(stateAfter(times(20, blind), stateAfter([look(0.9)])).level).toBe('some');
  });

  const readings = fc.record({
    totalBytes: fc.integer({ min: 1, max: 128 }).map((gb) => gb * gibibyte),
    availableBytes: fc.option(
      fc.double({ min: 0, max: 16, noNaN: true }).map((gb) => gb * gibibyte),
      { nil: undefined },
    ),
    stalls: fc.option(
      fc.record({
        somePercent: fc.double({ min: 0, max: 100, noNaN: true }),
        fullPercent: fc.double({ min: 0, max: 100, noNaN: true }),
      }),
      { nil: undefined },
    ),
  });

  it('when anything happens, then the level is never below what a fresh look says, and falls by single steps', () => {
    fc.assert(
      fc.property(fc.array(readings, { maxLength: 60 }), (looks) => {
        let state = noReading;
        for (const reading of looks) {
          const next = nextMemoryState(state, reading);
          if (reading.availableBytes !== undefined)
            expect(ranks[next.level]).toBeGreaterThanOrEqual(ranks[stateAfter([reading]).level]);
          expect(ranks[state.level] - ranks[next.level]).toBeLessThanOrEqual(1);
          state = next;
        }
      }),
    );
  });

  it('when less is available, then the level is never lower', () => {
    fc.assert(
      fc.property(readings, fc.double({ min: 0, max: 1, noNaN: true }), (reading, share) => {
        if (reading.availableBytes === undefined) return;
        const less = { ...reading, availableBytes: reading.availableBytes * share };
        expect(ranks[stateAfter([less]).level]).toBeGreaterThanOrEqual(ranks[stateAfter([reading]).level]);
      }),
    );
  });
});

describe('reading memory', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'punctual-pressure-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('when the kernel counts stalls, then both lines are read', async () => {
    const file = path.join(root, 'memory');
    await writeFile(
      file,
      'some avg10=12.34 avg60=5.00 avg300=1.00 total=123456\nfull avg10=3.00 avg60=1.00 avg300=0.10 total=23456\n',
    );
    expect(await readStalls(file)).toEqual(stalls(12.34, 3));
  });

  it.each([
    ['', 'is empty'],
    ['some avg10=1.00 avg60=0.00', 'has one line'],
    ['some avg10=x\nfull avg10=1', 'holds no numbers'],
  ])('when the file holds %j, as it %s, then nothing is known', (text) => {
    expect(parseStalls(text)).toBeUndefined();
  });

  it('when there is no such file, then nothing is known', async () => {
    expect(await readStalls(path.join(root, 'none'))).toBeUndefined();
  });

  it('when this machine is looked at, then it has some memory', async () => {
    const { totalBytes, availableBytes } = await readMemory();
    expect(totalBytes).toBeGreaterThan(0);
    expect(availableBytes ?? 0).toBeLessThanOrEqual(totalBytes);
  });

  it('when it is watched, then each look counts and the next one comes after five seconds', async () => {
    const clock = new ManualTimer();
    const found = [look(0.9), look(8)];
    const watch = watchMemory('linux', clock.timer, async () => found.shift() ?? look(8));
    const heard: PressureLevel[] = [];
    watch.listen(({ level }) => heard.push(level));
    await watch.start();
    expect(watch.value).toMatchObject({ level: 'some', reading: look(0.9) });
    expect(clock.waitingMs).toEqual([5_000]);
    const looked = new Promise<void>((resolve) => watch.listen(() => resolve()));
    clock.fire();
    await looked;
    expect(heard).toEqual(['some', 'some']);
    expect(watch.value.reading).toEqual(look(8));
    watch.dispose();
  });

  it('when each look starts a program, then there are fewer', async () => {
    const clock = new ManualTimer();
    const watch = watchMemory('darwin', clock.timer, async () => look(8));
    await watch.start();
    expect(clock.waitingMs).toEqual([15_000]);
    watch.dispose();
  });
});
