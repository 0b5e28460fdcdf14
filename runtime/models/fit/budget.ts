/**
 * How much of a machine's memory models may take. Pure: what is free is measured by whoever asks.
 */
import { deviceBytes, engineProcess, hostBytes, type MemoryNeed, totalBytes } from './memory.ts';
import type { Backend } from './weights.ts';

/** The user's setting: what all models together may take of the memory that computes. */
export type Budget =
  | { readonly kind: 'auto' }
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Of the total. */
  | { readonly kind: 'percent'; readonly percent: number };

export interface PoolMemory {
  readonly totalBytes: number;
  /** As the system or the driver reports it; undefined when it does not (some Vulkan drivers). For RAM: available, not unused. */
  readonly freeBytes: number | undefined;
  /** What our loaded models take of it by prediction: 0 before the first load. */
  readonly ownBytes: number;
}

export interface MachineMemory {
  readonly backend: Backend;
  /** `process.arch`. */
  readonly arch: string;
  readonly host: PoolMemory;
  /** Empty when the CPU computes. */
  readonly devices: readonly PoolMemory[];
  /** The devices compute in the host's RAM (Apple silicon, integrated graphics): everything comes out of one pool. */
  readonly isUnified: boolean;
  /** The engine process is up, so that what it takes by itself is no longer free. */
  readonly engineRuns: boolean;
}

const gibibyte = 2 ** 30;

/**
 * RAM that stays free of models: an eighth of it, at least 1.5 GiB. An editor with its language servers, a browser and a build grow by
 * about that much after the models were loaded, and where RAM runs out the system swaps and the machine stands still.
 */
const hostMarginShare = 1 / 8;
const hostMarginBytesMin = 1.5 * gibibyte;
/**
 * Memory of a device that stays free: a sixteenth, at least 512 MiB. The driver's own context (about 300 MiB with CUDA) is in no buffer
 * that can be predicted, and the desktop draws there, too.
 */
const deviceMarginShare = 1 / 16;
const deviceMarginBytesMin = gibibyte / 2;

/** What a load may take. */
export interface Capacity {
  /** One for each device; empty for a CPU. */
  readonly devices: readonly number[];
  readonly host: number;
  /** Set when everything comes out of one pool: then it alone counts. */
  readonly pool: number | undefined;
}

/** "auto", a share ("75%"), or an amount ("6 GB", "6GiB", "512MB", "6000000000"); undefined for anything else. */
export function parseBudget(text: string): Budget | undefined {
  const match = /^\s*(?:(auto)|(\d+(?:\.\d+)?)\s*(%|[kmgt]?i?b?))\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, auto, digits, unit = ''] = match;
  if (auto !== undefined) return { kind: 'auto' };
  const value = Number(digits);
  if (unit === '%') return value > 0 && value <= 100 ? { kind: 'percent', percent: value } : undefined;
  const power = ' kmgt'.indexOf(unit.charAt(0).toLowerCase());
  const scale = (/i/i.test(unit) ? 1024 : 1000) ** Math.max(0, power);
  return value > 0 ? { kind: 'bytes', bytes: Math.floor(value * scale) } : undefined;
}

/**
 * Of each pool the smaller counts: what is reported free, and what should be left by our own books. A driver's report lags behind an
 * unload by seconds, and ours does not know of other programs. A budget that the user set takes the place of a device's margin; the
 * margin of RAM always stays, because a machine that swaps serves nobody.
 */
export function capacityOf(machine: MachineMemory, budget: Budget): Capacity {
  const base = machine.engineRuns ? 0 : engineProcess.anonymousBytes + engineProcess.fileBytes;
  const host = Math.max(0, freeOf(machine.host) - marginOf(machine.host, hostMarginShare, hostMarginBytesMin) - base);
  if (machine.devices.length === 0)
    return { devices: [], host: sum(allotted([machine.host], [host], budget)), pool: undefined };
  const free = machine.devices.map((device) => {
    const margin = budget.kind === 'auto' ? marginOf(device, deviceMarginShare, deviceMarginBytesMin) : 0;
    return Math.max(0, freeOf(device) - margin);
  });
  const devices = allotted(machine.devices, free, budget);
  return { devices, host, pool: machine.isUnified ? Math.min(host, sum(devices)) : undefined };
}

function freeOf({ totalBytes: total, freeBytes, ownBytes }: PoolMemory): number {
  return Math.max(0, Math.min(freeBytes ?? total, total - ownBytes));
}

function marginOf({ totalBytes: total }: PoolMemory, share: number, bytesMin: number): number {
  return Math.max(bytesMin, total * share);
}

/** Several devices share a budget by what they have free. */
function allotted(pools: readonly PoolMemory[], free: readonly number[], budget: Budget): number[] {
  const freeSum = sum(free);
  const limit = limitOf(pools, budget);
  const share = freeSum === 0 ? 0 : Math.min(1, Math.max(0, limit) / freeSum);
  return free.map((bytes) => Math.floor(bytes * share));
}

function limitOf(pools: readonly PoolMemory[], budget: Budget): number {
  const own = sum(pools.map(({ ownBytes }) => ownBytes));
  switch (budget.kind) {
    case 'auto':
      return Number.POSITIVE_INFINITY;
    case 'bytes':
      return budget.bytes - own;
    case 'percent':
      return (sum(pools.map(({ totalBytes: total }) => total)) * budget.percent) / 100 - own;
    default:
      return budget satisfies never;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Whether a load stays within the capacity, everywhere. */
export function staysWithin(need: MemoryNeed, capacity: Capacity): boolean {
  return excessBytes(need, capacity) === 0;
}

/** How much more a load would need than may be taken, summed over the places where it is too much. */
export function excessBytes(need: MemoryNeed, capacity: Capacity): number {
  if (capacity.pool !== undefined) return Math.max(0, totalBytes(need) - capacity.pool);
  const over = need.devices.map((device, index) => Math.max(0, deviceBytes(device) - (capacity.devices[index] ?? 0)));
  return sum(over) + Math.max(0, hostBytes(need) - capacity.host);
}

/** Bytes that may be taken in all; for a message. */
export function capacityBytes(capacity: Capacity): number {
  return capacity.pool ?? sum(capacity.devices) + capacity.host;
}

/** What a load takes of the memory that computes: of the devices, or of the RAM without one. */
export function computingBytes(need: MemoryNeed): number {
  return need.devices.length === 0 ? hostBytes(need) : sum(need.devices.map(deviceBytes));
}
