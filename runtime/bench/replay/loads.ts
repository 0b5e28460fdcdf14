/** The loads that the replay bench puts to every policy. Pure functions of the seed, the load and the window. */
import { type MachineName, machines, replay } from '../workloads.ts';
import { type Load, mixed, type Window } from './arrivals.ts';
import { azureArrivals } from './azure.ts';
import { backgroundArrivals } from './background.ts';
import { sessionsLoad } from './sessions.ts';
import type { Traces } from './traces.ts';

/** Where the completions come from; the background is the same. */
export type TraceName = 'sessions' | 'azure';

export interface LoadOptions {
  readonly trace: TraceName;
  readonly machine: MachineName;
  readonly seed: number;
  /** Mean number of editing sessions at a time, not necessarily whole. */
  readonly load: number;
  readonly window: Window;
  /** Default: {@link replay}.durationMs. */
  readonly durationMs?: number;
}

export function replayLoad(traces: Traces, options: LoadOptions): Load {
  const { durationMs = replay.durationMs } = options;
  const completions = { ...options, durationMs, targetMs: machines[options.machine].completionTargetMs };
  const parts = [
    options.trace === 'sessions'
      ? sessionsLoad(traces, completions)
      : { arrivals: azureArrivals(traces.served, completions), opens: [] },
    { arrivals: backgroundArrivals({ ...options, durationMs }), opens: [] },
  ];
  return mixed(durationMs, parts);
}
