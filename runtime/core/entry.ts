/** One task between its submission and its end, and the work that is left of it as it is predicted, kept up to date. Pure. */
import type { Knowledge } from './knowledge.ts';
import { type LengthQuantiles, remainingTokens } from './lengths.ts';
import type { Work } from './policy.ts';
import { deadlineMs, type Task, type TaskId } from './task.ts';

export interface Entry {
  readonly id: TaskId;
  readonly task: Task;
  /** What is left to do, as predicted; kept up to date while it runs. */
  readonly work: Work;
  /** `stopping`: already settled for the asker, still inside the engine. `pausing`: will wait again as soon as the engine lets it go. */
  state: 'waiting' | 'running' | 'stopping' | 'pausing';
  /** Tokens sent so far, for a resumption. */
  readonly generated: number[];
  /** Answer tokens in all, as predicted when it was submitted. */
  readonly answerTokens: LengthQuantiles;
  /** Deaths of the engine in which it was running. */
  losses: number;
  /** It was paused, and the engine keeps what it had evaluated of it. */
  isKept: boolean;
}

/** The share of answers that are shorter than what a task is taken to have left at least. */
export const leastShare = 0.1;

/** A task that nobody has worked on. */
export function newEntry(task: Task, knowledge: Knowledge): Entry {
  const answerTokens = knowledge.answerTokens(task);
  const work: Work = {
    id: task.id,
    class: task.class,
    promise: task.sla.kind,
    document: task.supersedeKey,
    arrivalMs: task.arrivalMs,
    deadlineMs: deadlineMs(task),
    prefillTokens: knowledge.prefillTokens(task),
    ...answerLeft(answerTokens, 0, task),
    contextTokens: 0,
    maxTokens: task.limits.maxTokens,
    relegated: false,
    rest: task.rest,
  };
  return { id: task.id, task, work, state: 'waiting', generated: [], answerTokens, losses: 0, isKept: false };
}

/**
 * A task that was inside the engine and waits again: it goes on after the tokens that were sent.
 * @param losses deaths of the engine in which it was running.
 * @param isKept the engine lives and keeps what it evaluated: only what was left of the prompt is to be evaluated, and the token that was
 *   sampled last, from which the next one comes.
 */
export function resumedEntry(before: Entry, losses: number, isKept: boolean, knowledge: Knowledge): Entry {
  const { id, task, generated, work } = before;
  const answerTokens = knowledge.answerTokens(task);
  const prompt = isKept ? { prefillTokens: Math.max(1, work.prefillTokens) } : unevaluated(before, knowledge);
  const again = { ...work, ...answerLeft(answerTokens, generated.length, task), ...prompt };
  return { id, task, work: again, state: 'waiting', generated: [...generated], answerTokens, losses, isKept };
}

/** What is to be evaluated of prompt and answer when no engine holds anything of them. */
export function unevaluated(
  { task, generated }: Entry,
  knowledge: Knowledge,
): Pick<Work, 'prefillTokens' | 'contextTokens'> {
  return { prefillTokens: knowledge.prefillTokens(task) + generated.length, contextTokens: 0 };
}

function answerLeft(
  answerTokens: LengthQuantiles,
  generated: number,
  { limits: { maxTokens } }: Task,
): Pick<Work, 'decodeTokens' | 'leastTokens'> {
  return {
    decodeTokens: remainingTokens(answerTokens, generated, maxTokens),
    leastTokens: remainingTokens(answerTokens, generated, maxTokens, leastShare),
  };
}

/** A running task was taken in: now its prompt is known. What is reused may be of the answer too. */
export function noteAccepted({ work, generated }: Entry, promptTokens: number, reusedTokens: number): void {
  work.prefillTokens = Math.max(0, promptTokens + generated.length - reusedTokens);
  work.contextTokens = reusedTokens;
}

/** A chunk of a running task's prompt was evaluated. */
export function noteChunk({ work }: Entry, tokens: number): void {
  const evaluated = Math.min(tokens, work.prefillTokens);
  work.prefillTokens -= evaluated;
  work.contextTokens += evaluated;
}

/** A running task gave tokens: what is to come is predicted anew. */
export function noteTokens({ task, work, generated, answerTokens }: Entry, tokens: readonly number[]): void {
  generated.push(...tokens);
  work.contextTokens += work.prefillTokens + tokens.length;
  work.prefillTokens = 0;
  Object.assign(work, answerLeft(answerTokens, generated.length, task));
}
