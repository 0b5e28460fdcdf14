/** What the clients' sessions come to: requests at equal suggestions shown. Pure. */
import { type Figure, ratioInterval } from '../interval.ts';
import { interpolated, whereShown } from '../typing/figures.ts';
import type { MachineName } from '../workloads.ts';
import type { ClientTally } from './play.ts';

/** The sessions of one seed together; those of the product in the order of the costs that are swept. */
export interface PlayedSeed {
  readonly seed: number;
  readonly plain: ClientTally;
  readonly reusing: ClientTally;
  readonly shipped: ClientTally;
  readonly swept: readonly ClientTally[];
}

export function summedClients(tallies: readonly ClientTally[]): ClientTally {
  const sum = (of: (tally: ClientTally) => number): number => tallies.reduce((total, one) => total + of(one), 0);
  return {
    edits: sum(({ edits }) => edits),
    asked: sum(({ asked }) => asked),
    answered: sum(({ answered }) => answered),
    requests: sum(({ requests }) => requests),
    shown: sum(({ shown }) => shown),
    durationMs: sum(({ durationMs }) => durationMs),
  };
}

/**
 * Requests of the product at the setting where it shows as many suggestions. Where it shows more at every setting, those of the one with
 * the fewest requests, which favours who is compared; NaN where it shows fewer at every setting.
 */
export function requestsAtShown(swept: readonly ClientTally[], shown: number): number {
  const requests = swept.map((tally) => tally.requests);
  const where = whereShown(swept, shown);
  if (where !== undefined) return interpolated(requests, where);
  return swept.every((tally) => tally.shown >= shown) ? Math.min(...requests) : Number.NaN;
}

export function figuresOf(machine: MachineName, played: readonly PlayedSeed[]): readonly Figure[] {
  const ratio = (name: string, of: (one: PlayedSeed) => number, to: (one: PlayedSeed) => number): Figure => ({
    name: `completion.${name}.${machine}`,
    interval: ratioInterval(played.map(of), played.map(to)),
  });
  return [
    ratio('product_requests_ratio', (one) => requestsAtShown(one.swept, one.plain.shown), requestsOf('plain')),
    ratio('product_reusing_ratio', (one) => requestsAtShown(one.swept, one.reusing.shown), requestsOf('reusing')),
    ratio('product_shipped_requests', requestsOf('shipped'), requestsOf('plain')),
    ratio('product_shipped_shown', shownOf('shipped'), shownOf('plain')),
    ratio('reusing_requests', requestsOf('reusing'), requestsOf('plain')),
    ratio('reusing_shown', shownOf('reusing'), shownOf('plain')),
  ];
}

type ClientName = 'plain' | 'reusing' | 'shipped';

function requestsOf(name: ClientName): (one: PlayedSeed) => number {
  return (one) => one[name].requests;
}

function shownOf(name: ClientName): (one: PlayedSeed) => number {
  return (one) => one[name].shown;
}
