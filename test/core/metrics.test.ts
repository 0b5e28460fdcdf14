import { describe, expect, it } from 'vitest';
import { isDecided, Metrics, promiseKept, quantiles } from '../../runtime/core/metrics.ts';
import type { Outcome, Task, TaskError } from '../../runtime/core/task.ts';
import { heapBytes } from '../collect.ts';

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

describe('what was settled', () => {
  it('when it counts for the figures, then its prompt is not kept with it: that is source text', async () => {
    const metrics = new Metrics(1_000);
    const settled = (): WeakRef<Task> => {
      const done = task({ kind: 'ttft', targetMs: 100 });
      metrics.add({ task: done, outcome: finished, ttftMs: 1, e2eMs: 2, atMs: 0 });
      return new WeakRef(done);
    };
    const done = settled();
    // A weak reference holds until the turn is over.
    await new Promise(setImmediate);
    heapBytes();
    expect(done.deref()).toBeUndefined();
    expect(metrics.ofClass('completion', 0)).toMatchObject({ finished: 1, kept: 1 });
  });
});

describe('whether a promise counts', () => {
  const ttft = task({ kind: 'ttft', targetMs: 100 });
  const e2e = task({ kind: 'e2e', targetMs: 100 });
  const givenUp: Outcome = { kind: 'cancelled', by: 'superseded' };
  const failed = (code: TaskError['code']): Outcome => ({ kind: 'failed', error: { code, message: 'x' } });

  it.each<[string, Parameters<typeof isDecided>[0], boolean]>([
    ['it was given up before its time was over', { task: ttft, outcome: givenUp, e2eMs: 99 }, false],
    ['it was given up later, without a token', { task: ttft, outcome: givenUp, e2eMs: 101 }, true],
    [
      'its first token was in time and it was given up later',
      { task: ttft, outcome: givenUp, ttftMs: 9, e2eMs: 900 },
      false,
    ],
    ['its first token was late and it was given up', { task: ttft, outcome: givenUp, ttftMs: 101, e2eMs: 102 }, true],
    ['it was promised an end and given up after it', { task: e2e, outcome: givenUp, ttftMs: 9, e2eMs: 101 }, true],
    ['the engine was lost', { task: e2e, outcome: failed('engineLost'), e2eMs: 1 }, true],
    ['there was no room', { task: e2e, outcome: failed('queueFull'), e2eMs: 0 }, true],
    ['it asked for what cannot be done', { task: e2e, outcome: failed('chatUnsupported'), e2eMs: 1 }, false],
    ['its prompt was too long', { task: e2e, outcome: failed('promptTooLong'), e2eMs: 1 }, false],
    [
      'its model could not be loaded, however late',
      { task: e2e, outcome: failed('modelUnavailable'), e2eMs: 999 },
      false,
    ],
    ['it was answered late', { task: e2e, outcome: finished, e2eMs: 101 }, true],
  ])('when %s, then that is decided', (_, settled, counts) => {
    expect(isDecided(settled)).toBe(counts);
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
      decided: 1,
      superseded: 1,
      cancelled: 0,
      failed: 0,
      refused: 0,
      ttftMs: { p50: 50, p95: 50 },
      e2eMs: { p50: 60, p95: 60 },
    });
  });

  it('when a prompt is refitted or a model does not load, then the answer counts, the failed load as failed, and the attempt not at all', () => {
    const metrics = new Metrics(1_000);
    const e2e = task({ kind: 'e2e', targetMs: 100 });
    const add = (outcome: Outcome): void => metrics.add({ task: e2e, outcome, e2eMs: 90, atMs: 1 });
    const failed = (code: TaskError['code']): Outcome => ({ kind: 'failed', error: { code, message: 'x' } });
    add(failed('promptTooLong'));
    add(finished);
    expect(metrics.ofClass('completion', 1)).toMatchObject({ finished: 1, kept: 1, decided: 1, failed: 0, refused: 0 });
    add(failed('modelUnavailable'));
    expect(metrics.ofClass('completion', 1)).toMatchObject({ kept: 1, decided: 1, failed: 1, refused: 0 });
    add(failed('queueFull'));
    add(failed('infillUnsupported'));
    expect(metrics.ofClass('completion', 1)).toMatchObject({ kept: 1, decided: 2, failed: 1, refused: 2 });
    add(failed('engineLost'));
    expect(metrics.ofClass('completion', 1)).toMatchObject({ kept: 1, decided: 3, failed: 2, refused: 2 });
  });

  it('when more tasks settle in the window than are remembered, then the oldest leave', () => {
    const metrics = new Metrics(1_000);
    const settled = { task: task({ kind: 'ttft', targetMs: 100 }), outcome: finished, atMs: 1 };
    metrics.add({ ...settled, e2eMs: 900 });
    for (let count = 0; count < 2_000; count++) metrics.add({ ...settled, e2eMs: 10 });
    expect(metrics.ofClass('completion', 1)).toMatchObject({ finished: 2_000, kept: 2_000 });
  });

  it('when there are values, then quantiles are values that occurred', () => {
    expect(quantiles([])).toBeUndefined();
    expect(quantiles([4, 1, 3, 2])).toEqual({ p50: 2, p95: 4 });
    expect(quantiles(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ p50: 50, p95: 95 });
  });
});
