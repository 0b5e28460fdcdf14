/** The goodput of each competitor in one cell of SABER's set-up: the share of requests that ended by their deadline. */
import { edf } from '../../core/policies/edf.ts';
import { fcfs } from '../../core/policies/fcfs.ts';
import { punctual } from '../../core/policies/punctual.ts';
import { saberPolicy } from '../../core/policies/saber.ts';
import { staticPolicy } from '../../core/policies/static.ts';
import type { Policy } from '../../core/policy.ts';
import { saber } from '../workloads.ts';
import { boundKept } from './bound.ts';
import { leastOf, type Predict, predictorOf } from './lengths.ts';
import { type RunResult, runMachine } from './machine.ts';
import { offlineKept } from './offline.ts';
import { type Cell, type Lengths, type Request, requestsOf } from './requests.ts';

/**
 * `saber_wide` looks at its whole queue instead of at 20 requests, so that those that have waited too long stand in nobody's way.
 * `static` is the best of its ten numbers of sequences in each cell.
 */
export const competitors = ['punctual', 'saber', 'saber_wide', 'static', 'fcfs', 'edf', 'offline', 'bound'] as const;

export type Competitor = (typeof competitors)[number];

/** Those that may pause what runs are asked this often, in ms, beside arrivals and ends, when predictions can change. */
const reviewMs = 100;

const least: Readonly<Record<Lengths, Predict | undefined>> = { known: leastOf('known'), unknown: leastOf('unknown') };
const predictors: Readonly<Record<Lengths, Predict>> = { known: predictorOf('known'), unknown: predictorOf('unknown') };

/** Goodput in %, in the order of `wanted`. */
export function goodputs(cell: Cell, wanted: readonly Competitor[]): number[] {
  const requests = requestsOf(cell);
  const kept = (competitor: Competitor): number => {
    switch (competitor) {
      case 'punctual':
        return keptBy(punctual, requests, cell);
      case 'saber':
        return keptBy(saberPolicy({ seed: cell.seed }), requests, cell);
      case 'saber_wide':
        return keptBy(saberPolicy({ seed: cell.seed, window: saber.requests }), requests, cell);
      case 'static':
        return bestStatic(requests, cell);
      case 'fcfs':
        return keptBy(fcfs, requests, cell);
      case 'edf':
        return keptBy(edf, requests, cell);
      case 'offline':
        return offlineKept(requests);
      case 'bound':
        return boundKept(requests);
      default:
        throw new Error(`There is no competitor '${competitor satisfies never}'.`);
    }
  };
  return wanted.map((competitor) => (100 * kept(competitor)) / requests.length);
}

function keptBy(policy: Policy, requests: readonly Request[], cell: Cell): number {
  return keptIn(run(policy, requests, cell));
}

function keptIn({ onTime }: RunResult): number {
  return onTime.filter(Boolean).length;
}

/** Ascending, up to the first number of sequences that were never all taken: more of them change nothing. */
function bestStatic(requests: readonly Request[], cell: Cell): number {
  let best = 0;
  for (const sequences of saber.staticSequences) {
    const result = run(staticPolicy(sequences), requests, cell);
    best = Math.max(best, keptIn(result));
    if (result.runningMax < sequences) break;
  }
  return best;
}

function run(policy: Policy, requests: readonly Request[], { lengths }: Cell): RunResult {
  const changing = lengths === 'unknown' ? reviewMs : Number.POSITIVE_INFINITY;
  const options = {
    predict: predictors[lengths],
    least: least[lengths],
    reviewMs: policy === punctual ? changing : undefined,
  };
  return runMachine(requests, policy, options);
}
