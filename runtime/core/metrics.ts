/**
 * What was promised and what was kept: a fold over settled tasks. Owns the numbers that people see; decides nothing.
 */
import type { Outcome, Task, TaskClass, TaskError } from './task.ts';
import { taskClasses } from './task.ts';

export interface Settled {
  readonly task: Task;
  readonly outcome: Outcome;
  /** From arrival to the first token, in ms; absent when there was none. */
  readonly ttftMs?: number;
  /** From arrival to the end, in ms. */
  readonly e2eMs: number;
  readonly atMs: number;
}

/** What says whether a promise was kept. */
export type Promised = Pick<Settled, 'outcome' | 'ttftMs' | 'e2eMs'> & { readonly task: Pick<Task, 'sla'> };

/** What is remembered of a settled task: nothing of its prompt, which holds source text and would stay for as long as the figure counts. */
type Remembered = Promised & Pick<Settled, 'atMs'>;

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

export interface ClassMetrics {
  readonly class: TaskClass;
  /** Tasks that ended with an answer. */
  readonly finished: number;
  /** Those of them whose promise was kept. */
  readonly kept: number;
  /** Tasks whose promise was kept or broken, with or without an answer, see {@link isDecided}: `kept` of these is the share on time. */
  readonly decided: number;
  readonly superseded: number;
  readonly cancelled: number;
  /** Tasks that were taken in and came to nothing: the engine was lost, or the model could not be loaded. */
  readonly failed: number;
  /** Tasks that were not taken in: too many were waiting, or they asked for what cannot be done. */
  readonly refused: number;
  /** Of those that ended with an answer. */
  readonly ttftMs?: Quantiles;
  readonly e2eMs?: Quantiles;
}

/** Tasks remembered per class at most; older ones leave first. */
const settledMax = 2_000;

/**
 * Whether a task kept its promise. A finished task without a single token has kept a TTFT promise when it ended in time: the
 * model's answer was that there is nothing to add.
 */
export function promiseKept(settled: Promised): boolean {
  if (settled.outcome.kind !== 'finished') return false;
  return isInTime(settled);
}

/** What a failure says of the promise: that it was broken, that there was none, or that the attempt was not even a task of its own. */
type Verdict = 'failedAndBroken' | 'failed' | 'refusedAndBroken' | 'refused' | 'uncounted';

/**
 * A model that cannot be loaded and a request that cannot be done are told at once, so nobody waited for a promise. A prompt that is
 * too long is asked again, shorter, and counts by that attempt alone.
 */
const verdicts: Readonly<Record<TaskError['code'], Verdict>> = {
  engineLost: 'failedAndBroken',
  engineFailed: 'failedAndBroken',
  shuttingDown: 'failedAndBroken',
  modelUnavailable: 'failed',
  queueFull: 'refusedAndBroken',
  badSla: 'refused',
  infillUnsupported: 'refused',
  chatUnsupported: 'refused',
  promptTooLong: 'uncounted',
};

/**
 * Whether a task counts for or against its class. One that failed on our side has broken its promise, and so has one that was
 * given up after its time was over: whoever waited in vain types on, and leaving that out would make the slowest tasks vanish
 * from the figures. One that was given up in time has neither kept nor broken anything.
 */
export function isDecided(settled: Promised): boolean {
  const { outcome } = settled;
  switch (outcome.kind) {
    case 'finished':
      return true;
    case 'failed':
      return isFailed(outcome, 'failedAndBroken', 'refusedAndBroken');
    case 'cancelled':
      return !isInTime(settled);
    default:
      return outcome satisfies never;
  }
}

function isInTime({ task: { sla }, ttftMs, e2eMs }: Promised): boolean {
  const measuredMs = sla.kind === 'ttft' ? (ttftMs ?? e2eMs) : e2eMs;
  return measuredMs <= sla.targetMs;
}

export class Metrics {
  readonly #settled = new Map<TaskClass, Remembered[]>(taskClasses.map((name) => [name, []]));

  /** How far back the figures reach, in ms. */
  readonly windowMs: number;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** Hears of every task that is added; one at a time is enough. */
  onSettled: ((settled: Settled) => void) | undefined;

  add(settled: Settled): void {
    this.onSettled?.(settled);
    const { task, ...rest } = settled;
    const list = this.#settled.get(task.class) ?? [];
    list.push({ ...rest, task: { sla: task.sla } });
    if (list.length > settledMax) list.shift();
  }

  ofClass(name: TaskClass, nowMs: number): ClassMetrics {
    const recent = (this.#settled.get(name) ?? []).filter((settled) => settled.atMs >= nowMs - this.windowMs);
    const finished = recent.filter((settled) => settled.outcome.kind === 'finished');
    const ttftMs = quantiles(finished.flatMap((settled) => settled.ttftMs ?? []));
    const e2eMs = quantiles(finished.map((settled) => settled.e2eMs));
    return {
      class: name,
      finished: finished.length,
      kept: finished.filter(promiseKept).length,
      decided: recent.filter(isDecided).length,
      superseded: recent.filter((settled) => isCancelled(settled.outcome, 'superseded')).length,
      cancelled: recent.filter((settled) => isCancelled(settled.outcome, 'client')).length,
      failed: recent.filter(({ outcome }) => isFailed(outcome, 'failed', 'failedAndBroken')).length,
      refused: recent.filter(({ outcome }) => isFailed(outcome, 'refused', 'refusedAndBroken')).length,
      ...(ttftMs && { ttftMs }),
      ...(e2eMs && { e2eMs }),
    };
  }
}

function isCancelled(outcome: Outcome, by: 'client' | 'superseded'): boolean {
  return outcome.kind === 'cancelled' && outcome.by === by;
}

/** It was not taken in: too many were waiting, or it asked for what cannot be done. */
export function isRefused(outcome: Outcome): boolean {
  return isFailed(outcome, 'refused', 'refusedAndBroken');
}

function isFailed(outcome: Outcome, ...wanted: readonly Verdict[]): boolean {
  return outcome.kind === 'failed' && wanted.includes(verdicts[outcome.error.code]);
}

/** Nearest-rank quantiles, as they need no interpolation to be a value that really occurred. */
export function quantiles(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
