/** What is predicted of one task among the others of its lane. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../runtime/core/entry.ts';
import type { Costs } from '../../runtime/core/estimate.ts';
import { foresee } from '../../runtime/core/foresee.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import { fcfs } from '../../runtime/core/policies/fcfs.ts';
import type { Room } from '../../runtime/core/policy.ts';
import { task } from './fixtures.ts';

const costs: Costs = { prefillMs: (tokens) => tokens, decodeMs: () => 10 };
const demand = { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 };
const room: Room = {
  sequences: 2,
  limits: { chunkTokens: 64, decodeSequences: 2, passMsMax: Number.POSITIVE_INFINITY },
  costs,
  demand,
};

function entry(id: string, work: Partial<Entry['work']> = {}, generated: number[] = []): Entry {
  return {
    id,
    task: task(id),
    work: {
      id,
      class: 'completion',
      promise: 'ttft',
      arrivalMs: 0,
      deadlineMs: 1_000,
      prefillTokens: 100,
      decodeTokens: 5,
      contextTokens: 0,
      maxTokens: 64,
      relegated: false,
      ...work,
    },
    state: 'waiting',
    generated,
    answerTokens: certainLength(5),
    losses: 0,
    isKept: false,
  };
}

const ask = (asked: Entry, others: Entry[], nowMs = 0) =>
  foresee(asked, [...others, asked], room, fcfs.planStep, nowMs);

describe('a task is foreseen', () => {
  it('when it is alone, then its prompt and its answer take what they cost, from its arrival', () => {
    expect(ask(entry('a'), [])).toEqual({ ttftMs: 100, e2eMs: 140 });
    expect(ask(entry('a', { arrivalMs: 200 }), [], 250)).toEqual({ ttftMs: 150, e2eMs: 190 });
  });

  it('when it decodes already, then only what is left of its answer counts', () => {
    const running = entry('a', { prefillTokens: 0, contextTokens: 100, decodeTokens: 3 }, [1, 2]);
    expect(ask(running, [])).toMatchObject({ e2eMs: 30 });
  });

  it('when others are ahead of it, then it waits for them', () => {
    const alone = ask(entry('b', { arrivalMs: 1 }), [], 1);
    const behind = ask(entry('b', { arrivalMs: 1 }), [entry('a', { prefillTokens: 640 })], 1);
    expect(behind?.ttftMs).toBeGreaterThan((alone?.ttftMs ?? 0) + 600);
  });

  it('when a crowd waits that is less urgent, then its size makes no difference', () => {
    const crowd = (size: number) =>
      Array.from({ length: size }, (_, index) => entry(`c${index}`, { arrivalMs: 5, deadlineMs: 9_000 + index }));
    const running = entry('r', { prefillTokens: 0, contextTokens: 10 }, [1]);
    const asked = entry('a', { arrivalMs: 5, deadlineMs: 500 });
    expect(ask(asked, [running, ...crowd(1_000)], 5)).toEqual(ask(asked, [running, ...crowd(16)], 5));
  });

  it('when it would not end within the bound, or its figures are nonsense, then nothing is said', () => {
    expect(ask(entry('a', { prefillTokens: 1e6 }), [])).toBeUndefined();
    expect(ask(entry('a', { decodeTokens: Number.POSITIVE_INFINITY }), [])).toBeUndefined();
  });
});
