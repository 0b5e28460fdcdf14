/** What a workflow is made of: calls, what they wait for, and what may be done without when time runs out. Pure. */
import type { LengthQuantiles } from '../lengths.ts';
import { type ModelId, slaTargetMsLimit } from '../task.ts';

/** Names a call within its plan. */
export type CallId = string;

/** One call of the model. Its prompt is built when it is submitted, from its own text and the answers that it waits for. */
export interface PlanCall {
  readonly id: CallId;
  /** Calls that end before it begins. */
  readonly after: readonly CallId[];
  /** Prompt tokens of its own text. */
  readonly ownTokens: number;
  /** Of the answers that it waits for, so much stands in its prompt: 1 where all of them are put together. */
  readonly carriedShare: number;
  /** Answer tokens, as predicted from its own text (lengths.ts). */
  readonly answerTokens: LengthQuantiles;
}

/**
 * What a workflow may do to be on time after all. A plan lists them in the order in which they are taken; each one that was taken stands in
 * the result, because the answer has to say so.
 * - `shorter`: calls that were not submitted yet are asked for answers of this share of their length.
 * - `skipped`: the call is left out. What waits for it goes on without its answer.
 * - `smaller`: what was not submitted yet goes to another model, which needs this share of the time, if it ends on time by that. Of several
 *   the first that does is taken.
 */
export type Degradation =
  | { readonly kind: 'shorter'; readonly calls: readonly CallId[]; readonly share: number }
  | { readonly kind: 'skipped'; readonly call: CallId }
  | { readonly kind: 'smaller'; readonly model: ModelId; readonly share: number };

/** One task of several calls, with one promise. */
export interface Plan {
  /** Unique among all workflows of a runtime. */
  readonly id: string;
  /** When it was asked for, in ms on the caller's clock, and how long it may take until its last answer. */
  readonly arrivalMs: number;
  readonly targetMs: number;
  readonly calls: readonly PlanCall[];
  /** Calls that may wait or run at a time. Default: as many as are worth it on the device, {@link outstandingDefault} at most. */
  readonly outstandingMax?: number;
  /** None: the plan is carried out as it stands, late or not. */
  readonly degradations?: readonly Degradation[];
}

/** As many as a batch holds on most devices. */
export const outstandingDefault = 8;

/** Calls of one plan at most: what is larger is to be split by whoever plans it. */
export const callsMax = 64;

/** @throws RangeError saying what is wrong with it. */
export function checkPlan({ calls, targetMs, degradations = [] }: Plan): void {
  if (calls.length === 0 || calls.length > callsMax)
    throw new RangeError(`A plan has 1 to ${callsMax} calls, not ${calls.length}.`);
  if (!(targetMs > 0 && targetMs <= slaTargetMsLimit))
    throw new RangeError(`A plan promises more than 0 ms and ${slaTargetMsLimit} ms at most, not ${targetMs}.`);
  const known = new Set(calls.map(({ id }) => id));
  if (known.size !== calls.length) throw new RangeError('Two calls of the plan have one name.');
  const named = [...calls.flatMap(({ after }) => after), ...degradations.flatMap(callsOf)];
  const unknown = named.find((id) => !known.has(id));
  if (unknown !== undefined) throw new RangeError(`The plan names a call '${unknown}' that it has not.`);
  const done = new Set<CallId>();
  for (let before = -1; before < done.size; ) {
    before = done.size;
    for (const { id, after } of calls) if (after.every((call) => done.has(call))) done.add(id);
  }
  if (done.size < calls.length) throw new RangeError('Calls of the plan wait for each other.');
}

function callsOf(step: Degradation): readonly CallId[] {
  switch (step.kind) {
    case 'shorter':
      return step.calls;
    case 'skipped':
      return [step.call];
    case 'smaller':
      return [];
    default:
      return step satisfies never;
  }
}
