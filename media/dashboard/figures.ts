/** Figures of the tasks that are known: promises, distributions, goodput. Pure; what a kept promise is, the core says. */
import { quantiles } from '../../runtime/core/metrics.ts';
import type { Answer } from './answers.ts';

export const classes = [
  'completion',
  'summarize',
  'translate',
  'generate',
] as const satisfies readonly Answer['class'][];

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

/** @param untilMs answers that came later do not count. */
export function classFigures(answers: readonly Answer[], untilMs: number): ClassFigures[] {
  const told = answers.filter(({ atMs }) => atMs <= untilMs);
  return classes.flatMap((name) => {
    const own = told.filter((answer) => answer.class === name);
    const sla = own.at(-1)?.sla;
    if (sla === undefined) return [];
    const valuesMs = own.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs]));
    const found = quantiles(valuesMs);
    return {
      ...{ class: name, kind: sla.kind, targetMs: sla.targetMs, valuesMs },
      kept: own.filter(({ verdict }) => verdict === 'kept').length,
      decided: own.filter(({ verdict }) => verdict !== 'undecided').length,
      ...(found && { p50Ms: found.p50, p95Ms: found.p95 }),
    };
  });
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

/** @returns parts of the time, each with what was decided in it; `atMs` is its middle. They stay where they are as time goes by. */
export function goodput(answers: readonly Answer[], fromMs: number, toMs: number, stepMs: number): Goodput[] {
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const found = Array.from({ length: Math.floor((toMs - firstMs) / stepMs) + 1 }, (_, part) => ({
    atMs: firstMs + (part + 0.5) * stepMs,
    kept: 0,
    decided: 0,
  }));
  for (const { atMs, verdict } of answers) {
    if (verdict === 'undecided' || atMs < fromMs || atMs > toMs) continue;
    const part = found[Math.floor((atMs - firstMs) / stepMs)];
    if (part === undefined) continue;
    part.decided += 1;
    if (verdict === 'kept') part.kept += 1;
  }
  return found;
}
