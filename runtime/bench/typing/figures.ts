/** What the sessions come to: requests at equal suggestions shown, by the names of the project's issue. Pure. */
import { type Figure, ratioInterval } from '../interval.ts';
import type { MachineName } from '../workloads.ts';
import type { Tally } from './play.ts';
import type { Timing } from './session.ts';

export interface Cell {
  readonly machine: MachineName;
  readonly timing: Timing;
}

/** The sessions of one seed together, by rule; the swept ones in the order of their costs. */
export interface Played {
  readonly seed: number;
  readonly fixed: Readonly<Record<string, Tally>>;
  /** The product as it is shipped. */
  readonly shipped: Tally;
  readonly swept: readonly Tally[];
}

/** What all others are compared to. */
export const comparator = '75 ms';

export function summed(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, { edits, requests, shown, durationMs }) => ({
      edits: sum.edits + edits,
      requests: sum.requests + requests,
      shown: sum.shown + shown,
      durationMs: sum.durationMs + durationMs,
    }),
    { edits: 0, requests: 0, shown: 0, durationMs: 0 },
  );
}

/** Between two settings of the sweep, where one shows at least as many and the other at most. */
export interface Between {
  /** Of the first of the two, in the order of the sweep. */
  readonly index: number;
  /** How far from it to the next. */
  readonly share: number;
}

/** Undefined when no setting shows as many, or none as few. */
export function whereShown(swept: readonly Tally[], shown: number): Between | undefined {
  for (let index = 0; index + 1 < swept.length; index += 1) {
    const [high, low] = [swept[index]?.shown ?? 0, swept[index + 1]?.shown ?? 0];
    if (high >= shown && low <= shown) return { index, share: high === low ? 0 : (high - shown) / (high - low) };
  }
  return undefined;
}

export function interpolated(values: readonly number[], { index, share }: Between): number {
  const [from = Number.NaN, to = Number.NaN] = values.slice(index, index + 2);
  return from + share * (to - from);
}

/** Requests of a seed at the setting where as many suggestions are shown as with the comparator. */
export function requestsAtEqualShown({ fixed, swept }: Played): number {
  const where = whereShown(swept, fixed[comparator]?.shown ?? Number.NaN);
  return where === undefined
    ? Number.NaN
    : interpolated(
        swept.map(({ requests }) => requests),
        where,
      );
}

/** The ratios of one cell to the comparator, with intervals over the seeds. */
export function figuresOf({ machine, timing }: Cell, played: readonly Played[]): readonly Figure[] {
  const end = `${machine}.${timing}`;
  const baseline = played.map(({ fixed }) => fixed[comparator]);
  const ratio = (name: string, of: (one: Played) => number, to: (tally: Tally | undefined) => number): Figure => ({
    name: `${name}.${end}`,
    interval: ratioInterval(played.map(of), baseline.map(to)),
  });
  const requests = (tally: Tally | undefined): number => tally?.requests ?? Number.NaN;
  const shown = (tally: Tally | undefined): number => tally?.shown ?? Number.NaN;
  return [
    ratio('completion.requests_ratio', requestsAtEqualShown, requests),
    ratio('completion.shipped_requests_ratio', (one) => one.shipped.requests, requests),
    ratio('completion.shipped_shown_ratio', (one) => one.shipped.shown, shown),
  ];
}
