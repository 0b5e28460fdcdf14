/**
 * What was promised to people, and what became of it: a task by itself, or a workflow of several calls under one promise. Work ahead and
 * measurements were promised to nobody. Pure.
 */
import { isDecided, type Promised, promiseKept } from '../../runtime/core/metrics.ts';
import { bounded } from './history.ts';
import type { Item, Task, TaskClass, Verdict } from './task.ts';

export const answersMax = 10_000;
/** Workflows that are under way, or were until just now. */
export const workflowsMax = 200;

export interface Answer {
  readonly class: Exclude<TaskClass, 'idle'>;
  readonly sla: Item<'submit'>['sla'];
  readonly atMs: number;
  readonly verdict: Verdict;
  /** Of one that finished: what was promised, to the first token or to the last, in ms. */
  readonly tookMs?: number;
}

interface Workflow {
  calls: number;
  /** The answer that it gave, unless it goes on. */
  answer?: Answer;
}

export class Answers {
  /** In the order in which they came. */
  list: Answer[] = [];
  readonly #workflows = new Map<string, Workflow>();

  submitted({ workflow }: Task): void {
    if (workflow === undefined) return;
    const known = this.#workflows.get(workflow) ?? { calls: 0 };
    known.calls += 1;
    // It is not over: what it had seemed to answer was a part.
    const { answer } = known;
    if (answer !== undefined) this.list = this.list.filter((one) => one !== answer);
    delete known.answer;
    this.#workflows.set(workflow, known);
    const [oldest] = this.#workflows.keys();
    if (this.#workflows.size > workflowsMax && oldest !== undefined) this.#workflows.delete(oldest);
  }

  settled(task: Task): void {
    const answer = answerOf(task);
    if (answer === undefined) return;
    const workflow = task.workflow === undefined ? undefined : this.#workflows.get(task.workflow);
    if (workflow !== undefined) {
      workflow.calls -= 1;
      // Whether anything follows is seen when it comes: its plan may have grown shorter meanwhile.
      if (workflow.calls > 0) return;
      workflow.answer = answer;
    }
    this.list = bounded(this.list, answersMax);
    this.list.push(answer);
  }

  clear(): void {
    this.list = [];
    this.#workflows.clear();
  }
}

function answerOf({ class: name, sla, arrivalMs, firstTokenMs, settledMs, outcome, verdict, isProbe }: Task) {
  if (name === 'idle' || isProbe || settledMs === undefined || outcome === undefined) return undefined;
  const endMs = sla.kind === 'ttft' ? (firstTokenMs ?? settledMs) : settledMs;
  const answer: Answer = {
    ...{ class: name, sla, atMs: settledMs, verdict },
    ...(outcome.kind === 'finished' && { tookMs: endMs - arrivalMs }),
  };
  return answer;
}

export function verdictOf(task: Task): Verdict {
  const { class: name, sla, outcome, arrivalMs, firstTokenMs, settledMs } = task;
  if (name === 'idle' || task.isProbe || outcome === undefined || settledMs === undefined) return 'undecided';
  const promised: Promised = {
    task: { sla },
    // A code that a newer runtime has is of a failure all the same.
    outcome: outcome as Promised['outcome'],
    e2eMs: settledMs - arrivalMs,
    ...(firstTokenMs !== undefined && { ttftMs: firstTokenMs - arrivalMs }),
  };
  if (!isDecided(promised)) return 'undecided';
  return promiseKept(promised) ? 'kept' : 'broken';
}
