/** Small loads whose runs can be worked out by hand. */
import type { Arrival, Load } from '../../../runtime/bench/replay/arrivals.ts';
import type { ReplayMachine } from '../../../runtime/bench/replay/simulate.ts';

/** A prefill takes 1 ms a token, a decode pass 10 ms for one sequence and 2 ms for each more. */
export const plainMachine: ReplayMachine = {
  costs: {
    prefill: [
      [0, 0],
      [1_000, 1_000],
    ],
    decode: [
      [1, 10],
      [8, 24],
    ],
    msPerKiloContext: 0,
  },
  sequences: 8,
  chunkTokens: 100,
  shelfTokensMax: 0,
  reusesPrefixes: true,
};

/** Token numbers from `start` on. */
export function tokens(count: number, start = 100): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

export function completion(id: string, atMs: number, more: Partial<Arrival> = {}): Arrival {
  return {
    id,
    atMs,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 1_000 },
    document: 'main.ts',
    promptTokens: tokens(300),
    answerTokens: 5,
    maxTokens: 64,
    uncachedTokens: 300,
    ...more,
  };
}

export function summary(id: string, atMs: number, more: Partial<Arrival> = {}): Arrival {
  const { document: _, ...rest } = completion(id, atMs);
  return { ...rest, class: 'summarize', sla: { kind: 'e2e', targetMs: 10_000 }, maxTokens: 256, ...more };
}

export function loadOf(...arrivals: readonly Arrival[]): Load {
  return { arrivals, opens: [], durationMs: 10_000 };
}
