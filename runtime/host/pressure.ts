/**
 * How short this machine is of RAM because of other programs: a level that rises at once and falls slowly. Owns the looks at the host;
 * what follows from the level is for others to say.
 */
import { readFile } from 'node:fs/promises';
import { hostPool, readHost } from '../models/fit/host.ts';
import { Poll, type Timer } from './poll.ts';

export type PressureLevel = 'none' | 'some' | 'critical';

/** What one look at the machine found. */
export interface MemoryReading {
  readonly totalBytes: number;
  /** What programs can still get; undefined where the system does not say. */
  readonly availableBytes: number | undefined;
  /** Linux, where the kernel counts it: the share of the last 10 s in which programs stood still for want of memory, in percent. */
  readonly stalls: Stalls | undefined;
}

export interface Stalls {
  /** At least one program. */
  readonly somePercent: number;
  /** All that had work to do. */
  readonly fullPercent: number;
}

export interface MemoryState {
  readonly level: PressureLevel;
  /** Looks in a row that would have allowed a lower level. */
  readonly calmLooks: number;
  readonly reading: MemoryReading | undefined;
}

/**
 * In shares of the RAM that models leave free (an eighth, at least 1.5 GiB: models/fit/budget.ts), so that our own models by themselves
 * cause no pressure: below one half of it others have grown into it, below one quarter the system is about to swap.
 */
const marginShare = 1 / 8;
const marginBytesMin = 1.5 * 2 ** 30;
const someShare = 1 / 2;
const criticalShare = 1 / 4;
/** A level is left only with so much more than what led to it: what is released for it comes back as available. */
const relief = 1.5;
/** And only after so many looks in a row, so that a build that comes and goes does not have models come and go. */
const calmLooksMin = 6;
/** As the desktops' low-memory-monitor has it: one program stood still for a tenth of the time, or all of them did. */
const someStallPercent = 10;
const fullStallPercent = 10;

const levels: readonly PressureLevel[] = ['none', 'some', 'critical'];

export const noReading: MemoryState = { level: 'none', calmLooks: 0, reading: undefined };

/**
 * The level after one more look. Pure.
 *
 * 1. It rises at once to what the reading says.
 * 2. It falls by one step at a time, after {@link calmLooksMin} looks that were below it with some to spare.
 * 3. Where nothing can be read it stays.
 */
export function nextMemoryState(last: MemoryState, reading: MemoryReading): MemoryState {
  const strict = levelOf(reading, 1);
  if (strict === undefined) return { ...last, reading }; // 3
  if (rank(strict) > rank(last.level)) return { level: strict, calmLooks: 0, reading }; // 1
  const lenient = levelOf(reading, relief) ?? strict;
  if (rank(lenient) >= rank(last.level)) return { level: last.level, calmLooks: 0, reading };
  const calmLooks = last.calmLooks + 1;
  if (calmLooks < calmLooksMin) return { level: last.level, calmLooks, reading };
  return { level: levels[rank(last.level) - 1] ?? 'none', calmLooks: 0, reading }; // 2
}

/**
 * By what is available; the stalls count only where that is within the margin. Far from it they come from a container with a limit of its
 * own, and a model that leaves would help nobody.
 */
function levelOf({ totalBytes, availableBytes, stalls }: MemoryReading, scale: number): PressureLevel | undefined {
  if (availableBytes === undefined) return undefined;
  const marginBytes = Math.max(marginBytesMin, totalBytes * marginShare);
  const isTight = availableBytes < marginBytes * scale;
  const stalled = (percent: number | undefined, limit: number): boolean =>
    isTight && percent !== undefined && percent >= limit / scale;
  if (availableBytes < marginBytes * criticalShare * scale) return 'critical';
  if (stalled(stalls?.fullPercent, fullStallPercent)) return 'critical';
  if (availableBytes < marginBytes * someShare * scale) return 'some';
  return stalled(stalls?.somePercent, someStallPercent) ? 'some' : 'none';
}

function rank(level: PressureLevel): number {
  return levels.indexOf(level);
}

// -------------------------------------------------------------------------------------------------------------------- the machine

const everyMs = 5_000;
/** Each look starts a program there. */
const everyMsMac = 15_000;
const stallsFile = '/proc/pressure/memory';

/** Its value is the state after the last look; it starts without pressure. @param platform `process.platform`. */
export function watchMemory(
  platform: NodeJS.Platform,
  timer: Timer,
  look: () => Promise<MemoryReading> = readMemory,
): Poll<MemoryState> {
  const read = async (last: MemoryState): Promise<MemoryState> => nextMemoryState(last, await look());
  return new Poll({ initial: noReading, read, everyMs: platform === 'darwin' ? everyMsMac : everyMs, timer });
}

/** Never rejects. */
export async function readMemory(): Promise<MemoryReading> {
  const [report, stalls] = await Promise.all([readHost(), readStalls(stallsFile)]);
  const { totalBytes, freeBytes } = hostPool(report, 0);
  return { totalBytes, availableBytes: freeBytes, stalls };
}

/** Undefined where the kernel does not count (before 4.20, or switched off, or another system). */
export async function readStalls(file: string): Promise<Stalls | undefined> {
  return readFile(file, 'utf8').then(parseStalls, () => undefined);
}

/** Two lines: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and the same with `full`. */
export function parseStalls(text: string): Stalls | undefined {
  const of = (kind: string): number => Number(new RegExp(`^${kind} avg10=(\\d+(?:\\.\\d+)?)\\b`, 'm').exec(text)?.[1]);
  const stalls = { somePercent: of('some'), fullPercent: of('full') };
  return Number.isFinite(stalls.somePercent) && Number.isFinite(stalls.fullPercent) ? stalls : undefined;
}
