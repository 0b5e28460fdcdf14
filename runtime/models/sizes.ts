/** What models take of memory and disk, for decisions about which of them are resident. Pure. */
import { type TaskClass, taskClasses } from '../core/task.ts';
import type { ModelSpec } from '../engine/engine.ts';
import type { Capacity } from './fit/budget.ts';
import type { FitDecision } from './fit/decision.ts';
import { anonymousBytes, deviceBytes, hostBytes, type MemoryNeed } from './fit/memory.ts';
import type { LibraryEntry } from './library-entry.ts';
import type { OwnBytes } from './machine.ts';

/** What a model takes, and whom it serves. */
export interface ModelSizes {
  readonly classes: readonly TaskClass[];
  /** Completions go to it: it leaves for nobody. */
  readonly isPinned: boolean;
  /** The user has pinned it, and there is room for that: see wishes.ts. */
  readonly isKept: boolean;
  /** When it was not used for so long it leaves; undefined: when the others do. 0: never. */
  readonly unloadAfterMinutes: number | undefined;
  /** The user chose it by its name. */
  readonly isNamed: boolean;
  /** Its file is gone or cannot be used any more, so that nobody can choose it. */
  readonly isGone: boolean;
  /** Of the memory that models may take, with all its sequences and with one. */
  readonly bytes: number;
  readonly bytesSmall: number;
  /** Of all parts. */
  readonly fileBytes: number;
  readonly files: readonly string[];
}

/** What an engine says of a load: bytes where it computes, and with how many sequences. See ModelInfo. */
export interface HeldReport {
  readonly heldBytes?: number | undefined;
  readonly sequences: number;
}

/** What the registry alone can say. */
export type ByRegistry = 'isPinned' | 'isKept' | 'unloadAfterMinutes' | 'isGone';

/** All but what follows from the latest choices, and from what the user wishes. */
export type OwnSizes = Omit<ModelSizes, ByRegistry | 'isNamed'>;

/** A load takes this much of its file's size where nothing could be predicted. */
const loadShare = 1.3;

export function sizesFor(
  { model, metadata }: LibraryEntry,
  fit: FitDecision | undefined,
  { sequences }: Pick<ModelSpec, 'sequences'>,
  capacity: Capacity | undefined,
): OwnSizes {
  const fileBytes = metadata?.fileBytes ?? model.bytes;
  // The demonstration model stands in for nobody.
  const classes =
    model.origin === 'embedded' ? [] : taskClasses.filter((role) => model.suitability[role] !== undefined);
  const common = { classes, fileBytes, files: metadata?.files ?? [model.file] };
  if (fit?.kind !== 'fits' || capacity === undefined)
    return { ...common, bytes: fileBytes * loadShare, bytesSmall: fileBytes * loadShare };
  const { need } = fit;
  const deviceKv = need.devices.reduce((sum, device) => sum + device.kvBytes, 0);
  const saved = 1 - 1 / sequences;
  const all = { host: hostBytes(need), devices: devicesBytes(need) };
  const small = { host: all.host - need.host.kvBytes * saved, devices: all.devices - deviceKv * saved };
  return { ...common, bytes: takenOf(all, capacity), bytesSmall: takenOf(small, capacity) };
}

/** Memory that all models together may take, in bytes, where it is scarce: of the one pool, of the devices, or of the RAM without one. */
export function budgetBytes({ pool, devices, host }: Capacity): number {
  return pool ?? (devices.length > 0 && sum(devices) > 0 ? sum(devices) : host);
}

/**
 * What a load takes of that budget. Where devices and RAM are two pools, the one of which it takes the larger share counts, with that
 * share: what is full first is full for all, and a model that the processor computes beside a graphics card is not free of charge.
 */
function takenOf({ host, devices }: OwnBytes, capacity: Capacity): number {
  const budget = budgetBytes(capacity);
  if (capacity.pool !== undefined) return host + devices;
  const shareOf = (bytes: number, of: number): number => (bytes === 0 ? 0 : bytes / Math.max(1, of));
  return budget * Math.max(shareOf(host, capacity.host), shareOf(devices, sum(capacity.devices)));
}

/** By prediction, where it is. */
export function ownBytesOf(need: MemoryNeed): OwnBytes {
  return { host: anonymousBytes(need), devices: devicesBytes(need) };
}

/** What the engine will say that the model holds where it computes (ModelInfo.heldBytes), by prediction. */
export function reportedBytesOf(need: MemoryNeed): number {
  const { weightBytes, fileBytes, idleFileBytes, kvBytes, computeBytes, reservedBytes } = need.host;
  if (need.devices.length > 0) return devicesBytes(need);
  return weightBytes + fileBytes + idleFileBytes + kvBytes + computeBytes + reservedBytes;
}

function devicesBytes({ devices }: MemoryNeed): number {
  return sum(devices.map(deviceBytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
