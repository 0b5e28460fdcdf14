/**
 * How long a first token would take if its request came now. Closed arithmetic instead of a roll-forward (forecast.ts), because it is
 * asked for several prompts at each keystroke: microseconds. Pure.
 */
import { type Costs, prefillTotalMs } from './estimate.ts';
import type { Knowledge } from './knowledge.ts';
import type { Works } from './lane.ts';
import type { Room, Work } from './policy.ts';
import { passShareMax } from './step.ts';
import { deadlineMs, type Task } from './task.ts';

/** The request that is asked about. What runs for the same document gives way to it. */
export interface FirstTokenQuestion extends Pick<Work, 'prefillTokens' | 'contextTokens' | 'deadlineMs' | 'document'> {
  /** What is promised for the first token. */
  readonly targetMs: number;
}

export function questionOf(task: Task, knowledge: Knowledge): FirstTokenQuestion {
  return {
    prefillTokens: knowledge.prefillTokens(task),
    contextTokens: 0,
    deadlineMs: deadlineMs(task),
    document: task.supersedeKey,
    targetMs: task.sla.targetMs,
  };
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
  { running, waiting }: Works,
  { costs, limits }: Pick<Room, 'costs' | 'limits'>,
): number {
  const passMsMax = Math.min(limits.passMsMax, passShareMax * question.targetMs);
  const totalMs = ({ prefillTokens, contextTokens }: Pick<Work, 'prefillTokens' | 'contextTokens'>): number =>
    prefillTotalMs(costs, prefillTokens, contextTokens, limits.chunkTokens);
  const isOther = ({ document }: Work): boolean => document === undefined || document !== question.document;
  const others = running.filter(isOther);
  const decoding = others.filter(({ prefillTokens }) => prefillTokens === 0);
  const prefilling = others.filter(({ prefillTokens }) => prefillTokens > 0);
  const longestMs = prefilling.reduce((ms, work) => Math.max(ms, totalMs(work)), decodePassMs(costs, decoding));
  const inFlightMs = Math.min(passMsMax, longestMs); // 1
  const aheadMs = [...prefilling, ...waiting.filter(isOther)]
    .filter((work) => isFirstTokenPromised(work) && work.deadlineMs <= question.deadlineMs)
    .reduce((ms, work) => ms + totalMs(work), 0); // 2
  const ownMs = totalMs(question); // 3
  const chunks = Math.ceil((aheadMs + ownMs) / Math.max(1, passMsMax));
  const turnsMs = Math.max(0, chunks - 1) * decodePassMs(costs, decoding.filter(isFirstTokenPromised)); // 4
  return inFlightMs + aheadMs + ownMs + turnsMs;
}

/** Whether a first token was promised, and can still be given in time. */
function isFirstTokenPromised({ promise, relegated }: Work): boolean {
  return promise === 'ttft' && !relegated;
}

function decodePassMs(costs: Costs, works: readonly Work[]): number {
  const contextTokens = works.reduce((sum, work) => sum + work.contextTokens, 0);
  return works.length === 0 ? 0 : costs.decodeMs(works.length, contextTokens);
}
