/**
 * The answers under way: who waits for which task, what was predicted of it, and what has been generated so far. Every answer settles
 * exactly once; what comes for a settled one is ignored.
 */
import type { Effect } from '../core/event.ts';
import { type Metrics, promiseKept } from '../core/metrics.ts';
import type { Predicted, PredictionErrors } from '../core/prediction.ts';
import type { ModelId, Outcome, Task, TaskId } from '../core/task.ts';
import type { EngineEvent } from '../engine/engine.ts';
import type { TaskListener, TaskResult, TokenConfidence } from '../features/tasks.ts';

interface Answer {
  readonly task: Task;
  readonly listener: TaskListener;
  readonly settle: (result: TaskResult) => void;
  predicted: Predicted;
  relegated: boolean;
  answeredBy: ModelId | undefined;
  /** The asker is asked something; to be aborted when that is moot. */
  question: AbortController | undefined;
  text: string;
  /** Of each token, as far as the engine tells. */
  confidence: TokenConfidence[];
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
  open(task: Task, listener: TaskListener = {}): Promise<TaskResult> {
    return new Promise((settle) => {
      this.#answers.set(task.id, {
        task,
        listener,
        settle,
        predicted: {},
        relegated: false,
        answeredBy: undefined,
        question: undefined,
        text: '',
        confidence: [],
        generatedTokens: 0,
        ttftMs: undefined,
        promptTokens: undefined,
        reusedTokens: undefined,
      });
    });
  }

  /** It gives way from now on; to hear that again would be no news. */
  relegate(id: TaskId): void {
    const answer = this.#answers.get(id);
    if (answer === undefined || answer.relegated) return;
    answer.relegated = true;
    answer.listener.onNote?.({ reason: 'relegated' });
  }

  /** Another model answers, as its own would come too late. */
  substitute(id: TaskId, by: ModelId): void {
    const answer = this.#answers.get(id);
    if (answer === undefined || answer.answeredBy === by) return;
    // It may be back at the one that was chosen; and what was hopeless with one model need not be so with another.
    const isChosen = answer.task.model === by;
    answer.answeredBy = isChosen ? undefined : by;
    answer.relegated = false;
    if (!isChosen) answer.listener.onNote?.({ reason: 'substituted', by });
  }

  /** @param choose told once what the asker says, unless the question was moot before: the other model, or undefined to wait. */
  offer(
    { id, by, waitMs }: Extract<Effect, { readonly kind: 'offer' }>,
    choose: (by: ModelId | undefined) => void,
  ): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    const question = new AbortController();
    const { signal } = question;
    answer.question = question;
    answer.listener.onOffer?.({
      by,
      waitMs,
      signal,
      answer: (choice) => {
        if (signal.aborted) return;
        question.abort();
        choose(choice === 'now' ? by : undefined);
      },
    });
  }

  /** The question is moot. */
  withdraw(id: TaskId): void {
    this.#answers.get(id)?.question?.abort();
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

  tokens({ id, tokens, text, logProbabilities }: Extract<EngineEvent, { kind: 'tokens' }>, nowMs: number): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    answer.ttftMs ??= nowMs - answer.task.arrivalMs;
    answer.generatedTokens += tokens.length;
    answer.text += text;
    // Text that comes with several tokens stands with the last of them, what was held back until the end with none.
    const last = (logProbabilities?.length ?? 0) - 1;
    logProbabilities?.forEach((logProbability, index) => {
      answer.confidence.push({ chars: index === last ? text.length : 0, logProbability });
    });
    if (text !== '') answer.listener.onText?.(text);
  }

  /** @returns the task that was settled by this. */
  settle(id: TaskId, outcome: Outcome, nowMs: number): Task | undefined {
    const answer = this.#answers.get(id);
    if (answer === undefined) return undefined;
    this.#answers.delete(id);
    answer.question?.abort();
    const { task, text, confidence, generatedTokens, ttftMs, promptTokens, reusedTokens, predicted } = answer;
    const { relegated, answeredBy } = answer;
    const e2eMs = nowMs - task.arrivalMs;
    const settled = { task, outcome, e2eMs, atMs: nowMs, ...(ttftMs !== undefined && { ttftMs }) };
    // Nobody waits for idle work, so it neither keeps nor breaks a promise; a call of a workflow is a part of one, see Workflows.
    if (task.idle !== true && task.probe !== true && task.rest === undefined) this.#metrics.add(settled);
    if (task.idle !== true) this.#errors.add(predicted, settled);
    answer.settle({
      outcome,
      text,
      generatedTokens,
      e2eMs,
      kept: promiseKept(settled),
      relegated,
      ...(confidence.length > 0 && { tokens: confidence }),
      ...(ttftMs !== undefined && { ttftMs }),
      ...(promptTokens !== undefined && { promptTokens }),
      ...(reusedTokens !== undefined && { reusedTokens }),
      ...(answeredBy !== undefined && { answeredBy }),
    });
    return task;
  }
}
