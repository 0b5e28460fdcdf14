/**
 * Prompt-lookup speculation: what an answer copies from its prompt is guessed and verified in one pass, where that pays. Pure.
 *
 * - {@link Lookup} follows the place that the text repeats, if it repeats one, and reads on from there. O(1) for each token.
 * - {@link Acceptance} knows how often such a guess is right, by the length of the match. It learns from every token of an answer,
 *   guessed or not, so speculation is switched on by what was seen and trying costs nothing.
 * - {@link planDraft} decides how many tokens to guess: never at the cost of another task's promise.
 */
import { type Costs, prefillTotalMs } from './estimate.ts';
import { awaitsFirstToken, byDeadline, type SequenceView, type StepLimits } from './step.ts';

/** Tokens guessed in one pass at most: a pass with the one before them stays within what cost tables know. */
export const draftTokensMax = 15;

/** Shorter matches are chance. */
const matchTokensMin = 2;
/** Beyond this length a match says no more. */
const matchTokensMax = 32;

/** Ids are far below it; the product of two stays exact. */
const tokenIds = 2 ** 26;

/** What one token said about the guess that was there for it. */
export interface DraftSample {
  /** Tokens before it that agreed with the place that was read from. */
  readonly matchTokens: number;
  readonly hit: boolean;
}

/** One text, and the place of it that its end repeats. */
export class Lookup {
  readonly #tokens: number[] = [];
  /** The place after the latest occurrence of two tokens in a row. */
  readonly #after = new Map<number, number>();
  #source = 0;
  #matchTokens = 0;

  constructor(tokens: readonly number[]) {
    for (const token of tokens) this.push(token);
  }

  /** How many tokens at the end are the same as those before the place that is read from; 0 when there is none. */
  get matchTokens(): number {
    return this.#matchTokens;
  }

  /** The text goes on. Returns what that says about the guess, if there was one. */
  push(token: number): DraftSample | undefined {
    const matchTokens = this.#matchTokens;
    const hit = matchTokens > 0 && this.#tokens[this.#source] === token;
    const previous = this.#tokens.at(-1);
    this.#tokens.push(token);
    if (hit) {
      this.#source += 1;
      this.#matchTokens = Math.min(matchTokensMax, matchTokens + 1);
    } else this.#matchTokens = 0;
    if (previous !== undefined) {
      const pair = previous * tokenIds + token;
      if (!hit) this.#find(this.#after.get(pair));
      this.#after.set(pair, this.#tokens.length);
    }
    return matchTokens > 0 ? { matchTokens, hit } : undefined;
  }

  #find(place: number | undefined): void {
    if (place === undefined) return;
    const end = this.#tokens.length;
    let length = matchTokensMin;
    while (
      length < matchTokensMax &&
      length < place &&
      this.#tokens[place - 1 - length] === this.#tokens[end - 1 - length]
    )
      length += 1;
    this.#source = place;
    this.#matchTokens = length;
  }

  /** What comes next if the text goes on as it did there. A text that repeats its own end is read as if it went on for ever. */
  draft(count: number): number[] {
    const draft: number[] = [];
    if (this.#matchTokens === 0) return draft;
    for (let place = this.#source; draft.length < count; place += 1) {
      const token = this.#tokens[place] ?? draft[place - this.#tokens.length];
      if (token === undefined) break;
      draft.push(token);
    }
    return draft;
  }
}

/** Lengths of a match from which on it is another case. */
const matchSteps = [2, 3, 4, 5, 7, 10, 16, matchTokensMax] as const;

/** Hits and tries, with forgetting: the last {@link memoryTries} or so count. */
interface Tally {
  readonly hits: number;
  readonly tries: number;
}

/** How often guesses were right, for each of {@link matchSteps}. */
export type Acceptance = readonly Tally[];

const memoryTries = 64;
/** A case leans on the one of shorter matches as if that were this many tries. */
const leaningTries = 3;
/** Before anything is seen, guesses are taken as wrong more often than not. */
const acceptanceStart = 0.4;

export const newAcceptance: Acceptance = matchSteps.map(() => ({ hits: 0, tries: 0 }));

export function learnAcceptance(acceptance: Acceptance, { matchTokens, hit }: DraftSample): Acceptance {
  const step = stepOf(matchTokens);
  return acceptance.map((tally, index) => {
    if (index !== step) return tally;
    const kept = Math.min(1, (memoryTries - 1) / Math.max(1, tally.tries));
    return { hits: tally.hits * kept + Number(hit), tries: tally.tries * kept + 1 };
  });
}

