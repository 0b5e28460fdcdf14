/** What the runtime learns of the machine's memory: RAM from the system, graphics memory from what an engine tells. */
import { describe, expect, it } from 'vitest';
import type { DeviceReport } from '../../runtime/engine/engine.ts';
import type { HostReport } from '../../runtime/models/fit/host.ts';
import { gpuProblems, machineReader } from '../../runtime/models/machine.ts';
import type { MachineReading, MemoryReader } from '../../runtime/models/memory.ts';

const gigabyte = 1e9;

/** As node-llama-cpp tells of them. */
const card: DeviceReport = {
  backend: 'cuda',
  names: ['NVIDIA GeForce RTX 3060'],
  totalBytes: 12 * gigabyte,
  usedBytes: 2 * gigabyte,
  unifiedBytes: 0,
};
const mac: DeviceReport = {
  backend: 'metal',
  names: ['Apple M4'],
  totalBytes: 11 * gigabyte,
  usedBytes: 1 * gigabyte,
  unifiedBytes: 11 * gigabyte,
};
const none: DeviceReport = { backend: 'cpu', names: [], totalBytes: 0, usedBytes: 0, unifiedBytes: 0 };

class Stage {
  gpu: string | undefined = 'auto';
  answer: () => Promise<DeviceReport | undefined> = () => Promise.resolve(card);
  loaded: string[] = [];
  isMoving = false;
  /** Of RAM; undefined: as the system says. */
  availableBytes: number | undefined;
  asked = 0;
  late = 0;
  /** Ends the patience of who waits for the engine. */
  runOut: () => void = () => undefined;
  #read: MemoryReader | undefined;

  async read(): Promise<MachineReading> {
    this.#read ??= machineReader({
      loaded: () => this.loaded,
      isMoving: () => this.isMoving,
      ownBytes: () => ({ host: 1 * gigabyte, devices: 3 * gigabyte }),
      engineRuns: () => this.asked > 0,
      ...(this.availableBytes !== undefined && { host: () => Promise.resolve(this.#hostReport()) }),
      engine: {
        devices: () => {
          this.asked += 1;
          return this.answer();
        },
      },
      late: () => {
        this.late += 1;
      },
      timer: (_, callback) => {
        this.runOut = callback;
        return () => undefined;
      },
      gpu: this.gpu,
      platform: 'linux',
      arch: 'x64',
    });
    return await this.#read();
  }

  #hostReport(): HostReport {
    return { totalBytes: 16 * gigabyte, limitBytes: 0, availableBytes: this.availableBytes };
  }
}

it('when a model comes or goes, then what is free of the RAM just now does not count', async () => {
  const stage = new Stage();
  stage.gpu = undefined;
  stage.availableBytes = 10 * gigabyte;
  const before = await stage.read();
  expect(before.host).toEqual({ totalBytes: 16 * gigabyte, freeBytes: 10 * gigabyte, ownBytes: 0 });
  stage.isMoving = true;
  stage.availableBytes = 7 * gigabyte;
  expect((await stage.read()).host).toEqual(before.host);
  stage.isMoving = false;
  stage.loaded = ['m'];
  expect((await stage.read()).host).toMatchObject({ freeBytes: 7 * gigabyte, ownBytes: 1 * gigabyte });
});

async function readingOf(report: DeviceReport): Promise<MachineReading> {
  const stage = new Stage();
  stage.answer = () => Promise.resolve(report);
  return await stage.read();
}

