import { describe, expect, it } from 'vitest';
import { policyNamed } from '../../../runtime/core/policies/index.ts';
import { staticPolicy } from '../../../runtime/core/policies/static.ts';
import type { Room, Work } from '../../../runtime/core/policy.ts';

const room: Room = {
  sequences: 3,
  limits: { chunkTokens: 64, decodeSequences: 3, passMsMax: 1_000 },
  costs: { prefillMs: () => 1, decodeMs: () => 1 },
  demand: { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 },
};

function work(id: string, arrivalMs: number, deadlineMs: number): Work {
  return {
    id,
    class: 'summarize',
    promise: 'e2e',
    arrivalMs,
    deadlineMs,
    prefillTokens: 0,
    decodeTokens: 1,
    contextTokens: 0,
    maxTokens: 1,
    relegated: false,
  };
}

/** Ids in the order in which they start, none of them ending. */
function started(sequences: number): string[] {
  const tasks = staticPolicy(sequences).newTaskPolicy();
  for (const [id, arrivalMs, deadlineMs] of [
    ['late', 3, 4],
    ['first', 1, 900],
    ['second', 2, 5],
    ['last', 4, 5],
  ] as const)
    tasks.add(work(id, arrivalMs, deadlineMs), arrivalMs);
  const running: Work[] = [];
  for (let next = tasks.next(running, room, 5); next !== undefined; next = tasks.next(running, room, 5)) {
    tasks.remove(next.id);
    running.push(next);
  }
  return running.map(({ id }) => id);
}

describe('a fixed number of sequences', () => {
  it('when more tasks wait, then the first to come start, whatever their deadlines', () => {
    expect(started(2)).toEqual(['first', 'second']);
  });

  it('when the machine has fewer sequences, then no more than those', () => {
    expect(started(10)).toEqual(['first', 'second', 'late']);
  });

  it('when it is asked for by name, then the number is read from it', () => {
    expect(policyNamed('static:8')?.name).toBe('static:8');
    expect(policyNamed('static:0')).toBeUndefined();
    expect(policyNamed('static:1000')).toBeUndefined();
  });
});
