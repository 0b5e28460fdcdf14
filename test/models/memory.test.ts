import { expect, it } from 'vitest';
import type { PoolMemory } from '../../runtime/models/fit/budget.ts';
import { Memory } from '../../runtime/models/memory.ts';

const gigabyte = 1e9;
const host = (more: Partial<PoolMemory> = {}): PoolMemory => ({
  totalBytes: 16 * gigabyte,
  freeBytes: 10 * gigabyte,
  ownBytes: 0,
  ...more,
});

/** A machine that a test can change; how often somebody was told of a change. */
function machine() {
  const now = { host: host(), devices: [] as PoolMemory[], fails: false, told: 0 };
  const memory = new Memory(async () => {
    if (now.fails) throw new Error('nobody knows');
    const fixed = { backend: 'cpu', arch: 'x64', isUnified: false, engineRuns: true, knowsDevices: true } as const;
    return { ...fixed, host: now.host, devices: now.devices };
  });
  memory.onChange(() => now.told++);
  return { now, memory };
}

it('when nothing was read yet, then nothing is known; when a reading fails, then what was known stays', async () => {
  const { now, memory } = machine();
  expect(memory.current).toBeUndefined();
  await memory.refresh();
  const known = memory.current;
  now.fails = true;
  await memory.refresh();
  expect(memory.current).toBe(known);
  expect(now.told).toBe(1);
});

it('when our models are loaded, then what they take counts as free, as another model could have it', async () => {
  const { now, memory } = machine();
  now.host = host({ freeBytes: 4 * gigabyte, ownBytes: 6 * gigabyte });
  await memory.refresh();
  expect(memory.current?.host).toEqual(host());
});

it('when memory comes and goes, then only a noticeable change is told', async () => {
  const { now, memory } = machine();
  await memory.refresh();
  now.host = host({ freeBytes: 9.5 * gigabyte });
  await memory.refresh();
  expect(now.told).toBe(1);
  now.host = host({ freeBytes: 8 * gigabyte });
  await memory.refresh();
  expect(now.told).toBe(2);
  expect(memory.current?.host.freeBytes).toBe(8 * gigabyte);
  now.host = host({ freeBytes: undefined });
  await memory.refresh();
  now.devices = [host()];
  await memory.refresh();
  expect(now.told).toBe(4);
});