function stepOf(matchTokens: number): number {
  const above = matchSteps.findIndex((length) => length > matchTokens);
  return Math.max(0, (above < 0 ? matchSteps.length : above) - 1);
}

/** Probabilities that one more guessed token is right, for each of {@link matchSteps}. */
function hitShares(acceptance: Acceptance): number[] {
  let share = acceptanceStart;
  return acceptance.map(({ hits, tries }) => {
    share = (hits + leaningTries * share) / (tries + leaningTries);
    return share;
  });
}

/**
 * Tokens that a pass is expected to give when 0, 1, … `draftTokens` are guessed: the sampled one and the guesses before it that are
 * right. A right guess lengthens the match, so it makes the next one more credible.
 */
export function expectedTokens(acceptance: Acceptance, matchTokens: number, draftTokens: number): number[] {
  const shares = hitShares(acceptance);
  const expected = [1];
  let survival = 1;
  for (let guessed = 0; guessed < draftTokens; guessed += 1) {
    survival *= shares[stepOf(matchTokens + guessed)] ?? 0;
    expected.push((expected[guessed] ?? 1) + survival);
  }
  return expected;
}

/** A pass that advances one sequence, and what a longer one would mean. */
export interface DraftView {
  readonly nowMs: number;
  readonly sequence: SequenceView;
  /** All running sequences of all models; the one above may be among them. */
  readonly others: readonly SequenceView[];
  readonly limits: StepLimits;
  /** Of passes without guesses: what the others still need is computed from it. */
  readonly costs: Costs;
  /** `decodeMs(n, context)` is a pass of n tokens of one sequence with a sample at each, as measured. */
  readonly verifyCosts: Costs;
  readonly acceptance: Acceptance;
  readonly matchTokens: number;
  /** Tokens that the answer may still have. */
  readonly tokensMax: number;
}

/** A guess must promise this much more than none, as all numbers are estimates. */
const gainMin = 1.1;

/**
 * How many tokens to guess, 0 for none.
 *
 * 1. The text repeats nothing, or its end is near: none.
 * 2. The pass stays within the bound of a pass and within what the others can wait without being late.
 * 3. Of those lengths, the one with the most expected tokens per ms, if it beats a pass without guesses clearly.
 */
export function planDraft(view: DraftView): number {
  const { sequence, limits, verifyCosts, matchTokens } = view;
  const most = Math.min(draftTokensMax, Math.ceil(sequence.decodeTokens), view.tokensMax - 1);
  if (matchTokens === 0 || most < 1) return 0; // 1
  const expected = expectedTokens(view.acceptance, matchTokens, most);
  const costMs = (guessed: number): number => verifyCosts.decodeMs(1 + guessed, sequence.contextTokens);
  const plainRate = 1 / costMs(0);
  let allowedMs: number | undefined;
  let best = { guessed: 0, rate: plainRate * gainMin };
  for (let guessed = 1; guessed <= most; guessed += 1) {
    const passMs = costMs(guessed);
    const rate = (expected[guessed] ?? 1) / passMs;
    if (!(rate > best.rate)) continue;
    allowedMs ??= Math.min(limits.passMsMax, laxityOf(view));
    if (passMs <= allowedMs) best = { guessed, rate }; // 2, 3
  }
  return best.guessed;
}

/** How long the others can wait, in ms, served one after the other by deadline. Those that are late anyway lose nothing. */
function laxityOf({ nowMs, sequence, others, costs, limits }: DraftView): number {
  const promised = others
    .filter(
      ({ id, promise, started, relegated }) => id !== sequence.id && !relegated && !(promise === 'ttft' && started),
    )
    .sort(byDeadline);
  let endMs = nowMs;
  let laxityMs = Number.POSITIVE_INFINITY;
  for (const other of promised) {
    const soloMs = remainingMs(other, costs, limits);
    if (nowMs + soloMs > other.deadlineMs) continue;
    endMs += soloMs;
    laxityMs = Math.min(laxityMs, other.deadlineMs - endMs);
  }
  return laxityMs;
}

function remainingMs(sequence: SequenceView, costs: Costs, { chunkTokens }: StepLimits): number {
  const { decoding, tokensLeft, contextTokens, decodeTokens } = sequence;
  const prefillMs = decoding ? 0 : prefillTotalMs(costs, tokensLeft, contextTokens, chunkTokens);
  return prefillMs + (awaitsFirstToken(sequence) ? 0 : decodeTokens * costs.decodeMs(1, contextTokens));
}
