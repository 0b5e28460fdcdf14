/**
 * One request inside the step machine, from its start to its end, and what has to be known of its model.
 */
import { leastShare } from '../core/entry.ts';
import type { Costs } from '../core/estimate.ts';
import { remainingTokens } from '../core/lengths.ts';
import { sentence } from '../core/sentence.ts';
import type { SequenceView } from '../core/step.ts';
import type { ModelId, Outcome, TaskError, TaskId } from '../core/task.ts';
import { AnswerText, type Detokenizer } from './answer-text.ts';
import type { EngineRequest } from './engine.ts';
import type { Grant, Slot } from './slots.ts';

/** What the machine needs to know of a model. */
export interface MachineModel {
  readonly id: ModelId;
  readonly sequences: number;
  /** Tokens that one sequence can hold, prompt and answer together. */
  readonly contextTokens: number;
  /** Prompt tokens evaluated in one pass at most. */
  readonly chunkTokens: number;
  /** What its passes cost, as far as it is known now. */
  costs(): Costs;
  /** See {@link Slots}. */
  readonly appendOnly: boolean;
  /** Tokens whose KV cells the device may park outside of the slots; 0 when it cannot. */
  readonly shelfTokensMax: number;
  /** Whether the model ends its answer with this token; such a token is never shown. */
  isEnd(token: number): boolean;
  /** @param before the tokens that precede the answer: some tokenizers write a word differently at the very beginning. */
  detokenizer(before: readonly number[]): Detokenizer;
}

export interface Sequence {
  readonly id: TaskId;
  readonly request: EngineRequest;
  /** In ms on the engine's clock, as the deadline. */
  readonly arrivalMs: number;
  readonly deadlineMs: number;
  readonly promptTokens: number;
  /** New tokens at most, with those of an earlier attempt. */
  readonly maxTokens: number;
  /** The prompt, then the answer so far. What of it the slot holds is evaluated; the rest is to be evaluated, at least one token. */
  readonly tokens: number[];
  readonly answer: AnswerText;
  /** The tokens of an earlier attempt already contain a stop text. */
  readonly stoppedBefore: boolean;
  /** Undefined while the request waits. */
  slot: Slot | undefined;
  /** Moves of the slot that the device has not made yet. */
  grant: Grant | undefined;
  /** A token was sampled by this engine: the prefill is over. */
  sampled: boolean;
  /** It had a slot once, and that was told. */
  accepted: boolean;
  /** Found hopeless by the task level. */
  relegated: boolean;
  /** Stopped while a pass was in flight. */
  stopping: boolean;
}

/** Tokens that are still to be evaluated before the next one can be sampled. */
export function tokensLeft(sequence: Sequence): number {
  return sequence.tokens.length - (sequence.slot?.kvTokens.length ?? 0);
}

export function unevaluatedTokens(sequence: Sequence, count: number): number[] {
  const start = sequence.slot?.kvTokens.length ?? 0;
  return sequence.tokens.slice(start, start + count);
}

/** A sequence decodes when one sampled token is all that is to be evaluated; after a loss of KV cells it prefills again. */
export function sequenceView(sequence: Sequence): SequenceView {
  const { id, request, arrivalMs, deadlineMs, tokens, promptTokens } = sequence;
  const left = tokensLeft(sequence);
  return {
    id,
    class: request.class,
    promise: request.sla.kind,
    arrivalMs,
    deadlineMs,
    decoding: sequence.sampled && left === 1,
    tokensLeft: left,
    contextTokens: tokens.length - left,
    leastTokens: remainingTokens(request.answerTokens, tokens.length - promptTokens, sequence.maxTokens, leastShare),
    decodeTokens: remainingTokens(request.answerTokens, tokens.length - promptTokens, sequence.maxTokens),
    started: tokens.length > promptTokens,
    relegated: sequence.relegated,
  };
}

export function slotOf(sequence: Sequence): Slot {
  if (sequence.slot === undefined) throw new Error(`The request ${sequence.id} has no slot.`);
  return sequence.slot;
}

