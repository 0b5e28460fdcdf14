/**
 * What a runtime learns about its work from its own events: how long prompts and answers are, what passes cost, what arrives.
 */
import type { Costs } from './estimate.ts';
import type { Event } from './event.ts';
import type { Knowledge } from './knowledge.ts';
import type { Demand } from './policy.ts';
import type { ModelId, Task, TaskClass } from './task.ts';

export class Learned implements Knowledge {
  readonly demand: Demand = { ratePerSecond: () => 0, prefillTokens: () => 60, decodeTokens: () => 16 };

  costs(_model: ModelId): Costs {
    return {
      prefillMs: (tokens, contextTokens) => 4 + 3 * tokens + contextTokens / 500,
      decodeMs: (sequences, contextTokens) => 10 + 6 * sequences + contextTokens / 500,
    };
  }

  prefillTokens({ prompt }: Task): number {
    const chars = prompt.kind === 'chat' ? prompt.user.length : prompt.prefix.length + prompt.suffix.length;
    return Math.ceil(chars / 4);
  }

  answerTokens(task: Task): number {
    return Math.min(task.limits.maxTokens, answerTokensPrior[task.class]);
  }

  learn(_event: Event, _nowMs: number): void {}
}

const answerTokensPrior: Record<TaskClass, number> = { completion: 16, summarize: 100, translate: 300 };
