/** Figures of the tasks that are known: promises, distributions, goodput. Pure; what a kept promise is, the core says. */
import { isDecided, type Promised, promiseKept, quantiles } from '../../runtime/core/metrics.ts';
import type { Pass, Task, TaskClass } from './fold.ts';

export const classes = ['completion', 'summarize', 'translate', 'generate'] as const satisfies readonly TaskClass[];

export type Verdict = 'kept' | 'broken' | 'undecided';

export function verdictOf(task: Task): Verdict {
  const promised = promisedOf(task);
  if (promised === undefined || !isDecided(promised)) return 'undecided';
  return promiseKept(promised) ? 'kept' : 'broken';
}

function promisedOf({ class: name, sla, outcome, arrivalMs, firstTokenMs, settledMs }: Task): Promised | undefined {
  if (name === 'idle' || outcome === undefined || settledMs === undefined) return undefined;
  return {
    task: { sla },
    // A code that a newer runtime has is of a failure all the same.
    outcome: outcome as Promised['outcome'],
    e2eMs: settledMs - arrivalMs,
    ...(firstTokenMs !== undefined && { ttftMs: firstTokenMs - arrivalMs }),
  };
}

export interface ClassFigures {
  readonly class: (typeof classes)[number];
  readonly kind: 'ttft' | 'e2e';
  readonly targetMs: number;
  readonly kept: number;
  readonly decided: number;
  /** Of finished ones, what was promised: to the first token or to the last, in ms. */
  readonly valuesMs: readonly number[];
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** @param untilMs tasks that ended later do not count. */
export function classFigures(tasks: Iterable<Task>, untilMs: number): ClassFigures[] {
  const ended = [...tasks].filter(({ settledMs }) => settledMs !== undefined && settledMs <= untilMs);
  return classes.flatMap((name) => {
    const own = ended.filter((task) => task.class === name);
    const sla = own.at(-1)?.sla;
    if (sla === undefined) return [];
    const verdicts = own.map(verdictOf);
    const valuesMs = own.filter(({ outcome }) => outcome?.kind === 'finished').map((task) => measuredMs(task));
    const found = quantiles(valuesMs);
    return {
      ...{ class: name, kind: sla.kind, targetMs: sla.targetMs, valuesMs },
      kept: verdicts.filter((verdict) => verdict === 'kept').length,
      decided: verdicts.filter((verdict) => verdict !== 'undecided').length,
      ...(found && { p50Ms: found.p50, p95Ms: found.p95 }),
    };
  });
}

function measuredMs({ sla, arrivalMs, firstTokenMs, settledMs = arrivalMs }: Task): number {
  return (sla.kind === 'ttft' ? (firstTokenMs ?? settledMs) : settledMs) - arrivalMs;
}

export interface Bin {
  readonly fromMs: number;
  /** Infinite for the last. */
  readonly toMs: number;
  readonly count: number;
}

/** Each bin is a factor of √2 wide, and the promise is a border: from a 64th of it to four times. */
const binFirst = -12;
const binLast = 4;

export function histogram(valuesMs: readonly number[], targetMs: number): Bin[] {
  const borders = Array.from({ length: binLast - binFirst + 1 }, (_, k) => targetMs * 2 ** ((k + binFirst) / 2));
  const counts = new Array<number>(borders.length + 1).fill(0);
  for (const value of valuesMs) {
    const above = borders.findIndex((border) => value <= border);
    const bin = above < 0 ? borders.length : above;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, bin) => ({
    ...{ fromMs: borders[bin - 1] ?? 0, toMs: borders[bin] ?? Number.POSITIVE_INFINITY, count },
  }));
}

/** The bin whose upper border is the promise. */
export const promiseBin = -binFirst;

export interface Goodput {
  readonly atMs: number;
  readonly kept: number;
  readonly decided: number;
}

/** @returns so many parts of the time, each with what was decided in it; `atMs` is its end. */
export function goodput(tasks: Iterable<Task>, fromMs: number, toMs: number, parts: number): Goodput[] {
  const partMs = Math.max(1, (toMs - fromMs) / parts);
  const found = Array.from({ length: parts }, (_, part) => ({
    atMs: fromMs + (part + 1) * partMs,
    kept: 0,
    decided: 0,
  }));
  for (const task of tasks) {
    const { settledMs } = task;
    if (settledMs === undefined || settledMs < fromMs || settledMs > toMs) continue;
    const verdict = verdictOf(task);
    const part = found[Math.min(parts - 1, Math.floor((settledMs - fromMs) / partMs))];
    if (part === undefined || verdict === 'undecided') continue;
    part.decided += 1;
    if (verdict === 'kept') part.kept += 1;
  }
  return found;
}

/** What a lane of the timeline shows: the tasks that are there in a time, and the passes. */
export interface Lane {
  readonly model: string;
  readonly tasks: readonly Task[];
  readonly passes: readonly Pass[];
  /** Rows that its tasks take, at most `rowsMax`. */
  readonly rows: number;
  /** Tasks that have no row. */
  readonly hidden: number;
}

export const rowsMax = 12;

export function lanesOf(tasks: readonly Task[], passes: readonly Pass[], fromMs: number, toMs: number): Lane[] {
  const seen = passes.filter((pass) => pass.toMs >= fromMs && pass.fromMs <= toMs);
  const models = [...new Set([...tasks, ...seen].map(({ model }) => model))].sort();
  return models.map((model) => {
    const own = tasks.filter((task) => task.model === model);
    const drawn = own.filter(({ row }) => row < rowsMax);
    return {
      ...{ model, tasks: drawn, hidden: own.length - drawn.length },
      passes: seen.filter((pass) => pass.model === model),
      rows: drawn.reduce((rows, { row }) => Math.max(rows, row + 1), 1),
    };
  });
}

/** In the order in which they came. */
export function tasksWithin(tasks: Iterable<Task>, fromMs: number, toMs: number): Task[] {
  return [...tasks].filter(({ arrivalMs, settledMs }) => arrivalMs <= toMs && (settledMs ?? toMs) >= fromMs);
}
