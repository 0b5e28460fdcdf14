/** How much RAM this machine has, and how much of it programs can still get. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import type { PoolMemory } from './budget.ts';

/** What the system says; kept apart from what follows from it. */
export interface HostReport {
  readonly totalBytes: number;
  /** The limit of a container or control group; 0 or beyond the total where there is none. */
  readonly limitBytes: number;
  /** Free, or in caches that the system gives up at once; undefined where nobody says. */
  readonly availableBytes: number | undefined;
}

/** @param ownBytes what our loaded models take of it by prediction. */
export function hostPool(report: HostReport, ownBytes: number): PoolMemory {
  const isLimited = report.limitBytes > 0 && report.limitBytes < report.totalBytes;
  const totalBytes = isLimited ? report.limitBytes : report.totalBytes;
  const { availableBytes } = report;
  return {
    totalBytes,
    freeBytes: availableBytes === undefined ? undefined : Math.min(availableBytes, totalBytes),
    ownBytes,
  };
}

/** Never rejects: what cannot be found out counts as unknown. */
export async function readHost(): Promise<HostReport> {
  return {
    totalBytes: os.totalmem(),
    limitBytes: process.constrainedMemory(),
    availableBytes: await readAvailable(),
  };
}

const vmStatMsMax = 2_000;

async function readAvailable(): Promise<number | undefined> {
  // Node before 20.13 does not know; then the free memory of the whole machine is the best there is.
  if (process.platform !== 'darwin') return process.availableMemory?.() ?? os.freemem();
  // Node counts only pages without any content there, of which macOS keeps next to none.
  try {
    return parseVmStat((await promisify(execFile)('/usr/bin/vm_stat', { timeout: vmStatMsMax })).stdout);
  } catch {
    return undefined;
  }
}

const reclaimable = ['free', 'inactive', 'speculative', 'purgeable'];

/** Bytes that macOS can give away, from what `vm_stat` prints; undefined when that is not its output. */
export function parseVmStat(output: string): number | undefined {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(output)?.[1] ?? Number.NaN);
  const pages = reclaimable.map((kind) => Number(new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.`, 'm').exec(output)?.[1]));
  const bytes = pageBytes * pages.reduce((sum, each) => sum + each, 0);
  return Number.isFinite(bytes) ? bytes : undefined;
}
