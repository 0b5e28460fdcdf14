/**
 * Which tasks' askers were asked whether another model is to answer. Owns that nobody is asked twice about a task, and how long the
 * model that is on offer stays for the answer.
 */
import type { ModelId, TaskId } from '../task.ts';
import type { Decision, ModelView, ResidencyView } from './types.ts';

type Substitute = Extract<Decision, { kind: 'substitute' }>;

interface Question {
  readonly by: ModelId;
  readonly untilMs: number;
}

export class Asked {
  readonly #questions = new Map<TaskId, Question>();

  /** Those tasks of a question that were not asked about yet; they are now. */
  ask(found: Substitute, untilMs: number): Substitute | undefined {
    const tasks = found.tasks.filter((id) => !this.#questions.has(id));
    for (const id of tasks) this.#questions.set(id, { by: found.by, untilMs });
    return tasks.length === 0 ? undefined : { ...found, tasks };
  }

  /** The asker has said what he wants. */
  answered(id: TaskId): void {
    const question = this.#questions.get(id);
    if (question !== undefined) this.#questions.set(id, { ...question, untilMs: Number.NEGATIVE_INFINITY });
  }

  /** When these may leave for the model, as far as its tasks' questions are open; undefined: now. In ms. */
  heldUntilMs({ waiting }: ModelView, leaving: readonly ModelId[], nowMs: number): number | undefined {
    let untilMs: number | undefined;
    for (const { id } of waiting) {
      const question = this.#questions.get(id);
      if (question === undefined || question.untilMs <= nowMs || !leaving.includes(question.by)) continue;
      untilMs = Math.max(untilMs ?? question.untilMs, question.untilMs);
    }
    return untilMs;
  }

  /** Tasks that wait no longer are forgotten. */
  look({ models }: ResidencyView): void {
    if (this.#questions.size === 0) return;
    const waiting = new Set(models.flatMap((model) => model.waiting.map(({ id }) => id)));
    for (const id of this.#questions.keys()) if (!waiting.has(id)) this.#questions.delete(id);
  }
}