describe('graphics memory', () => {
  it('when nothing but the processor computes, then no engine is asked', async () => {
    const stage = new Stage();
    stage.gpu = undefined;
    const reading = await stage.read();
    expect(reading).toMatchObject({ backend: 'cpu', devices: [], isUnified: false, knowsDevices: true });
    expect(reading.host.freeBytes).toBeGreaterThan(0);
    expect(stage.asked).toBe(0);
  });

  it('when there is a card, then what it has and what models of ours take of it is known', async () => {
    const stage = new Stage();
    stage.loaded = ['m'];
    expect(await stage.read()).toMatchObject({
      backend: 'cuda',
      devices: [{ totalBytes: 12 * gigabyte, freeBytes: 10 * gigabyte, ownBytes: 3 * gigabyte }],
      host: { ownBytes: 1 * gigabyte },
      isUnified: false,
      engineRuns: true,
      knowsDevices: true,
    });
  });

  it('when it is the RAM, then there is one pool', async () => {
    expect(await readingOf(mac)).toMatchObject({ backend: 'metal', devices: [{ freeBytes: 10e9 }], isUnified: true });
  });

  it('when there are two cards, then each counts as half of both, as layers are dealt out by what is free', async () => {
    const two = { ...card, names: ['a', 'b'], totalBytes: 36 * gigabyte, usedBytes: 6 * gigabyte };
    const half = { totalBytes: 18 * gigabyte, freeBytes: 15 * gigabyte, ownBytes: 0 };
    expect((await readingOf(two)).devices).toEqual([half, half]);
  });

  it('when integrated graphics are beside a card, then the card alone counts, with all that is in use', async () => {
    const mixed: DeviceReport = {
      backend: 'vulkan',
      names: ['RTX 3060', 'UHD 770'],
      totalBytes: 28 * gigabyte,
      usedBytes: 3 * gigabyte,
      unifiedBytes: 16 * gigabyte,
    };
    const { devices, isUnified } = await readingOf(mixed);
    expect(devices).toEqual([{ totalBytes: 12 * gigabyte, freeBytes: 9 * gigabyte, ownBytes: 0 }]);
    expect(isUnified).toBe(false);
  });

  it('when a driver does not tell what is in use, then what is free is unknown; when it tells nothing at all, then so are the devices', async () => {
    expect((await readingOf({ ...card, usedBytes: 0 })).devices).toMatchObject([{ freeBytes: undefined }]);
    const silent = await readingOf({ ...card, totalBytes: 0, usedBytes: 0 });
    expect(silent).toMatchObject({ backend: 'cpu', devices: [], knowsDevices: false });
  });

  it('when the card cannot be used and the processor computes, then that is known', async () => {
    expect(await readingOf(none)).toMatchObject({ backend: 'cpu', devices: [], knowsDevices: true });
  });

  it('when the engine does not answer in time, then nothing is known of devices, and its late answer calls for another reading', async () => {
    const stage = new Stage();
    let tell: (report: DeviceReport) => void = () => undefined;
    stage.answer = () =>
      new Promise((resolve) => {
        tell = resolve;
      });
    const reading = stage.read();
    stage.runOut();
    expect(await reading).toMatchObject({ devices: [], knowsDevices: false });
    expect(stage.late).toBe(0);
    tell(card);
    await Promise.resolve();
    await Promise.resolve();
    expect(stage.late).toBe(1);
  });

  it('when a model comes or goes, or the engine is gone, then what was known before stays', async () => {
    const stage = new Stage();
    const before = await stage.read();
    stage.answer = () => Promise.resolve({ ...card, usedBytes: 9 * gigabyte });
    stage.isMoving = true;
    expect((await stage.read()).devices).toEqual(before.devices);
    expect(stage.asked).toBe(1);
    stage.isMoving = false;
    stage.answer = () => {
      stage.loaded = ['came meanwhile'];
      return Promise.resolve({ ...card, usedBytes: 9 * gigabyte });
    };
    expect((await stage.read()).devices).toEqual(before.devices);
    stage.answer = () => Promise.resolve(undefined);
    expect((await stage.read()).devices).toEqual(before.devices);
    stage.answer = () => Promise.resolve({ ...card, usedBytes: 9 * gigabyte });
    expect((await stage.read()).devices).toMatchObject([{ freeBytes: 3 * gigabyte }]);
  });
});

describe('the back end that the environment asks for', () => {
  it.each([undefined, '', 'off', 'auto', 'vulkan', 'metal', 'cuda'])('when it is %j, then nothing is said', (gpu) => {
    expect(gpuProblems(gpu)).toEqual([]);
  });

  it.each(['nvidia', 'CUDA', '1'])(
    'when it is %j, then a sentence says which there are and what computes instead',
    (gpu) => {
      expect(gpuProblems(gpu)).toEqual([
        `PUNCTUAL_GPU is '${gpu}', so the processor computes: set it to one of auto, vulkan, metal, cuda, off, then run 'punctual stop'.`,
      ]);
    },
  );
});
