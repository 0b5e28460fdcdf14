/** A task as the scheduler keeps it, made when it is submitted or waits again. Pure. */
import type { Knowledge } from './knowledge.ts';
import { type Entry, leastShare } from './lane.ts';
import { remainingTokens } from './lengths.ts';
import { deadlineMs, type Task } from './task.ts';

/** @param generated tokens that were sent already: it goes on from them. @param losses deaths of the engine in which it was running. */
export function newEntry(task: Task, generated: readonly number[], losses: number, knowledge: Knowledge): Entry {
  const { maxTokens } = task.limits;
  const answerTokens = knowledge.answerTokens(task);
  const work = {
    id: task.id,
    class: task.class,
    promise: task.sla.kind,
    document: task.supersedeKey,
    arrivalMs: task.arrivalMs,
    deadlineMs: deadlineMs(task),
    prefillTokens: knowledge.prefillTokens(task) + generated.length,
    decodeTokens: remainingTokens(answerTokens, generated.length, maxTokens),
    leastTokens: remainingTokens(answerTokens, generated.length, maxTokens, leastShare),
    contextTokens: 0,
    maxTokens,
    relegated: false,
  };
  return { id: task.id, task, work, state: 'waiting', generated: [...generated], answerTokens, losses };
}
