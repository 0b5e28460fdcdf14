import { describe, expect, it } from 'vitest';
import type { Costs } from '../../../runtime/core/estimate.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import { areOneWhole, lostWholes, wholeLeastMs, wholeSoloMs } from '../../../runtime/core/policies/punctual-whole.ts';
import type { Room, Work } from '../../../runtime/core/policy.ts';
import type { Rest } from '../../../runtime/core/workflow/rest.ts';
import { work } from '../fixtures.ts';

/** A prompt takes 1 ms a token; a pass 10 ms and 1 ms more for each further sequence, so 3.25 ms a token in a batch of four. */
const costs: Costs = { prefillMs: (tokens) => tokens, decodeMs: (sequences) => 9 + sequences };

const room: Room = {
  sequences: 8,
  limits: { chunkTokens: 64, decodeSequences: 8, passMsMax: 1_000 },
  costs,
  demand: { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 },
};

function rest(workflow: string, deadlineMs: number, decodeTokens: number, fields: Partial<Rest> = {}): Rest {
  return { workflow, deadlineMs, prefillTokens: 0, decodeTokens, leastTokens: decodeTokens, sideBySide: 1, ...fields };
}

const ids = (works: readonly Work[]): string[] => works.map(({ id }) => id);

describe('the workflow behind a call', () => {
  it('when it is a task of its own, then only its own time counts', () => {
    expect(wholeSoloMs(work('a'), room)).toBe(1_000);
  });

  it('when others follow, then theirs counts too, in the best batch that they may come in', () => {
    const followed = work('a', {
      leastTokens: 50,
      rest: rest('w', 10_000, 200, { prefillTokens: 64, leastTokens: 100 }),
    });
    expect(wholeSoloMs(followed, room)).toBe(1_000 + 64 + 2_000);
    expect(wholeLeastMs(followed, room)).toBe(500 + 64 + 1_000);
    const together = work('a', { rest: rest('w', 10_000, 200, { sideBySide: 4 }) });
    expect(wholeSoloMs(together, room)).toBe(1_000 + 650);
  });

  it('when two calls name one workflow, then they are one; tasks of their own never are', () => {
    const [a, b] = [work('a', { rest: rest('w', 1, 1) }), work('b', { rest: rest('w', 1, 0) })];
    expect(areOneWhole(a, b)).toBe(true);
    expect(areOneWhole(a, work('c', { rest: rest('v', 1, 1) }))).toBe(false);
    expect(areOneWhole(work('d'), work('e'))).toBe(false);
  });
});

describe('the workflows that are given up', () => {
  // 325 ms for each 100 tokens in a batch of half the sequences, of which 0.9 counts.
  const small = work('small', { rest: rest('s', 1_000, 100) });
  const large = (deadlineMs: number): Work[] => [
    work('large 1', { decodeTokens: 200, rest: rest('l', deadlineMs, 0) }),
    work('large 2', { decodeTokens: 200, rest: rest('l', deadlineMs, 0) }),
  ];

  it('when all can be on time, then none', () => {
    expect(lostWholes([small, ...large(1_800)], room, 0)).toEqual([]);
  });

  it('when not all can, then the one with the most work, with all its calls', () => {
    expect(ids(lostWholes([small, ...large(1_700)], room, 0))).toEqual(['large 1', 'large 2']);
    expect(ids(lostWholes([...large(1_700), small], room, 0))).toEqual(['large 1', 'large 2']);
  });

  it('when several calls of one are there, then what follows them counts once', () => {
    const calls = (decodeTokens: number): Work[] => [
      work('a', { rest: rest('w', 1_800, decodeTokens + 100) }),
      work('b', { rest: rest('w', 1_800, decodeTokens) }),
    ];
    expect(lostWholes(calls(400), room, 0)).toEqual([]);
    expect(ids(lostWholes(calls(500), room, 0))).toEqual(['a', 'b']);
  });

  it('when a task of its own is there, then it counts as a workflow of one call', () => {
    const task = work('task', { deadlineMs: 900, decodeTokens: 300 });
    expect(ids(lostWholes([task, small], room, 0))).toEqual(['task']);
    expect(lostWholes([work('task', { deadlineMs: 900, decodeTokens: 100 }), small], room, 0)).toEqual([]);
  });

  it('when completions take two fifths of the device, then the rest of it is left', () => {
    const busy: Room = {
      ...room,
      demand: { ratePerSecond: () => 4, prefillTokens: () => 35, decodeTokens: () => 20 },
    };
    expect(lostWholes([small], busy, 20)).toEqual([]);
    expect(ids(lostWholes([small], busy, 30))).toEqual(['small']);
    expect(lostWholes([small], room, 30)).toEqual([]);
  });
});

describe('calls of workflows among waiting tasks', () => {
  it('when a workflow cannot be on time any more, then its calls are given up at once, all of them', () => {
    const policy = punctual.newTaskPolicy();
    const calls = ['a', 'b'].map((id) => work(id, { rest: rest('w', 10_000, 2_000) }));
    for (const call of calls) policy.add(call, 0);
    policy.next([], room, 0);
    expect(ids([policy.hopeless?.(0), policy.hopeless?.(0)].flatMap((found) => found ?? []))).toEqual(['a', 'b']);
    expect(policy.hopeless?.(0)).toBeUndefined();
  });

  it('when one call turns out to be hopeless, then one of its workflow that runs gives way too', () => {
    const policy = punctual.newTaskPolicy();
    const running = work('running', { rest: rest('w', 10_000, 800) });
    const waiting = work('waiting', { rest: rest('w', 10_000, 800) });
    policy.add(waiting, 0);
    policy.next([running], { ...room, sequences: 1 }, 0);
    expect(policy.hopeless?.(1_000)).toBeUndefined();
    expect(ids([policy.hopeless?.(2_000), policy.hopeless?.(2_000)].flatMap((found) => found ?? []))).toEqual([
      'waiting',
      'running',
    ]);
    expect(running.relegated).toBe(true);
  });

  it('when the own deadlines are the same, then the call starts first whose workflow is due first and has less left', () => {
    const policy = punctual.newTaskPolicy();
    policy.add(work('much', { rest: rest('m', 60_000, 500) }), 0);
    policy.add(work('little', { rest: rest('l', 60_000, 100) }), 0);
    expect(policy.next([], room, 0)?.id).toBe('little');
  });
});
