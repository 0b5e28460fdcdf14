/**
 * The answers under way: who waits for which task, what was predicted of it, and what has been generated so far. Every answer settles
 * exactly once; what comes for a settled one is ignored.
 */
import { type Metrics, promiseKept } from '../core/metrics.ts';
import type { Predicted, PredictionErrors } from '../core/prediction.ts';
import type { ModelId, Outcome, Task, TaskId } from '../core/task.ts';
import type { TaskResult } from '../features/tasks.ts';

interface Answer {
  readonly task: Task;
  readonly onText: ((text: string) => void) | undefined;
  readonly settle: (result: TaskResult) => void;
  predicted: Predicted;
  answeredBy: ModelId | undefined;
  text: string;
  generatedTokens: number;
  ttftMs: number | undefined;
  promptTokens: number | undefined;
  reusedTokens: number | undefined;
}

export class Answers {
  readonly #answers = new Map<TaskId, Answer>();
  readonly #metrics: Metrics;
  readonly #errors: PredictionErrors;

  constructor(metrics: Metrics, errors: PredictionErrors) {
    this.#metrics = metrics;
    this.#errors = errors;
  }

  get ids(): TaskId[] {
    return [...this.#answers.keys()];
  }

  /** Resolves when the task is settled. */
  open(task: Task, onText: ((text: string) => void) | undefined): Promise<TaskResult> {
    return new Promise((settle) => {
      this.#answers.set(task.id, {
        task,
        onText,
        settle,
        predicted: {},
        answeredBy: undefined,
        text: '',
        generatedTokens: 0,
        ttftMs: undefined,
        promptTokens: undefined,
        reusedTokens: undefined,
      });
    });
  }

  /** Another model answers, as its own would come too late. */
  substitute(id: TaskId, by: ModelId): void {
    const answer = this.#answers.get(id);
    if (answer !== undefined) answer.answeredBy = by;
  }

  predict(id: TaskId, predicted: Predicted): void {
    const answer = this.#answers.get(id);
    if (answer !== undefined) answer.predicted = predicted;
  }

  accepted(id: TaskId, promptTokens: number, reusedTokens: number): void {
    const answer = this.#answers.get(id);
    // A resumed task is accepted twice; the first figures are the ones its asker knows.
    if (answer !== undefined && answer.promptTokens === undefined)
      Object.assign(answer, { promptTokens, reusedTokens });
  }

  tokens(id: TaskId, count: number, text: string, nowMs: number): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    answer.ttftMs ??= nowMs - answer.task.arrivalMs;
    answer.generatedTokens += count;
    answer.text += text;
    if (text !== '') answer.onText?.(text);
  }

  /** @returns the task that was settled by this. */
  settle(id: TaskId, outcome: Outcome, nowMs: number): Task | undefined {
    const answer = this.#answers.get(id);
    if (answer === undefined) return undefined;
    this.#answers.delete(id);
    const { task, text, generatedTokens, ttftMs, promptTokens, reusedTokens, predicted, answeredBy } = answer;
    const e2eMs = nowMs - task.arrivalMs;
    const settled = { task, outcome, e2eMs, atMs: nowMs, ...(ttftMs !== undefined && { ttftMs }) };
    // Nobody waits for idle work, so it neither keeps nor breaks a promise.
    if (task.idle !== true) {
      this.#metrics.add(settled);
      this.#errors.add(predicted, settled);
    }
    answer.settle({
      outcome,
      text,
      generatedTokens,
      e2eMs,
      kept: promiseKept(settled),
      ...(ttftMs !== undefined && { ttftMs }),
      ...(promptTokens !== undefined && { promptTokens }),
      ...(reusedTokens !== undefined && { reusedTokens }),
      ...(answeredBy !== undefined && { answeredBy }),
    });
    return task;
  }
}
