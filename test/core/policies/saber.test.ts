import { beforeEach, describe, expect, it } from 'vitest';
import { saberPolicy } from '../../../runtime/core/policies/saber.ts';
import type { Room, TaskPolicy, Work } from '../../../runtime/core/policy.ts';

/** 100 tokens per second shared by all: v(L) = 100 / L. */
const room: Room = {
  sequences: 100,
  limits: { chunkTokens: 64, decodeSequences: 100, passMsMax: 1_000 },
  costs: { prefillMs: () => 0, decodeMs: (sequences) => 10 * sequences },
  demand: { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 },
};

/** A request that requires `speed` tokens per second at time 0. */
function requires(id: string, speed: number): Work {
  return {
    id,
    class: 'summarize',
    promise: 'e2e',
    arrivalMs: 0,
    deadlineMs: 10_000,
    prefillTokens: 0,
    decodeTokens: 1,
    contextTokens: 0,
    maxTokens: speed * 10,
    relegated: false,
  };
}

describe("SABER's rules", () => {
  let tasks: TaskPolicy;
  let running: Work[];

  beforeEach(() => {
    tasks = saberPolicy().newTaskPolicy();
    running = [];
  });

  function started(nowMs: number): string[] {
    const ids: string[] = [];
    for (let work = tasks.next(running, room, nowMs); work !== undefined; work = tasks.next(running, room, nowMs)) {
      tasks.remove(work.id);
      running.push(work);
      ids.push(work.id);
    }
    return ids;
  }

  it('when the shared speed is still what the newcomer requires, then it is admitted, and no more are', () => {
    for (const id of ['a', 'b', 'c', 'd']) tasks.add(requires(id, 30), 0);
    expect(started(0)).toHaveLength(3);
  });

  it('when an active request would be too slow, then a newcomer waits though it could be on time itself', () => {
    tasks.add(requires('fast', 60), 0);
    expect(started(0)).toEqual(['fast']);
    tasks.add(requires('slow', 10), 0);
    expect(started(0)).toEqual([]);
  });

  it('when time has passed, then an active request still requires what it did when it was admitted', () => {
    tasks.add(requires('early', 50), 0);
    started(0);
    for (const id of ['x', 'y']) tasks.add(requires(id, 1), 5_000);
    expect(started(5_000)).toHaveLength(1);
  });

  it('when no speed can save a request, then it runs only when nothing else waits or runs', () => {
    tasks.add(requires('hopeless', 101), 0);
    tasks.add(requires('fine', 20), 0);
    expect(started(0)).toEqual(['fine']);
    running.length = 0;
    expect(started(0)).toEqual(['hopeless']);
  });

  it('when a request stands behind the window, then it is not looked at', () => {
    tasks = saberPolicy({ window: 2 }).newTaskPolicy();
    tasks.add(requires('running', 40), 0);
    expect(started(0)).toEqual(['running']);
    for (const [id, speed] of [
      ['x', 90],
      ['y', 90],
      ['z', 10],
    ] as const)
      tasks.add(requires(id, speed), 0);
    expect(started(0)).toEqual([]);
    tasks.remove('x');
    expect(started(0)).toEqual(['z']);
  });

  it('when the seed is the same, then so is the order, and it is not the order of arrival', () => {
    const orders = [1, 1, 2, 3, 4].map((seed) => {
      tasks = saberPolicy({ seed }).newTaskPolicy();
      running = [];
      for (let index = 0; index < 10; index += 1) tasks.add(requires(String(index), 1), 0);
      return started(0).join();
    });
    expect(orders[0]).toBe(orders[1]);
    expect(new Set(orders).size).toBe(4);
  });
});
