/**
 * More work than the device can do, for as long as a test likes: the loop, the scheduler and the simulated engine on a virtual clock,
 * with completions and short summaries in a steady stream, and one task that nobody is on time for.
 */
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import type { Policy } from '../../../runtime/core/policy.ts';
import { VirtualClock } from '../../../runtime/engine/clock.ts';
import { SimulatedEngine } from '../../../runtime/engine/simulated.ts';
import { costsOf, halfBillionModel } from '../../../runtime/engine/simulated-model.ts';
import type { TaskSpec } from '../../../runtime/features/tasks.ts';
import { Loop } from '../../../runtime/loop.ts';
import { plainKnowledge } from '../fixtures.ts';

export interface Stream {
  readonly everyMs: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly targetMs: number;
}

export interface OverloadOptions {
  readonly sequences: number;
  readonly completions?: Stream;
  readonly summaries?: Stream;
  readonly policy?: Policy;
  /** Tasks that may wait; further ones are refused. */
  readonly waitingMax?: number;
}

interface Lengths {
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** The costs of every pass, which the planner knows exactly. */
export const costs = costsOf(halfBillionModel.costs);

export class Overload {
  readonly clock = new VirtualClock();
  readonly #engine: SimulatedEngine;
  readonly #loop: Loop;
  readonly #passes: { readonly atMs: number; readonly wallMs: number }[] = [];
  readonly #ends = new Map<string, number>();
  #count = 0;

  constructor({ sequences, completions, summaries, policy = punctual, waitingMax = 64 }: OverloadOptions) {
    this.#engine = new SimulatedEngine({
      clock: this.clock,
      seed: 1,
      planStep: policy.planStep,
      script: ({ prompt }) => this.#script(prompt.kind === 'chat' ? prompt.user : prompt.prefix),
    });
    const knowledge = plainKnowledge({
      costs: () => costs,
      prefillTokens: ({ prompt }) => lengthsOf(prompt.kind === 'chat' ? prompt.user : prompt.prefix).promptTokens,
    });
    this.#loop = new Loop(this.#engine, {
      now: () => this.clock.now(),
      timer: (ms, callback) => this.clock.at(this.clock.now() + ms, callback),
      specOf: (id) => ({ id, file: `/models/${id}.gguf`, sequences, contextTokens: 4_096, threads: 1 }),
      scheduler: { policy, knowledge, waitingMax },
    });
    this.#loop.onPass(({ wallMs }) => this.#passes.push({ atMs: this.clock.now(), wallMs }));
    this.#engine.onEvent((event) => {
      if (event.kind === 'ended' && event.outcome.kind === 'finished') this.#ends.set(event.id, this.clock.now());
    });
    if (completions !== undefined) this.#repeat(completions, 'completion');
    if (summaries !== undefined) this.#repeat(summaries, 'summarize');
  }

  /** Answers that ended so far. */
  get finished(): number {
    return this.#ends.size;
  }

  /** Share of the time until now in which a pass ran. */
  get busyShare(): number {
    return this.#passes.reduce((sum, { wallMs }) => sum + wallMs, 0) / this.clock.now();
  }

  get longestPassMs(): number {
    return this.#passes.reduce((longest, { wallMs }) => Math.max(longest, wallMs), 0);
  }

  /** Submits a task now. @returns when it ended, in ms after now; undefined if it has not. */
  submit(
    taskClass: TaskSpec['class'],
    { promptTokens, answerTokens, targetMs }: Omit<Stream, 'everyMs'>,
  ): () => number | undefined {
    this.#count += 1;
    const arrivalMs = this.clock.now();
    const text = `${promptTokens} ${answerTokens} ${this.#count}`;
    const prompt =
      taskClass === 'completion'
        ? ({ kind: 'infill', prefix: text, suffix: '' } as const)
        : ({ kind: 'chat', user: text } as const);
    const sla = { kind: taskClass === 'completion' ? 'ttft' : 'e2e', targetMs } as const;
    const limits = { maxTokens: answerTokens, stop: [] };
    const { id } = this.#loop.submit({ class: taskClass, sla, arrivalMs, model: 'm', prompt, limits });
    return () => {
      const endMs = this.#ends.get(id);
      return endMs === undefined ? undefined : endMs - arrivalMs;
    };
  }

  #repeat(stream: Stream, taskClass: TaskSpec['class']): void {
    this.submit(taskClass, stream);
    this.clock.at(this.clock.now() + stream.everyMs, () => this.#repeat(stream, taskClass));
  }

  /** Every prompt is a new one, so that nothing is reused. */
  #script(text: string): { promptTokens: number[]; answerTokens: number[] } {
    const { promptTokens, answerTokens } = lengthsOf(text);
    const id = Number(text.split(' ')[2]);
    return {
      promptTokens: Array.from({ length: promptTokens }, (_, index) => 10_000 * id + 1_000 + index),
      answerTokens: Array.from({ length: answerTokens }, (_, index) => 10 + index),
    };
  }
}

function lengthsOf(text: string): Lengths {
  const [promptTokens = 0, answerTokens = 0] = text.split(' ').map(Number);
  return { promptTokens, answerTokens };
}
