import { describe, expect, it } from 'vitest';
import { PunctualTasks } from '../../../runtime/core/policies/punctual.ts';
import { allMechanisms } from '../../../runtime/core/policies/punctual-options.ts';
import type { Room, Work } from '../../../runtime/core/policy.ts';

const room: Room = {
  sequences: 1,
  limits: { chunkTokens: 64, decodeSequences: 1, passMsMax: Number.POSITIVE_INFINITY },
  costs: { prefillMs: (tokens) => 3 * tokens, decodeMs: (sequences) => 15 * sequences },
  demand: { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 },
};

function work(id: string, promise: 'ttft' | 'e2e', targetMs: number): Work {
  return {
    id,
    class: promise === 'ttft' ? 'completion' : 'summarize',
    promise,
    arrivalMs: 0,
    deadlineMs: targetMs,
    prefillTokens: 20,
    decodeTokens: 50,
    contextTokens: 0,
    maxTokens: 100,
    relegated: false,
  };
}

describe('a model with one sequence', () => {
  it('when a completion comes while a summary has it, then the summary pauses and keeps its promise', () => {
    const tasks = new PunctualTasks(allMechanisms);
    const summary = work('summary', 'e2e', 20_000);
    tasks.add(work('completion', 'ttft', 500));
    expect(tasks.next([summary], room, 0)).toBeUndefined();
    expect(tasks.pause([summary], room, 0)).toBe(summary);
    expect(summary.relegated).toBe(false);
    expect(tasks.next([], room, 0)?.id).toBe('completion');
  });

  it('when a summary comes while a translation has it that is late already, then the translation pauses', () => {
    const tasks = new PunctualTasks(allMechanisms);
    const late = { ...work('translation', 'e2e', 1_000), decodeTokens: 2_000, relegated: true };
    tasks.add(work('summary', 'e2e', 10_000));
    expect(tasks.next([late], room, 2_000)).toBeUndefined();
    expect(tasks.pause([late], room, 2_000)).toBe(late);
    expect(tasks.next([], room, 2_000)?.id).toBe('summary');
  });

  it('when a second completion comes, then the first one keeps the sequence', () => {
    const tasks = new PunctualTasks(allMechanisms);
    tasks.add(work('second', 'ttft', 500));
    const first = work('first', 'ttft', 400);
    expect(tasks.next([first], room, 0)).toBeUndefined();
    expect(tasks.pause([first], room, 0)).toBeUndefined();
  });
});
