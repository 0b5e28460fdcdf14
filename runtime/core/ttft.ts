/**
 * How long a first token would take if its request came now. Closed arithmetic instead of a roll-forward (forecast.ts), because it is
 * asked for several prompts at each keystroke: microseconds. Pure.
 */
import { type Costs, prefillTotalMs } from './estimate.ts';
import type { Room, Work } from './policy.ts';
import { passShareMax } from './step.ts';

/** The request that is asked about. What runs for the same document gives way to it. */
export interface FirstTokenQuestion extends Pick<Work, 'prefillTokens' | 'contextTokens' | 'deadlineMs' | 'document'> {
  /** What is promised for the first token. */
  readonly targetMs: number;
}

/**
 * From now to the first token, in ms:
 * 1. the pass in flight, whole: a forecast errs on the late side;
 * 2. the prompts of other documents whose first token is due earlier;
 * 3. its own prompt;
 * 4. a turn of the completions that are being answered after each chunk.
 * Work that was relegated, and whatever has a promise for its last token only, gives way.
 *
 * @param works everything of the same model that runs or waits.
 */
export function firstTokenMs(
  question: FirstTokenQuestion,
  works: Iterable<Work>,
  { costs, limits }: Pick<Room, 'costs' | 'limits'>,
): number {
  const passMsMax = Math.min(limits.passMsMax, passShareMax * question.targetMs);
  const aheadOf = { ms: 0, answering: 0, answeringContext: 0, decoding: 0, decodingContext: 0, prefills: false };
  for (const work of works) {
    if (work.document !== undefined && work.document === question.document) continue;
    const isPrefilled = work.prefillTokens === 0;
    aheadOf.prefills ||= !isPrefilled && work.contextTokens > 0;
    if (isPrefilled) {
      aheadOf.decoding += 1;
      aheadOf.decodingContext += work.contextTokens;
    }
    if (work.promise !== 'ttft' || work.relegated) continue;
    if (isPrefilled) {
      aheadOf.answering += 1;
      aheadOf.answeringContext += work.contextTokens;
    } else if (work.deadlineMs <= question.deadlineMs) {
      aheadOf.ms += prefillTotalMs(costs, work.prefillTokens, work.contextTokens, limits.chunkTokens); // 2
    }
  }
  const { prefillTokens, contextTokens } = question;
  const ownMs = prefillTotalMs(costs, prefillTokens, contextTokens, limits.chunkTokens); // 3
  const decodeMs = decodePassMs(costs, aheadOf.decoding, aheadOf.decodingContext);
  const inFlightMs = Math.min(passMsMax, aheadOf.prefills ? passMsMax : decodeMs); // 1
  const chunks = Math.ceil((aheadOf.ms + ownMs) / Math.max(1, passMsMax));
  const turnsMs = Math.max(0, chunks - 1) * decodePassMs(costs, aheadOf.answering, aheadOf.answeringContext); // 4
  return inFlightMs + aheadOf.ms + ownMs + turnsMs;
}

function decodePassMs(costs: Costs, sequences: number, contextTokens: number): number {
  return sequences === 0 ? 0 : costs.decodeMs(sequences, contextTokens);
}
