/**
 * What policies are told of an answer's tokens. Known lengths: the truth. Unknown ones: the mean of what answers of this class that
 * were as long already still had to come, the way every runtime learns from its history; here the history of a seed that is never measured.
 */
import { lognormalOfMeanOne, newRandom } from '../random.ts';
import { saber } from '../workloads.ts';
import type { Lengths, Request } from './requests.ts';

/** The share of answers that end before what is told to come at least. */
const leastShare = 0.1;

/** Tokens still to come of an answer of which `doneTokens` have come; more than 0. */
export type Predict = (request: Request, doneTokens: number) => number;

const historySize = 20_000;
const historySeed = 0;

/** Steps of {@link residualTable} per mean length, and how many mean lengths it covers. */
const steps = 100;
const meansMax = 8;

export function predictorOf(lengths: Lengths): Predict {
  if (lengths === 'known') return (request, doneTokens) => Math.max(request.tokens - doneTokens, tokensMin);
  const table = residualTable();
  return (request, doneTokens) => {
    const mean = saber.answerTokens[request.class];
    const place = Math.min(table.length - 1, Math.floor((doneTokens / mean) * steps));
    return mean * (table[place] ?? 1);
  };
}

const tokensMin = 1e-9;

/** What of an unknown answer will come as good as certainly; undefined where lengths are known. */
export function leastOf(lengths: Lengths): Predict | undefined {
  if (lengths === 'known') return undefined;
  const history = historyOf();
  return (request, doneTokens) => {
    const mean = saber.answerTokens[request.class];
    const reached = doneTokens / mean;
    const first = firstLonger(history, reached);
    const place = Math.floor(first + (history.length - first) * leastShare);
    return mean * Math.max(0, (history[place] ?? reached) - reached);
  };
}

/** The index of the first value beyond `reached` in ascending values. */
function firstLonger(values: Float64Array, reached: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > reached) high = middle;
    else low = middle + 1;
  }
  return low;
}

function historyOf(): Float64Array {
  const random = newRandom(historySeed, 'saber/history');
  const history = Float64Array.from({ length: historySize }, () => lognormalOfMeanOne(random, saber.lengthVariation));
  return history.sort();
}

/** Mean rest of an answer that has reached `index / steps` mean lengths, in mean lengths. */
function residualTable(): Float64Array {
  const history = historyOf();
  const table = new Float64Array(steps * meansMax);
  let sum = 0;
  let index = history.length;
  for (let place = table.length - 1; place >= 0; place -= 1) {
    const reached = place / steps;
    for (; index > 0 && (history[index - 1] ?? 0) > reached; index -= 1) sum += history[index - 1] ?? 0;
    const longer = history.length - index;
    // Nobody in the history was as long: the longest that were say what may come.
    table[place] = longer > 0 ? sum / longer - reached : 1;
  }
  return table;
}
