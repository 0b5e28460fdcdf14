/**
 * How long to wait before a suggestion is asked for. Pure, (state, event) -> state.
 *
 * A request that the next key takes back is work for nothing; a request that waits may come too late. So:
 * 1. Of each time to ask at, from now on, the worth is the probability that the answer is there before the next key, less what a request
 *    costs times the probability that it is made at all because no key came before. A shown suggestion is worth 1.
 * 2. The time of greatest worth is taken, the earliest of equals: at once where a pause is likely, later in the middle of a burst.
 * 3. Suggestions that are never taken are worth less than those that are, so after rejections a request costs more.
 * 4. The wait is part of the promise, which counts from receipt: it takes no more than {@link waitShareMax} of the target, and nothing
 *    that the first token needs. A prediction that errs costs a little time and never the suggestion.
 */
import { type Act, afterGap, newRhythm, type Rhythm, restProbability, type Traits } from './rhythm.ts';
import type { Situation } from './situation.ts';

export interface Debounce {
  readonly rhythm: Rhythm;
  /** When the last edit came; undefined before the first one. */
  readonly editedMs: number | undefined;
  readonly act: Act;
  /** Where the cursor stood after the last edit, if a suggestion was asked for there. */
  readonly situation: Situation | undefined;
  /** From the first token to the end of an answer, the latest ones, in ms. */
  readonly decodesMs: readonly number[];
  /** Share of suggestions that were taken, the latest count most. */
  readonly acceptRate: number;
}

export type DebounceEvent =
  /** `grownBy`: characters that the text is longer. */
  | { readonly kind: 'edited'; readonly atMs: number; readonly grownBy: number }
  | { readonly kind: 'asked'; readonly situation: Situation }
  /** `decodeMs`: from the first token to the end. */
  | { readonly kind: 'answered'; readonly decodeMs: number }
  | { readonly kind: 'resolved'; readonly isAccepted: boolean };

export interface DebounceQuestion {
  readonly nowMs: number;
  readonly situation: Situation;
  /** From the request to the first token, if it were made now; 0 when nothing can be said. */
  readonly forecastMs: number;
  /** What is promised for the first token. */
  readonly targetMs: number;
}

export interface DebounceOptions {
  /** In suggestions shown: a request that is less likely to be answered in time than this is better not made. */
  readonly requestCost: number;
  /** Of the target, the most that is spent on waiting. */
  readonly waitShareMax: number;
}

/**
 * `bench typing --window tuning` finds as many suggestions shown as with 75 ms for everybody at a cost of 0.2 to 0.33, by machine and by
 * how the keys are timed.
 */
export const debounceDefault: DebounceOptions = { requestCost: 0.25, waitShareMax: 0.5 };

/** Of eleven developers of the Copilot study (arXiv 2210.14306), so that a new user is taken for an ordinary one. */
const acceptRateUsual = 0.33;
const acceptGain = 0.05;
/** How much dearer or cheaper a request becomes by rejections and acceptances. */
const worthRange = [0.5, 2] as const;

/** A line of a dozen tokens, before the first answer has told. */
const decodeUsualMs = 200;
const decodesMax = 15;
/** Before a model has told how long its first token takes. */
const forecastUsualMs = 100;
/** What the promise keeps for errors of the forecast. */
const promiseShare = 0.9;
/** A decision that is finer than this is none. */
const stepMs = 10;
/** Several characters at once are no keystroke; brackets that close by themselves are. */
const keyCharsMax = 2;

export const newDebounce: Debounce = {
  rhythm: newRhythm,
  editedMs: undefined,
  act: 'typed',
  situation: undefined,
  decodesMs: [],
  acceptRate: acceptRateUsual,
};

export function debounced(state: Debounce, event: DebounceEvent): Debounce {
  switch (event.kind) {
    case 'edited': {
      const { rhythm, editedMs, act, situation } = state;
      const traits: Traits | undefined = situation && { ...situation, act };
      const next = editedMs === undefined ? rhythm : afterGap(rhythm, Math.max(1, event.atMs - editedMs), traits);
      return { ...state, rhythm: next, editedMs: event.atMs, act: actOf(event.grownBy), situation: undefined };
    }
    case 'asked':
      return { ...state, situation: event.situation };
    case 'answered':
      return { ...state, decodesMs: [...state.decodesMs, Math.max(0, event.decodeMs)].slice(-decodesMax) };
    case 'resolved':
      return { ...state, acceptRate: state.acceptRate + acceptGain * (Number(event.isAccepted) - state.acceptRate) };
    default:
      return event satisfies never;
  }
}

function actOf(grownBy: number): Act {
  if (grownBy <= 0) return 'deleted';
  return grownBy <= keyCharsMax ? 'typed' : 'pasted';
}

/** How long to wait from now on, in ms. 0 for a client of whom no edit is known: it asks about something else than typing. */
export function delayMs(state: Debounce, question: DebounceQuestion, options = debounceDefault): number {
  const { nowMs, situation, targetMs, forecastMs } = question;
  if (state.editedMs === undefined) return 0;
  const sinceMs = Math.max(0, nowMs - state.editedMs);
  const waitMsMax = Math.min(options.waitShareMax * targetMs, promiseShare * targetMs - forecastMs); // 4
  const answerMs = (forecastMs || forecastUsualMs) + decodeMs(state);
  const rests = restProbability(state.rhythm, { ...situation, act: state.act });
  const cost = options.requestCost / worth(state); // 3
  let best = { waitMs: 0, worth: Number.NEGATIVE_INFINITY };
  for (let waitMs = 0; waitMs === 0 || waitMs <= waitMsMax; waitMs += stepMs) {
    const atMs = sinceMs + waitMs;
    const worthThen = rests(atMs + answerMs) - cost * rests(atMs); // 1
    if (worthThen > best.worth) best = { waitMs, worth: worthThen }; // 2
  }
  return best.waitMs;
}

/** Of a suggestion, compared to an ordinary user's. */
function worth({ acceptRate }: Debounce): number {
  return Math.min(Math.max(acceptRate / acceptRateUsual, worthRange[0]), worthRange[1]);
}

/** The median: one answer that ran to its limit says nothing of the next. */
function decodeMs({ decodesMs }: Debounce): number {
  const sorted = [...decodesMs].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? decodeUsualMs;
}
