/** The figures of `bench windows` and the tables that people read. Pure. */
import { quantile } from '../bench.ts';
import type { Target } from '../report/report.ts';
import { type MemorySample, memoryGrowth, tenthMedian } from './processes.ts';
import type { Tally } from './tally.ts';

export const aims: Readonly<Record<string, Target>> = {
  'windows.errors': { atMost: 0 },
  'windows.overhead_p95_ms': { atMost: 10 },
  'windows.memory_growth': { atMost: 0.05 },
  'windows.leftovers': { atMost: 0 },
};

export interface Outcome {
  readonly tally: Tally;
  readonly samples: readonly MemorySample[];
  readonly leftovers: readonly string[];
  /** Of the time in which the windows worked. */
  readonly cpuMs: { readonly runtime: number; readonly engine: number };
  /** The longest that this process's own event loop stood still, p95 in ms: what windows in one process take from each other. */
  readonly ownDelayP95Ms: number;
}

export function windowsFigures({ tally, samples, leftovers }: Outcome): Record<string, number> {
  const [runtime, engine] = [memoryGrowth(samples, 'runtime'), memoryGrowth(samples, 'engine')];
  return {
    'windows.errors': tally.errors,
    'windows.overhead_p95_ms': quantile(tally.overheadMs, 0.95),
    'windows.overhead_p50_ms': quantile(tally.overheadMs, 0.5),
    'windows.cheap_p95_ms': quantile(tally.cheapMs.load, 0.95),
    'windows.cheap_rest_p95_ms': quantile(tally.cheapMs.rest, 0.95),
    'windows.memory_growth': Math.max(runtime, engine),
    'windows.memory_growth_runtime': runtime,
    'windows.memory_growth_engine': engine,
    'windows.leftovers': leftovers.length,
  };
}

export function windowsDetails({ tally, samples, leftovers, cpuMs, ownDelayP95Ms }: Outcome): Record<string, unknown> {
  const megabytes = (process: 'runtime' | 'engine'): number[] =>
    Array.from({ length: 10 }, (_, tenth) => Math.round(tenthMedian(samples, process, tenth) / 1e5) / 10);
  return {
    edits: tally.edits,
    requests: tally.counts,
    reasons: Object.fromEntries([...tally.reasons].sort()),
    errors: tally.errorTexts,
    leftovers,
    overheadSamples: tally.overheadMs.length,
    cheapP50Ms: { rest: quantile(tally.cheapMs.rest, 0.5), load: quantile(tally.cheapMs.load, 0.5) },
    ownDelayP95Ms,
    cpuMs,
    /** How much the runtime computes for an edit with all that follows from it. */
    runtimeCpuMsPerEdit: cpuMs.runtime / tally.edits,
    /** Medians of the tenths of the time. */
    residentMB: { runtime: megabytes('runtime'), engine: megabytes('engine') },
  };
}
