/** How large a pass of `punctual` is: the tokens of a prefill chunk, the sequences of a decode. Pure. */
import { type Costs, prefillTotalMs } from '../estimate.ts';
import { awaitsFirstToken, byArrival, byDeadline, type SequenceView, type StepPlan, type StepView } from '../step.ts';
import type { PunctualOptions } from './punctual-options.ts';

/** Below this many tokens a chunk costs more per token than it spares in waiting. */
const chunkTokensMin = 16;

/** What decides one pass. */
export interface Turn extends StepView {
  readonly options: PunctualOptions;
}

export interface Candidate {
  readonly view: SequenceView;
  /** Time on the device that it needs when served alone, in ms: to its first token where that was promised, else to its last. */
  readonly soloMs: number;
  /** The same for the fewest tokens that its answer may have. */
  readonly leastMs: number;
  /** What is left of its time when it is served alone from now on. */
  readonly slackMs: number;
}

export function candidateOf(sequence: SequenceView, { costs, limits, nowMs }: StepView): Candidate {
  const prefillMs = sequence.decoding
    ? 0
    : prefillTotalMs(costs, sequence.tokensLeft, sequence.contextTokens, limits.chunkTokens);
  const tokenMs = awaitsFirstToken(sequence) ? 0 : costs.decodeMs(1, sequence.contextTokens);
  const soloMs = prefillMs + sequence.decodeTokens * tokenMs;
  const leastMs = prefillMs + (sequence.leastTokens ?? sequence.decodeTokens) * tokenMs;
  return { view: sequence, soloMs, leastMs, slackMs: sequence.deadlineMs - nowMs - soloMs };
}

export function byCandidateDeadline(a: Candidate, b: Candidate): number {
  return byDeadline(a.view, b.view);
}

/** The oldest first. */
export function byAge(a: Candidate, b: Candidate): number {
  return byArrival(a.view, b.view);
}

/** The one that is nearest to its end first. */
export function bySolo(a: Candidate, b: Candidate): number {
  return a.soloMs - b.soloMs || byDeadline(a.view, b.view);
}

export function tightest(candidates: readonly Candidate[]): Candidate | undefined {
  let tight: Candidate | undefined;
  for (const candidate of candidates) if (tight === undefined || candidate.slackMs < tight.slackMs) tight = candidate;
  return tight;
}

/** How long a prefill chunk may take at most: what everybody else may have to wait for. */
export function longestPassMs({ costs, limits }: StepView): number {
  return Math.min(limits.passMsMax, costs.prefillMs(limits.chunkTokens, 0));
}

/** The largest chunk that stays within the bound of a pass and within `budgetMs`, but not below the smallest sensible one. */
export function prefill({ view: sequence }: Candidate, turn: Turn, budgetMs = Number.POSITIVE_INFINITY): StepPlan {
  const { costs, limits, options } = turn;
  const allowedMs = options.sizesChunks ? Math.min(limits.passMsMax, budgetMs) : Number.POSITIVE_INFINITY;
  let tokens = Math.min(sequence.tokensLeft, limits.chunkTokens);
  while (tokens > chunkTokensMin && costs.prefillMs(tokens, sequence.contextTokens) > allowedMs) {
    tokens = Math.max(chunkTokensMin, tokens >> 1);
  }
  return { kind: 'prefill', id: sequence.id, tokens };
}

/** The time of the smallest chunk of this prompt. */
export function smallestChunkMs({ view }: Candidate, { costs }: StepView): number {
  return costs.prefillMs(Math.min(view.tokensLeft, chunkTokensMin), view.contextTokens);
}

/** Whether one more sequence in the batch makes tokens cheaper. */
export function pays(costs: Costs, sequences: number): boolean {
  return costs.decodeMs(sequences + 1, 0) / (sequences + 1) < costs.decodeMs(sequences, 0) / sequences;
}

/** Batches up to this size tell whether sequences decode together or one after the other. */
const batchLooked = 4;

/** Whether a larger batch always makes tokens cheaper, so that all advance together. A single sequence serves one after the other. */
export function decodesTogether(costs: Costs, sequences: number): boolean {
  if (sequences < 2) return false;
  for (let count = 2; count <= Math.min(sequences, batchLooked); count += 1) {
    if (costs.decodeMs(count, 0) / count > costs.decodeMs(count - 1, 0) / (count - 1)) return false;
  }
  return true;
}

export interface Decode {
  readonly plan: StepPlan;
  readonly ms: number;
}

/**
 * As many of the sequences, in their order, as give the most tokens per ms, within the bound of a pass. Where sequences do not decode
 * together anyway, none falls behind the pace it needs. The first `favoured` ones are slowed to half by the others at most; those from
 * `guests` on never slow those before them below the pace that those need.
 */
export function decode(
  order: readonly Candidate[],
  turn: Turn,
  favoured: number,
  guests: number = order.length,
): Decode {
  const { costs, limits, nowMs, options } = turn;
  const most = Math.min(order.length, limits.decodeSequences);
  let contextTokens = 0;
  const isTogether = decodesTogether(costs, most);
  let paceMs = Number.POSITIVE_INFINITY;
  let allowedMs = limits.passMsMax;
  let best = { count: 1, perMs: 0, ms: 0 };
  for (let count = 1; count <= most; count += 1) {
    const candidate = order[count - 1];
    if (candidate === undefined) break;
    contextTokens += candidate.view.contextTokens;
    if (count === guests + 1) allowedMs = Math.min(allowedMs, Math.max(best.ms, paceMs));
    paceMs = Math.min(paceMs, paceOf(candidate, nowMs));
    if (!isTogether) allowedMs = Math.min(allowedMs, paceMs);
    const ms = costs.decodeMs(count, contextTokens);
    const isSlowed = count > favoured && best.count <= favoured && ms > 2 * best.ms;
    const isBetter = ms <= allowedMs && !isSlowed && count / ms > best.perMs;
    if (count === 1 || isBetter || !options.choosesBatch) best = { count, perMs: count / ms, ms };
  }
  return { plan: { kind: 'decode', ids: order.slice(0, best.count).map(({ view: { id } }) => id) }, ms: best.ms };
}

/** The slowest pass, in ms per token, at which the sequence still keeps its promise; no bound for one that has none left. */
function paceOf({ view, slackMs }: Candidate, nowMs: number): number {
  if (view.promise === 'ttft' || view.relegated || slackMs < 0) return Number.POSITIVE_INFINITY;
  return (view.deadlineMs - nowMs) / (view.leastTokens ?? view.decodeTokens);
}
