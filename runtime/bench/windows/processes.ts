/** What the runtime and its engine take while windows work, and what they leave behind. */
import { readdirSync } from 'node:fs';
import { median } from '../bench.ts';

/** At one moment; undefined for a process that is not there, or where nothing can be known. */
export interface MemorySample {
  /** Of the session's time, in [0, 1). */
  readonly share: number;
  readonly runtimeBytes: number | undefined;
  readonly engineBytes: number | undefined;
}

export type Process = 'runtime' | 'engine';

/** Between the second tenth, the first in which everything is loaded and warm, and the last. */
const settledTenth = 1;
const lastTenth = 9;

/**
 * By how much the memory of a process has grown, as a share: the median of the last tenth of the time against that of the first settled
 * one. NaN where either has no sample.
 */
export function memoryGrowth(samples: readonly MemorySample[], process: Process): number {
  return tenthMedian(samples, process, lastTenth) / tenthMedian(samples, process, settledTenth) - 1;
}

/** In bytes; NaN without a sample. @param tenth from 0. */
export function tenthMedian(samples: readonly MemorySample[], process: Process, tenth: number): number {
  const inside = samples.filter(({ share }) => Math.floor(share * 10) === tenth);
  return median(inside.flatMap((sample) => sample[`${process}Bytes`] ?? []));
}

/** Names of what an orderly end should have taken away: in the home folder and in the folder for temporary files. */
export function leftoversIn(home: string, temporary: string): string[] {
  const inHome = readdirSync(home).filter((name) => /^runtime\.(json|lock|starting)|\.(draft|part)$/.test(name));
  const inTemporary = readdirSync(temporary).filter((name) => name.startsWith('punctual-'));
  return [...inHome, ...inTemporary];
}
