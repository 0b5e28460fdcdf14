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
  /** What is left of its time when it is served alone from now on. */
  readonly slackMs: number;
}

export function candidateOf(sequence: SequenceView, { costs, limits, nowMs }: StepView): Candidate {
  const prefillMs = sequence.decoding
    ? 0
    : prefillTotalMs(costs, sequence.tokensLeft, sequence.contextTokens, limits.chunkTokens);
  const decodes = awaitsFirstToken(sequence) ? 0 : sequence.decodeTokens;
  const soloMs = prefillMs + decodes * costs.decodeMs(1, sequence.contextTokens);
  return { view: sequence, soloMs, slackMs: sequence.deadlineMs - nowMs - soloMs };
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

export interface Decode {
  readonly plan: StepPlan;
  readonly ms: number;
}

/**
 * As many of the sequences, in their order, as give the most tokens per ms, while none of them falls behind the pace it needs, and
 * within the bound of a pass. The first `favoured` ones are slowed to half by the others at most.
 */
export function decode(order: readonly Candidate[], turn: Turn, favoured: number): Decode {
  const { costs, limits, nowMs, options } = turn;
  const most = Math.min(order.length, limits.decodeSequences);
  let contextTokens = 0;
  let paceMs = limits.passMsMax;
  let best = { count: 1, perMs: 0, ms: 0 };
  for (let count = 1; count <= most; count += 1) {
    const candidate = order[count - 1];
    if (candidate === undefined) break;
    contextTokens += candidate.view.contextTokens;
    paceMs = Math.min(paceMs, paceOf(candidate, nowMs));
    const ms = costs.decodeMs(count, contextTokens);
    const isSlowed = count > favoured && best.count <= favoured && ms > 2 * best.ms;
    const isBetter = ms <= paceMs && !isSlowed && count / ms > best.perMs;
    if (count === 1 || isBetter || !options.choosesBatch) best = { count, perMs: count / ms, ms };
  }
  return { plan: { kind: 'decode', ids: order.slice(0, best.count).map(({ view: { id } }) => id) }, ms: best.ms };
}

/** The slowest pass, in ms per token, at which the sequence still keeps its promise; no bound for one that has none left. */
function paceOf({ view, slackMs }: Candidate, nowMs: number): number {
  if (view.promise === 'ttft' || view.relegated || slackMs < 0) return Number.POSITIVE_INFINITY;
  return (view.deadlineMs - nowMs) / view.decodeTokens;
}
