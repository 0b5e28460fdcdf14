import { describe, expect, it } from 'vitest';
import type { Arrival, Load } from '../../../runtime/bench/replay/arrivals.ts';
import { isKeepable, isPromise, type OutcomeRow, promisedMs, scoreRun } from '../../../runtime/bench/replay/score.ts';
import type { Costs } from '../../../runtime/core/estimate.ts';

const costs: Costs = { prefillMs: (tokens) => 2 * tokens, decodeMs: () => 10 };

function completion(id: string, atMs: number, more: Partial<Arrival> = {}): Arrival {
  return {
    id,
    atMs,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 1_000 },
    promptTokens: [1, 2, 3],
    answerTokens: 5,
    maxTokens: 64,
    uncachedTokens: 3,
    ...more,
  };
}

function summary(id: string, atMs: number): Arrival {
  return { ...completion(id, atMs), class: 'summarize', sla: { kind: 'e2e', targetMs: 10_000 } };
}

function row(id: string, more: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    id,
    outcome: 'finished',
    relegated: false,
    prefilledTokens: 0,
    reusedTokens: 0,
    generatedTokens: 0,
    ...more,
  };
}

describe('which requests are promises', () => {
  it('when the editor takes a completion back before its target, then it is none', () => {
    expect(isPromise(completion('a', 100, { cancelAtMs: 1_099 }))).toBe(false);
    expect(isPromise(completion('a', 100, { cancelAtMs: 1_100 }))).toBe(true);
    expect(isPromise(completion('a', 100))).toBe(true);
    expect(isPromise(summary('a', 100))).toBe(true);
  });

  it('when the own prefill takes more than 0.9 of the target, then no order can keep it', () => {
    expect(isKeepable(completion('a', 0), 900)).toBe(true);
    expect(isKeepable(completion('a', 0), 901)).toBe(false);
    expect(isKeepable(summary('a', 0), 100_000)).toBe(true);
  });
});

describe('the time of a promise', () => {
  it('when it was answered, then it is the true time, also for what was relegated', () => {
    expect(promisedMs(completion('a', 100), row('a', { firstTokenMs: 400, endMs: 900 }))).toBe(300);
    const late = row('a', { outcome: 'cancelled', relegated: true, firstTokenMs: 30_100, endMs: 30_200 });
    expect(promisedMs(completion('a', 100), late)).toBe(30_000);
    expect(promisedMs(summary('s', 100), row('s', { firstTokenMs: 400, endMs: 900 }))).toBe(800);
  });

  it('when it was rejected or never answered, then it is ten times the target', () => {
    expect(promisedMs(completion('a', 100), row('a', { outcome: 'rejected', endMs: 101 }))).toBe(10_000);
    expect(promisedMs(completion('a', 100), row('a', { outcome: 'unanswered' }))).toBe(10_000);
    expect(promisedMs(completion('a', 100), row('a', { outcome: 'cancelled', endMs: 5_000 }))).toBe(10_000);
    const half = row('s', { outcome: 'unanswered', firstTokenMs: 300, endMs: 9_000 });
    expect(promisedMs(summary('s', 100), half)).toBe(100_000);
  });
});

describe('the score of a run', () => {
  const load: Load = {
    arrivals: [
      completion('kept', 0),
      completion('late', 0),
      completion('hopeless', 0, { promptTokens: Array(600).fill(1) }),
      completion('typed over', 0, { cancelAtMs: 300 }),
      summary('in time', 0),
      summary('refused', 0),
    ],
    opens: [],
    durationMs: 2_000,
  };
  const rows = [
    row('kept', { firstTokenMs: 1_000, endMs: 1_200, prefilledTokens: 50, generatedTokens: 5 }),
    row('late', { firstTokenMs: 1_001, endMs: 1_500, generatedTokens: 5 }),
    row('hopeless', {
      outcome: 'unanswered',
      relegated: true,
      prefilledTokens: 70,
      reusedTokens: 0,
      generatedTokens: 0,
    }),
    row('typed over', { outcome: 'cancelled', endMs: 300, prefilledTokens: 100, reusedTokens: 90, generatedTokens: 4 }),
    row('in time', { firstTokenMs: 500, endMs: 10_000, generatedTokens: 80 }),
    row('refused', { outcome: 'rejected', endMs: 1 }),
  ];
  const score = scoreRun(load, rows, costs);

  it('when promises are counted, then those nobody can keep are in the second table only', () => {
    expect(score.keepable).toEqual({ promises: 4, kept: 2, share: 0.5, keptPerSecond: 1 });
    expect(score.all).toEqual({ promises: 5, kept: 2, share: 0.4, keptPerSecond: 1 });
    expect(score.classes.completion.keepable).toMatchObject({ promises: 2, kept: 1 });
    expect(score.classes.summarize.all).toMatchObject({ promises: 2, kept: 1 });
    expect(score.classes.translate.all.promises).toBe(0);
  });

  it('when tails are read, then they are over every promise, or over those that some order can keep', () => {
    expect(score.keepableTtft.p95).toBeCloseTo(1_000.95, 6);
    expect(score.ttft.p50).toBe(1_001);
    expect(score.ttft.p95).toBeCloseTo(1_001 + 0.9 * (10_000 - 1_001), 6);
    expect(score.e2e.p50).toBe((10_000 + 100_000) / 2);
    expect(score.classes.completion.time).toEqual(score.ttft);
  });

  it('when tokens are wasted, then on what did not finish, less what was reused', () => {
    expect(score.wastedTokens).toBe(70 + 100 - 90 + 4);
    expect(score.finishedCompletions).toBe(2);
    expect(score.wastedPerFinishedCompletion).toBe(42);
    expect([score.relegated, score.rejected]).toEqual([1, 1]);
  });

  it('when a row is missing, doubled or of another load, then it refuses', () => {
    expect(() => scoreRun(load, rows.slice(1), costs)).toThrow('5 rows of 5 requests, but 6 arrived');
    expect(() => scoreRun(load, [...rows.slice(1), row('late')], costs)).toThrow('6 rows of 5 requests');
    expect(() => scoreRun(load, [...rows.slice(1), row('stranger')], costs)).toThrow('Nothing is reported of "kept"');
  });
});