/** The answer's last token is never evaluated, so prompt and answer together may fill the context. */
export function checkRequest(
  request: EngineRequest,
  promptTokens: readonly number[],
  model: MachineModel,
): TaskError | undefined {
  if (promptTokens.length === 0)
    return { code: 'engineFailed', message: sentence('The prompt is empty: there is nothing to continue.') };
  return checkFits(promptTokens.length, request.limits.maxTokens, model);
}

/** Whether prompt and answer can fit; undefined when they can. */
export function checkFits(promptTokens: number, maxTokens: number, model: MachineModel): TaskError | undefined {
  const promptTokensMax = Math.max(0, model.contextTokens - maxTokens);
  if (promptTokens <= promptTokensMax) return undefined;
  const message = sentence(
    "The prompt has {0} tokens and the answer up to {1}, but the model's context holds {2}: at most {3} tokens of prompt fit.",
    ...[promptTokens, maxTokens, model.contextTokens, promptTokensMax],
  );
  return { code: 'promptTooLong', message, promptTokens, promptTokensMax };
}

export function newSequence(
  request: EngineRequest,
  promptTokens: readonly number[],
  model: MachineModel,
  now: number,
  cut: string,
): Sequence {
  const answer = new AnswerText(model.detokenizer(promptTokens), request.limits.stop, cut);
  // The asker has the text of these tokens already; what they leave held back or incomplete comes with the next one.
  const stoppedBefore = request.generated.some((token) => answer.push(token).stopped);
  return {
    id: request.id,
    request,
    arrivalMs: now - request.ageMs,
    deadlineMs: now - request.ageMs + request.sla.targetMs,
    promptTokens: promptTokens.length,
    maxTokens: request.limits.maxTokens,
    tokens: [...promptTokens, ...request.generated],
    answer,
    stoppedBefore,
    slot: undefined,
    grant: undefined,
    sampled: false,
    accepted: false,
    relegated: request.relegated,
    stopping: false,
  };
}

/** A resumed request may have been complete already, as the engine was lost between its last token and its end; a warm prompt too. */
export function resumedOutcome(sequence: Sequence): Outcome | undefined {
  if (sequence.maxTokens === 0) return evaluatedOutcome(sequence);
  if (sequence.stoppedBefore) return { kind: 'finished', reason: 'stop' };
  const generated = sequence.tokens.length - sequence.promptTokens;
  return generated >= sequence.maxTokens ? { kind: 'finished', reason: 'length' } : undefined;
}

/**
 * A request for no tokens has its prompt evaluated, all but the last token: that one would be evaluated again by whoever reuses the rest,
 * as the first token of an answer is sampled from it.
 */
export function evaluatedOutcome(sequence: Sequence): Outcome | undefined {
  return sequence.maxTokens === 0 && tokensLeft(sequence) <= 1 ? { kind: 'finished', reason: 'length' } : undefined;
}

/** What a sampled token adds to the answer, and how the answer ends with it, if it does. */
export function extend(
  sequence: Sequence,
  token: number,
  model: MachineModel,
): { readonly tokens: readonly number[]; readonly text: string; readonly outcome?: Outcome } {
  const { answer, tokens, promptTokens, maxTokens } = sequence;
  if (model.isEnd(token)) return { tokens: [], text: answer.flush(), outcome: { kind: 'finished', reason: 'stop' } };
  tokens.push(token);
  sequence.sampled = true;
  const { text, stopped } = answer.push(token);
  if (stopped) return { tokens: [token], text, outcome: { kind: 'finished', reason: 'stop' } };
  if (tokens.length - promptTokens < maxTokens) return { tokens: [token], text };
  return { tokens: [token], text: text + answer.flush(), outcome: { kind: 'finished', reason: 'length' } };
}

export function insertByDeadline(waiting: Sequence[], sequence: Sequence): void {
  const index = waiting.findIndex((other) => other.deadlineMs > sequence.deadlineMs);
  waiting.splice(index < 0 ? waiting.length : index, 0, sequence);
}
