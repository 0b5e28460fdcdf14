/**
 * The passes that a model runs once on a device, so that its first predictions stand on measurements. Data only: an engine runs them
 * with nothing else to do, and stops after any of them when a task arrives.
 */
import type { StepKind } from './pass-report.ts';

export interface CalibrationPass {
  readonly kind: StepKind;
  /** Tokens evaluated: the chunk, or one for each sequence. */
  readonly tokens: number;
  readonly sequences: number;
}

/** The cost model takes the lower median of its first samples, so three bear one that something else disturbed. */
const repeats = 3;

/** Each number of sequences up to four, then the steps of the matrix kernels of processors (multiples of 4 and 8) and between. */
const decodeCounts = [1, 2, 3, 4, 6, 8, 12, 16] as const;
/** From the few tokens of a keystroke to a chunk. */
const prefillCounts = [4, 16, 64, 256] as const;

/**
 * What to run for a model of so many `sequences` and chunks of up to `chunkMax` tokens, the most telling shapes first. Each shape
 * comes several times, and the whole list in rounds, so that stopping early leaves a little of everything. About 2 s for a 0.5 B
 * model with 4 sequences on one core.
 */
export function calibrationPlan(sequences: number, chunkMax: number): CalibrationPass[] {
  const counts = upTo(decodeCounts, sequences);
  const chunks = upTo(prefillCounts, chunkMax);
  const decodes = counts.map((count): CalibrationPass => ({ kind: 'decode', tokens: count, sequences: count }));
  const prefills = chunks.map((tokens): CalibrationPass => ({ kind: 'prefill', tokens, sequences: 1 })).reverse();
  const [single, ...batches] = decodes;
  const round = [...(single ? [single] : []), ...prefills.slice(0, 1), ...batches, ...prefills.slice(1)];
  return Array.from({ length: repeats }, () => round).flat();
}

/** Those that fit, and the bound itself. */
function upTo(counts: readonly number[], bound: number): number[] {
  const most = Math.max(1, Math.floor(Number.isFinite(bound) ? bound : 1));
  return [...new Set([...counts.filter((count) => count < most), most])];
}
