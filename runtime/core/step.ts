/**
 * Step-level scheduling: which forward pass runs next. Called before every pass, in microseconds, and pure.
 * It owns no state: the engine's step machine keeps the sequences and passes a view of them.
 *
 * A pass either decodes (one token for each chosen sequence) or prefills one chunk of one prompt, never both: llama.cpp splits a
 * mixed batch into separate micro-batches, so mixing costs the sum and only lengthens the step that everybody waits for.
 */
import type { ModelId, TaskClass, TaskId } from './task.ts';

export type StepKind = 'prefill' | 'decode';

/** One running sequence as the planner sees it. */
export interface SequenceView {
  readonly id: TaskId;
  readonly class: TaskClass;
  /** The moment by which its promise is kept or broken, in ms on the caller's clock. */
  readonly deadlineMs: number;
  /** `tokensLeft` of the prompt are still to be evaluated (at least one); a decoding sequence always wants one token. */
  readonly phase: { readonly kind: 'prefill'; readonly tokensLeft: number } | { readonly kind: 'decode' };
}

/** What bounds one pass. A cost model sets these per device, so that the longest pass stays within the shortest slack. */
export interface StepLimits {
  /** Prompt tokens in one prefill chunk at most: no stop and no other sequence waits for more than this. */
  readonly chunkTokens: number;
  /** Sequences that one decode pass may advance at most. */
  readonly decodeSequences: number;
}

/** The sequences of one model. */
export interface StepView {
  readonly sequences: readonly SequenceView[];
  readonly limits: StepLimits;
  /** What this model's last pass did; undefined before the first one. */
  readonly lastKind: StepKind | undefined;
}

export type StepPlan =
  | { readonly kind: 'prefill'; readonly id: TaskId; readonly tokens: number }
  | { readonly kind: 'decode'; readonly ids: readonly TaskId[] };

/** Completions are promised their first token; the other classes are promised their last one. */
function promisesFirstToken(sequence: SequenceView): boolean {
  return sequence.class === 'completion';
}

/** Earliest deadline first; the id decides between equal ones, so that a replay takes the same turns. */
function byDeadline(a: SequenceView, b: SequenceView): number {
  return a.deadlineMs - b.deadlineMs || (a.id < b.id ? -1 : 1);
}

/** Prefills that a time-to-first-token promise waits for go before all others. */
function byPrefillUrgency(a: SequenceView, b: SequenceView): number {
  return Number(promisesFirstToken(b)) - Number(promisesFirstToken(a)) || byDeadline(a, b);
}

/**
 * The next forward pass of one model, or undefined when it has nothing to do.
 *
 * 1. Nobody prefills: decode.
 * 2. Somebody prefills and nobody decodes: prefill a chunk.
 * 3. Both are wanted: the two kinds alternate, so that a long prompt never stalls the running answers and the running answers
 *    never keep a new request from its first token. The first pass after an idle time is a prefill.
 * 4. A prefill goes to one sequence: those with a time-to-first-token promise first, then the earliest deadline.
 * 5. A decode takes the sequences with the earliest deadlines, as many as the limit allows.
 */
export function planStep(view: StepView): StepPlan | undefined {
  const prefilling = view.sequences.filter((sequence) => sequence.phase.kind === 'prefill').sort(byPrefillUrgency);
  const decoding = view.sequences.filter((sequence) => sequence.phase.kind === 'decode').sort(byDeadline);
  const [first] = prefilling;
  if (first === undefined) return decoding.length === 0 ? undefined : decode(decoding, view.limits); // 1
  if (decoding.length > 0 && view.lastKind === 'prefill') return decode(decoding, view.limits); // 3
  return prefill(first, view.limits); // 2, 3
}

function prefill(sequence: SequenceView, limits: StepLimits): StepPlan {
  const tokensLeft = sequence.phase.kind === 'prefill' ? sequence.phase.tokensLeft : 1;
  return { kind: 'prefill', id: sequence.id, tokens: Math.min(tokensLeft, limits.chunkTokens) }; // 4
}

function decode(decoding: readonly SequenceView[], limits: StepLimits): StepPlan {
  return { kind: 'decode', ids: decoding.slice(0, limits.decodeSequences).map((sequence) => sequence.id) }; // 5
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
 * 2. Several have: the one with the most urgent sequence runs (as in {@link planStep}: a promised first token, then the deadline),
 * 3. unless it ran the last pass: then the one that has waited longest runs. So the urgent one gets every second pass at least,
 *    and no model starves behind deadlines that have already passed.
 */
export function chooseModel(turns: readonly ModelTurn[], lastPass: number): ModelId | undefined {
  const busy = turns
    .flatMap((turn) => {
      const [urgent] = [...turn.sequences].sort(byModelUrgency);
      return urgent === undefined ? [] : [{ turn, urgent }];
    })
    .sort((a, b) => byModelUrgency(a.urgent, b.urgent));
  const [mostUrgent] = busy;
  if (mostUrgent === undefined) return undefined;
  if (busy.length === 1 || mostUrgent.turn.lastPass < lastPass) return mostUrgent.turn.model; // 1, 2
  const [longestWaiting] = [...busy].sort((a, b) => a.turn.lastPass - b.turn.lastPass);
  return longestWaiting?.turn.model; // 3
}

function waitsForFirstToken(sequence: SequenceView): boolean {
  return sequence.phase.kind === 'prefill' && promisesFirstToken(sequence);
}

function byModelUrgency(a: SequenceView, b: SequenceView): number {
  return Number(waitsForFirstToken(b)) - Number(waitsForFirstToken(a)) || byDeadline(a, b);
}
