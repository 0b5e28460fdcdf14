/**
 * Tasks by the million for the scheduler's own cost: completions of documents that somebody edits, summaries and translations. Made
 * from a seed; nothing here is measured.
 */
import type { Prompt, Task, TaskClass } from '../../core/task.ts';
import { integer, pick, type Random } from '../random.ts';

export const model = 'm';

/** What somebody edits: its text stands for every document, and a prompt is a part of it. */
const documentText = Array.from({ length: 400 }, (_, line) => `  const value${line} = of(${line});\n`).join('');

const languages = ['python', 'java', 'go', 'typescript'] as const;

export interface Mix {
  /** Share of the tasks that are completions; of the others, every second one is a translation. */
  readonly completions: number;
  /** Documents that completions are asked for in; a newer one of the same document replaces the older. */
  readonly documents: number;
  /** Promised times in ms, between which targets are drawn evenly in the logarithm. */
  readonly ttftMs: readonly [number, number];
  readonly e2eMs: readonly [number, number];
}

/** Numbered, so that one seed gives one list of tasks. */
export class Traffic {
  readonly #random: Random;
  readonly #mix: Mix;
  #count = 0;

  constructor(random: Random, mix: Mix) {
    this.#random = random;
    this.#mix = mix;
  }

  /** Of the mix. */
  next(nowMs: number): Task {
    if (this.#random() < this.#mix.completions) return this.completion(nowMs);
    return this.#background(nowMs, this.#random() < 0.5 ? 'summarize' : 'translate');
  }

  /** Of the given document, or of any. */
  completion(nowMs: number, supersedeKey = `d${integer(this.#random, 0, this.#mix.documents)}`): Task {
    const end = integer(this.#random, 800, 3_000);
    const prompt: Prompt = { kind: 'infill', prefix: documentText.slice(0, end), suffix: '' };
    return { ...this.#task(nowMs, 'completion', prompt, 64), supersedeKey };
  }

  #background(nowMs: number, taskClass: Exclude<TaskClass, 'completion'>): Task {
    const prompt: Prompt = { kind: 'chat', user: documentText.slice(0, integer(this.#random, 600, 4_000)) };
    return this.#task(nowMs, taskClass, prompt, taskClass === 'summarize' ? 256 : 1_024);
  }

  #task(nowMs: number, taskClass: TaskClass, prompt: Prompt, maxTokens: number): Task {
    const kind = taskClass === 'completion' ? 'ttft' : 'e2e';
    const [low, high] = kind === 'ttft' ? this.#mix.ttftMs : this.#mix.e2eMs;
    return {
      id: `t${this.#count++}`,
      class: taskClass,
      sla: { kind, targetMs: low * (high / low) ** this.#random() },
      arrivalMs: nowMs,
      model,
      prompt,
      limits: { maxTokens, stop: [] },
      language: pick(this.#random, languages),
    };
  }
}
