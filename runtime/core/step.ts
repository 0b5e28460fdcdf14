/**
 * Step-level scheduling: which forward pass runs next. Asked before every pass, in microseconds, and pure. Owns no state: the
 * engine's step machine keeps the sequences and shows them here; which pass it is, a policy decides (policy.ts).
 *
 * A pass either decodes (one token for each chosen sequence) or prefills one chunk of one prompt, never both: llama.cpp splits a
 * mixed batch into separate micro-batches, so mixing costs the sum and only lengthens the step that everybody waits for.
 */
import type { Costs } from './estimate.ts';
import type { StepKind } from './pass-report.ts';
import type { ModelId, Sla, TaskClass, TaskId } from './task.ts';

/** One running sequence as a planner sees it. */
export interface SequenceView {
  readonly id: TaskId;
  readonly class: TaskClass;
  readonly promise: Sla['kind'];
  /** Times in ms on the caller's clock. */
  readonly arrivalMs: number;
  /** The moment by which its promise is kept or broken. */
  readonly deadlineMs: number;
  /** True when the next pass of this sequence gives a token; false while its prompt is being prefilled. */
  readonly decoding: boolean;
  /** Tokens to be evaluated before the next one can be sampled; 1 for a decoding sequence. */
  readonly tokensLeft: number;
  /** Tokens that the sequence holds in its KV cache. */
  readonly contextTokens: number;
  /** Answer tokens still to come, as predicted; at least 1. */
  readonly decodeTokens: number;
  /** As many will come as good as certainly; absent where the prediction is all that is known. */
  readonly leastTokens?: number | undefined;
  /** Its first token has been given: a promise of a first token is settled. */
  readonly started: boolean;
  /** Found hopeless by the task level: it gives way to every promise that can still be kept. */
  readonly relegated: boolean;
}

/** While first tokens are promised, no pass takes more than this share of the shortest such promise: an arrival waits for it. */
export const passShareMax = 0.2;

/** What bounds one pass. */
export interface StepLimits {
  /** Prompt tokens in one prefill chunk at most. */
  readonly chunkTokens: number;
  /** Sequences that one decode pass may advance at most. */
  readonly decodeSequences: number;
  /**
   * No pass is planned to take longer than this, in ms, as far as a smaller one exists: a stop and an arrival wait for the pass in
   * flight. Shorter while somebody types.
   */
  readonly passMsMax: number;
}

/** The sequences of one model. */
export interface StepView {
  readonly nowMs: number;
  readonly sequences: readonly SequenceView[];
  readonly limits: StepLimits;
  readonly costs: Costs;
  /** What this model's last pass did; undefined before the first one. */
  readonly lastKind: StepKind | undefined;
  /** Passes of this model so far: what turns are counted by. */
  readonly passes: number;
}

export type StepPlan =
  | { readonly kind: 'prefill'; readonly id: TaskId; readonly tokens: number }
  | { readonly kind: 'decode'; readonly ids: readonly TaskId[] };

/** Whether somebody waits for a first token that was promised by a time. */
export function awaitsFirstToken(sequence: SequenceView): boolean {
  return sequence.promise === 'ttft' && !sequence.started;
}

/** Earliest deadline first; the id decides between equal ones, so that a replay takes the same turns. */
export function byDeadline(a: SequenceView, b: SequenceView): number {
  return a.deadlineMs - b.deadlineMs || (a.id < b.id ? -1 : 1);
}

/** First come, first served. */
export function byArrival(a: SequenceView, b: SequenceView): number {
  return a.arrivalMs - b.arrivalMs || (a.id < b.id ? -1 : 1);
}

/**
 * The plan of engines that know no promises, in whatever order the sequences are served:
 * 1. Nobody prefills: all decode. Nobody decodes: the first one prefills a chunk.
 * 2. Both are wanted: the two kinds alternate, so that a long prompt does not stall the running answers.
 */
export function alternate(view: StepView, order: (a: SequenceView, b: SequenceView) => number): StepPlan | undefined {
  const prefilling = view.sequences.filter((sequence) => !sequence.decoding).sort(order);
  const decoding = view.sequences.filter((sequence) => sequence.decoding).sort(order);
  const [first] = prefilling;
  if (first !== undefined && (decoding.length === 0 || view.lastKind !== 'prefill')) {
    return { kind: 'prefill', id: first.id, tokens: Math.min(first.tokensLeft, view.limits.chunkTokens) };
  }
  if (decoding.length === 0) return undefined;
  return { kind: 'decode', ids: decoding.slice(0, view.limits.decodeSequences).map((sequence) => sequence.id) };
}

/** One model that shares the device. */
export interface ModelTurn {
  readonly model: ModelId;
  readonly sequences: readonly SequenceView[];
  /** The number of the pass that this model ran last, counted over all models; 0 when it never ran. */
  readonly lastPass: number;
}

/**
 * Which model runs the next pass, or undefined when none has a sequence.
 *
 * 1. One model has work: it runs.
 * 2. Several have: the one with the most urgent sequence runs (a promised first token, then the deadline),
 * 3. unless it ran the last pass: then the one that has waited longest runs. So the urgent one gets every second pass at least,
 *    and no model starves behind deadlines that have already passed.
 */
export function chooseModel(turns: readonly ModelTurn[], lastPass: number): ModelId | undefined {
  const busy = turns.filter((turn) => turn.sequences.length > 0);
  if (busy.length <= 1) return busy[0]?.model; // 1
  const byUrgency = busy.map((turn) => ({ turn, urgent: mostUrgent(turn.sequences) })).sort(urgency);
  const first = byUrgency[0]?.turn;
  if (first !== undefined && (first.lastPass < lastPass || lastPass === 0)) return first.model; // 2
  return busy.reduce((longest, turn) => (turn.lastPass < longest.lastPass ? turn : longest)).model; // 3
}

function mostUrgent(sequences: readonly SequenceView[]): SequenceView | undefined {
  return [...sequences].sort(bySequenceUrgency)[0];
}

function urgency(a: { urgent: SequenceView | undefined }, b: { urgent: SequenceView | undefined }): number {
  if (a.urgent === undefined || b.urgent === undefined) return 0;
  return bySequenceUrgency(a.urgent, b.urgent);
}

function bySequenceUrgency(a: SequenceView, b: SequenceView): number {
  const waits = (sequence: SequenceView): number => Number(awaitsFirstToken(sequence) && !sequence.relegated);
  return waits(b) - waits(a) || Number(a.relegated) - Number(b.relegated) || byDeadline(a, b);
}
