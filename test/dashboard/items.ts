/** What a runtime tells a page, in small. */
import type { KnownWatchItem, WatchNews } from '../../runtime/protocol/dashboard.ts';

export function news(items: readonly KnownWatchItem[], more: Partial<WatchNews> = {}): WatchNews {
  const nowMs = items.at(-1)?.atMs ?? 0;
  return { originMs: 1_000_000, nowMs, items: [...items], leftOut: 0, scores: [], ...more };
}

type Submit = Extract<KnownWatchItem, { readonly kind: 'submit' }>;
type Outcome = Extract<KnownWatchItem, { readonly kind: 'settle' }>['outcome'];

export function submit(id: string, arrivalMs: number, more: Partial<Submit> = {}): Submit {
  const sla = { kind: 'ttft', targetMs: 500 } as const;
  const task = { id, model: 'tiny.gguf', class: 'completion', sla, arrivalMs, maxTokens: 64 } as const;
  return { kind: 'submit', atMs: arrivalMs, ...task, ...more };
}

export const start = (id: string, atMs: number): KnownWatchItem => ({ kind: 'start', atMs, id, model: 'tiny.gguf' });
export const tokens = (id: string, atMs: number, count = 1): KnownWatchItem => ({ kind: 'tokens', atMs, id, count });
export const stop = (id: string, atMs: number, keep = false): KnownWatchItem => ({ kind: 'stop', atMs, id, keep });
export const settle = (
  id: string,
  atMs: number,
  outcome: Outcome = { kind: 'finished', reason: 'stop' },
): KnownWatchItem => ({ kind: 'settle', atMs, id, outcome });
export const superseded: Outcome = { kind: 'cancelled', by: 'superseded' };

/** An answer that came as it should: its first token after `ttftMs`. */
export function answered(id: string, arrivalMs: number, ttftMs: number, more: Partial<Submit> = {}): KnownWatchItem[] {
  const firstMs = arrivalMs + ttftMs;
  return [submit(id, arrivalMs, more), start(id, arrivalMs), tokens(id, firstMs), settle(id, firstMs + 100)];
}
