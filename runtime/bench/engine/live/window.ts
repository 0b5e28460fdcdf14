/** A stretch of a replayed load, cut from where it is in full swing: in real time nobody waits for the first sessions to fill up. Pure. */
import type { Arrival, Load } from '../../replay/arrivals.ts';
import { replayLoad } from '../../replay/loads.ts';
import type { Traces } from '../../replay/traces.ts';

/** From here on as many sessions end as begin. */
const settledMs = 90_000;

export interface WindowOptions {
  readonly seed: number;
  /** Editing sessions at a time. */
  readonly load: number;
  readonly durationMs: number;
}

/** The editors' sessions with their background work, as the replay bench plays them on its `cpu` machine. */
export function settledLoad(traces: Traces, { seed, load, durationMs }: WindowOptions): Load {
  const options = { trace: 'sessions', machine: 'cpu', window: 'reporting', seed, load } as const;
  return cut(replayLoad(traces, { ...options, durationMs: settledMs + durationMs }), settledMs);
}

/** What comes from `fromMs` on, as if the machine had been empty until then: of each document the first prompt is new to it. */
export function cut(load: Load, fromMs: number): Load {
  const seen = new Set<string>();
  const arrivals = load.arrivals
    .filter(({ atMs }) => atMs >= fromMs)
    .map((arrival): Arrival => {
      const { atMs, cancelAtMs, document, promptTokens } = arrival;
      const isNew = document !== undefined && !seen.has(document);
      if (document !== undefined) seen.add(document);
      return {
        ...arrival,
        atMs: atMs - fromMs,
        ...(cancelAtMs !== undefined && { cancelAtMs: cancelAtMs - fromMs }),
        ...(isNew && { uncachedTokens: promptTokens.length }),
      };
    });
  const opens = load.opens
    .filter(({ atMs }) => atMs >= fromMs)
    .map((opened) => ({ ...opened, atMs: opened.atMs - fromMs }));
  return { arrivals, opens, durationMs: load.durationMs - fromMs };
}
