import { describe, expect, it } from 'vitest';
import { Metrics, promiseKept, quantiles } from '../../runtime/core/metrics.ts';
import type { Outcome, Task } from '../../runtime/core/task.ts';

const finished: Outcome = { kind: 'finished', reason: 'stop' };

function task(sla: Task['sla']): Task {
  const prompt = { kind: 'infill', prefix: '', suffix: '' } as const;
  return { id: 't', class: 'completion', sla, arrivalMs: 0, model: 'm', prompt, limits: { maxTokens: 1, stop: [] } };
}

describe('a promise', () => {
  it('when it is TTFT, then the first token counts and the end does not', () => {
    const ttft = task({ kind: 'ttft', targetMs: 100 });
    expect(promiseKept({ task: ttft, outcome: finished, ttftMs: 100, e2eMs: 900 })).toBe(true);
    expect(promiseKept({ task: ttft, outcome: finished, ttftMs: 101, e2eMs: 102 })).toBe(false);
    expect(promiseKept({ task: ttft, outcome: finished, e2eMs: 50 })).toBe(true);
  });

  it('when it is E2E, then the end counts', () => {
    expect(promiseKept({ task: task({ kind: 'e2e', targetMs: 100 }), outcome: finished, ttftMs: 1, e2eMs: 101 })).toBe(
      false,
    );
  });

  it('when the task failed or was cancelled, then nothing was kept', () => {
    const outcome: Outcome = { kind: 'cancelled', by: 'client' };
    expect(promiseKept({ task: task({ kind: 'ttft', targetMs: 100 }), outcome, ttftMs: 1, e2eMs: 2 })).toBe(false);
  });
});

describe('figures', () => {
  it('when tasks settled before the window, then they no longer count', () => {
    const metrics = new Metrics(1_000);
    const ttft = task({ kind: 'ttft', targetMs: 100 });
    metrics.add({ task: ttft, outcome: finished, ttftMs: 500, e2eMs: 600, atMs: 100 });
    metrics.add({ task: ttft, outcome: finished, ttftMs: 50, e2eMs: 60, atMs: 1_500 });
    metrics.add({ task: ttft, outcome: { kind: 'cancelled', by: 'superseded' }, e2eMs: 60, atMs: 1_500 });
    expect(metrics.ofClass('completion', 2_000)).toEqual({
      class: 'completion',
      finished: 1,
      kept: 1,
      superseded: 1,
      cancelled: 0,
      failed: 0,
      ttftMs: { p50: 50, p95: 50 },
      e2eMs: { p50: 60, p95: 60 },
    });
  });

  it('when there are values, then quantiles are values that occurred', () => {
    expect(quantiles([])).toBeUndefined();
    expect(quantiles([4, 1, 3, 2])).toEqual({ p50: 2, p95: 4 });
    expect(quantiles(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ p50: 50, p95: 95 });
  });
});
