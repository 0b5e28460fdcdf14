/**
 * More work than the device can do, for as long as a test likes: the scheduler and the simulated engine on a virtual clock, with
 * completions and short summaries in a steady stream, and one task that cannot be on time.
 */
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import type { Policy } from '../../../runtime/core/policy.ts';
import type { TaskClass } from '../../../runtime/core/task.ts';
import { costsOf, halfBillionModel } from '../../../runtime/engine/simulated-model.ts';
import { plainKnowledge, task } from '../fixtures.ts';
import { type Heard, Scheduled } from '../scheduled.ts';

export interface Work {
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly targetMs: number;
}

export interface Stream extends Work {
  readonly everyMs: number;
}

export interface OverloadOptions {
  readonly sequences: number;
  readonly completions?: Stream;
  readonly summaries?: Stream;
  readonly policy?: Policy;
  /** Tasks that may wait; further ones are refused. */
  readonly waitingMax?: number;
}

/** The costs of every pass, which the planner knows exactly. */
export const costs = costsOf(halfBillionModel.costs);

export class Overload {
  readonly scheduled: Scheduled;
  #count = 0;

  constructor({ sequences, completions, summaries, policy = punctual, waitingMax = 64 }: OverloadOptions) {
    const knowledge = plainKnowledge({
      costs: () => costs,
      prefillTokens: ({ prompt }) => lengthsOf(prompt.kind === 'chat' ? prompt.user : prompt.prefix).promptTokens,
    });
    this.scheduled = new Scheduled({
      sequences,
      engine: { script: ({ prompt }) => scriptOf(prompt.kind === 'chat' ? prompt.user : prompt.prefix) },
      scheduler: { policy, knowledge, waitingMax },
    });
    if (completions !== undefined) this.#repeat(completions, 'completion');
    if (summaries !== undefined) this.#repeat(summaries, 'summarize');
  }

  get clock(): Scheduled['clock'] {
    return this.scheduled.clock;
  }

  /** Share of the time until now in which a pass ran. */
  get busyShare(): number {
    return this.scheduled.busyMs / this.clock.now();
  }

  get longestPassMs(): number {
    return this.scheduled.longestPassMs;
  }

  /** Submits a task now. */
  submit(taskClass: TaskClass, { promptTokens, answerTokens, targetMs }: Work): Heard {
    this.#count += 1;
    const text = `${promptTokens} ${answerTokens} ${this.#count}`;
    const isCompletion = taskClass === 'completion';
    return this.scheduled.submit(
      task(`${taskClass} ${this.#count}`, {
        class: taskClass,
        sla: { kind: isCompletion ? 'ttft' : 'e2e', targetMs },
        arrivalMs: this.clock.now(),
        prompt: isCompletion ? { kind: 'infill', prefix: text, suffix: '' } : { kind: 'chat', user: text },
        limits: { maxTokens: answerTokens, stop: [] },
      }),
    );
  }

  /** Submits it again after each call on the clock, until there is a place for it in the queue. */
  submitWhenFree(taskClass: TaskClass, work: Work): Heard {
    let heard = this.submit(taskClass, work);
    while (heard.outcome?.kind === 'failed' && this.clock.step()) heard = this.submit(taskClass, work);
    return heard;
  }

  #repeat(stream: Stream, taskClass: TaskClass): void {
    this.submit(taskClass, stream);
    this.clock.at(this.clock.now() + stream.everyMs, () => this.#repeat(stream, taskClass));
  }
}

/** Every prompt is a new one, so that nothing is reused. */
function scriptOf(text: string): { promptTokens: number[]; answerTokens: number[] } {
  const { promptTokens, answerTokens, id } = lengthsOf(text);
  return {
    promptTokens: Array.from({ length: promptTokens }, (_, index) => 10_000 * id + 1_000 + index),
    answerTokens: Array.from({ length: answerTokens }, (_, index) => 10 + index),
  };
}

function lengthsOf(text: string): { promptTokens: number; answerTokens: number; id: number } {
  const [promptTokens = 0, answerTokens = 0, id = 0] = text.split(' ').map(Number);
  return { promptTokens, answerTokens, id };
}
