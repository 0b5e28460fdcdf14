/** What a replayed load is: requests and opened documents at fixed times, the same for every policy. Types and small arithmetic. */
import type { Sla } from '../../core/task.ts';
import type { BenchClass } from '../workloads.ts';

/** One request. Times are virtual ms since the load began. */
export interface Arrival {
  /** Unique within its load. */
  readonly id: string;
  readonly atMs: number;
  readonly class: BenchClass;
  readonly sla: Sla;
  /** Completions of one document supersede each other. */
  readonly document?: string;
  /** Token numbers, so that the reuse of prefixes is real. Equal numbers are equal text, within a load and across loads. */
  readonly promptTokens: readonly number[];
  /** The answer ends by itself after this many tokens; at least 1, at most `maxTokens`. Policies must not see it. */
  readonly answerTokens: number;
  readonly maxTokens: number;
  /** The editor takes the request back at this time if it has not finished by then: the next keystroke. */
  readonly cancelAtMs?: number;
  /** Prompt tokens that the previous request of the same document does not share: what any order must at least prefill. */
  readonly uncachedTokens: number;
  /** What the prompt was cut from, for those who cut it shorter (fitted.ts). */
  readonly place?: CutPlace;
}

/** The text around a cursor: enough of it for the whole window, beginning where the document does or on a step of its left edge. */
export interface CutPlace {
  readonly text: string;
  /** In UTF-16 units. */
  readonly offset: number;
  /** The document's own, see `infillTokens`. */
  readonly salt: number;
}

/** A document opened in an editor, before its first request: what a warm-up may use. */
export interface Opened {
  readonly atMs: number;
  readonly document: string;
  /** The prompt that a completion at the first cursor would have. */
  readonly promptTokens: readonly number[];
}

export interface Load {
  /** By time. */
  readonly arrivals: readonly Arrival[];
  /** By time. */
  readonly opens: readonly Opened[];
  /** No request comes at or after this time; what is under way then is still finished. */
  readonly durationMs: number;
}

/** Settings are chosen on the one half of the traces and reported on the other. */
export type Window = 'tuning' | 'reporting';

/** Several loads side by side on one machine. */
export function mixed(durationMs: number, parts: readonly Omit<Load, 'durationMs'>[]): Load {
  return {
    arrivals: parts.flatMap(({ arrivals }) => arrivals).sort((a, b) => a.atMs - b.atMs),
    opens: parts.flatMap(({ opens }) => opens).sort((a, b) => a.atMs - b.atMs),
    durationMs,
  };
}

/** How many tokens two prompts share from their beginning. */
export function sharedTokens(a: readonly number[], b: readonly number[]): number {
  const limit = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < limit && a[shared] === b[shared]) shared += 1;
  return shared;
}
