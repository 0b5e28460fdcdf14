/** How near an answer is to what stood there, and what many answers come to. Pure. */
import { editDistance } from '../bench/arguments.ts';
import type { CaseKind, CompletionCase } from './cases.ts';
import { type BadShape, badShapesOf } from './checkers/index.ts';
import { type Interval, meanInterval } from './interval.ts';

export interface Score {
  /** Something is shown that is more than white space. */
  readonly isShown: boolean;
  readonly isExact: boolean;
  /** 0 to 1; 0 where nothing is shown. */
  readonly similarity: number;
  readonly bad: readonly BadShape[];
}

/** @param answer what was to be inserted, or nothing. */
export function scoreOf(one: CompletionCase, answer: string): Score {
  return {
    isShown: answer.trim() !== '',
    isExact: isExact(one.expected, answer),
    similarity: similarity(one.expected, answer),
    bad: badShapesOf({ before: one.before, answer, after: one.after, language: one.language }),
  };
}

/** The whole middle: the rest of the line, or all lines. White space at the end of a line does not count. */
export function isExact(expected: string, answer: string): boolean {
  return trimmedLines(answer) === trimmedLines(expected);
}

/** 1 less the edit distance over the length of the longer one, in UTF-16 units; white space at the end of a line does not count. */
export function similarity(expected: string, answer: string): number {
  const [a, b] = [trimmedLines(expected), trimmedLines(answer)];
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - editDistance(a, b) / longer;
}

function trimmedLines(text: string): string {
  return text.replace(/[^\S\n]+$/gm, '').trimEnd();
}

/** What a plain call is cut to: a single-line case ends with the line. */
export function cutToKind(text: string, kind: CaseKind): string {
  return kind === 'single' ? (text.split('\n')[0] ?? '') : text;
}

/** Both arms' scores of one case. */
export interface Pair {
  readonly raw: Score;
  readonly punctual: Score;
}

export interface Figures {
  readonly count: number;
  /** Shares of all cases. */
  readonly exactRaw: number;
  readonly exact: number;
  /** Means over all cases. */
  readonly similarityRaw: number;
  readonly similarity: number;
  /** Of the answers that are shown. */
  readonly badShareRaw: number;
  readonly badShare: number;
  /** Of the cases in which raw says something, those in which something is shown. */
  readonly shownShare: number;
}

/** NaN for shares of nothing. */
export function figuresOf(pairs: readonly Pair[]): Figures {
  const raw = pairs.map((pair) => pair.raw);
  const punctual = pairs.map((pair) => pair.punctual);
  const answered = pairs.filter((pair) => pair.raw.isShown);
  return {
    count: pairs.length,
    exactRaw: share(raw, ({ isExact: is }) => is),
    exact: share(punctual, ({ isExact: is }) => is),
    similarityRaw: mean(raw.map((one) => one.similarity)),
    similarity: mean(punctual.map((one) => one.similarity)),
    badShareRaw: badShareOf(raw),
    badShare: badShareOf(punctual),
    shownShare: share(answered, (pair) => pair.punctual.isShown),
  };
}

function badShareOf(scores: readonly Score[]): number {
  return share(
    scores.filter(({ isShown }) => isShown),
    ({ bad }) => bad.length > 0,
  );
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The 95 % interval of the mean difference in points by the paired percentile bootstrap: whole cases are drawn, so what makes a case hard
 * for both arms alike does not widen it. NaN for no pairs.
 */
export function pointsInterval(pairs: readonly Pair[], seed: number): Interval {
  const differences = pairs.map(({ raw, punctual }) => Number(punctual.isExact) - Number(raw.isExact));
  const { low, high } = meanInterval(differences, seed);
  return { low: 100 * low, high: 100 * high };
}
