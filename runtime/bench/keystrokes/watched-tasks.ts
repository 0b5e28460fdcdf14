/** Tasks on their way to the loop: what was asked for, and how much of each prompt had to be evaluated. Changes nothing. */
import type { InfillPrompt } from '../../core/task.ts';
import type { TaskHandle, TaskListener, TaskSpec, Tasks } from '../../features/tasks.ts';

/** One prompt. */
export interface Prefill {
  readonly prompt: InfillPrompt;
  /** Of the request that it was asked for. */
  readonly arrivalMs: number;
  /** Evaluated while nobody waited. */
  readonly isIdle: boolean;
  /** Undefined for a task that was taken back before the engine had it. */
  promptTokens: number | undefined;
  reusedTokens: number | undefined;
}

export class WatchedTasks implements Tasks {
  readonly prefills: Prefill[] = [];
  readonly #tasks: Tasks;
  #live = 0;
  #settledAtMs = 0;

  constructor(tasks: Tasks) {
    this.#tasks = tasks;
  }

  /** Tasks that are not settled. */
  get live(): number {
    return this.#live;
  }

  /** When the last one was settled, in real ms. */
  get settledAtMs(): number {
    return this.#settledAtMs;
  }

  submit(spec: TaskSpec, listener?: TaskListener): TaskHandle {
    if (spec.prompt.kind === 'chat') throw new Error('A completion asks for no chat.');
    const prefill: Prefill = {
      prompt: spec.prompt,
      arrivalMs: spec.arrivalMs,
      isIdle: spec.idle === true,
      promptTokens: undefined,
      reusedTokens: undefined,
    };
    this.prefills.push(prefill);
    this.#live += 1;
    const handle = this.#tasks.submit(spec, listener);
    void handle.done.then(({ promptTokens, reusedTokens }) => {
      Object.assign(prefill, { promptTokens, reusedTokens });
      this.#live -= 1;
      this.#settledAtMs = performance.now();
    });
    return handle;
  }

  now(): number {
    return this.#tasks.now();
  }

  forecastTtftMs(spec: TaskSpec): number {
    return this.#tasks.forecastTtftMs(spec);
  }
}
