/** What is predicted to be left of a task when it waits again: with the cells that the engine keeps of it, and without them. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { Policy, TaskPolicy, Work } from '../../runtime/core/policy.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import { schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import { info, plainKnowledge, policyOf, translation, words } from './fixtures.ts';

const promptTokens = 150;

/** Starts whoever waits, takes the sequence back when told to, and shows what it is told of the work. */
class Spy implements TaskPolicy {
  readonly waiting = new Map<string, Work>();
  pauses = false;

  add(work: Work): void {
    this.waiting.set(work.id, work);
  }

  remove(id: string): void {
    this.waiting.delete(id);
  }

  first(): Work | undefined {
    return [...this.waiting.values()][0];
  }

  next(running: readonly Work[]): Work | undefined {
    return running.length === 0 ? [...this.waiting.values()].at(-1) : undefined;
  }

  pause(running: readonly Work[]): Work | undefined {
    return this.pauses ? running[0] : undefined;
  }
}

interface World {
  readonly spy: Spy;
  on(event: Event): string[];
}

/** A translation runs and is told to give way to another one that waits. */
function pausing(events: readonly Event[]): World {
  const spy = new Spy();
  const policy: Policy = { name: 'spy', newTaskPolicy: () => spy, planStep: policyOf('fcfs').planStep };
  const knowledge = plainKnowledge({ prefillTokens: () => promptTokens });
  const scheduler = new Scheduler({ ...schedulerDefaults, policy, knowledge });
  const on = (event: Event): string[] => words(scheduler.on(event, 0));
  const task = translation('a', { limits: { maxTokens: 64, stop: [] } });
  for (const event of [{ kind: 'submit', task }, loaded, ...events] satisfies Event[]) on(event);
  spy.pauses = true;
  on({ kind: 'submit', task: translation('b') });
  spy.pauses = false;
  return { spy, on };
}

function paused(events: readonly Event[]): World {
  const world = pausing(events);
  world.on({ kind: 'ended', id: 'a', outcome: { kind: 'cancelled', by: 'client' } });
  return world;
}

const loaded: Event = { kind: 'loaded', model: 'm', info };
const accepted: Event = { kind: 'accepted', id: 'a', promptTokens, reusedTokens: 20 };
const answered: Event = { kind: 'tokens', id: 'a', tokens: [1, 2, 3], text: 'abc' };
const chunk: Event = {
  kind: 'pass',
  pass: { model: 'm', kind: 'prefill', tokens: 64, sequences: 1, contextTokens: 20, wallMs: 64, id: 'a' },
};
const lost: Event = { kind: 'engineLost', reason: 'killed by SIGKILL' };

const whole = { prefillTokens: promptTokens + 3, contextTokens: 0, decodeTokens: 61 };

describe('the work of a task that waits again', () => {
  it('when it had begun to answer, then one token of it is left to evaluate, and the rest is held', () => {
    const { spy } = paused([accepted, answered]);
    expect(spy.waiting.get('a')).toMatchObject({
      prefillTokens: 1,
      contextTokens: promptTokens + 3,
      decodeTokens: 61,
      leastTokens: 61,
    });
  });

  it('when its prompt was not evaluated yet, then what was left of it is left', () => {
    const { spy } = paused([accepted]);
    expect(spy.waiting.get('a')).toMatchObject({ prefillTokens: promptTokens - 20, contextTokens: 20 });
  });

  it('when a part of its prompt was evaluated, then only the rest of it is left', () => {
    const { spy } = paused([accepted, chunk]);
    expect(spy.waiting.get('a')).toMatchObject({ prefillTokens: promptTokens - 20 - 64, contextTokens: 20 + 64 });
  });

  it('when its prompt was evaluated in several chunks, then its context is the same as in one', () => {
    const { spy } = paused([accepted, chunk, chunk, chunk, answered]);
    expect(spy.waiting.get('a')).toMatchObject({ prefillTokens: 1, contextTokens: promptTokens + 3 });
  });

  it('when the engine had not taken it in, then its whole prompt is left', () => {
    const { spy } = paused([]);
    expect(spy.waiting.get('a')).toMatchObject({ prefillTokens: promptTokens, contextTokens: 0 });
  });

  it('when the engine dies while it waits, then its whole prompt and its answer count again', () => {
    const { spy, on } = paused([accepted, answered]);
    on(lost);
    expect(spy.waiting.get('a')).toMatchObject(whole);
  });

  it('when its model is unloaded while it waits, then its whole prompt and its answer count again', () => {
    const { spy, on } = paused([accepted, answered]);
    on({ kind: 'unloaded', model: 'm' });
    expect(spy.waiting.get('a')).toMatchObject(whole);
  });

  it('when the engine died in which it ran, then its whole prompt and its answer count', () => {
    const { spy, on } = paused([accepted, answered]);
    on({ kind: 'ended', id: 'b', outcome: { kind: 'finished', reason: 'stop' } });
    expect(spy.waiting.has('a')).toBe(false);
    on(lost);
    expect(spy.waiting.get('a')).toMatchObject(whole);
  });

  it('when it runs again on cells that were lost, then what it had generated is evaluated too', () => {
    const { spy, on } = paused([accepted, answered]);
    const work = spy.waiting.get('a');
    on({ kind: 'ended', id: 'b', outcome: { kind: 'finished', reason: 'stop' } });
    on({ kind: 'accepted', id: 'a', promptTokens, reusedTokens: 0 });
    expect(work).toMatchObject({ prefillTokens: promptTokens + 3, contextTokens: 0 });
  });
});

describe('what the engine keeps of a paused task', () => {
  const cancel: Event = { kind: 'cancel', id: 'a' };

  it('when the task is cancelled while it waits or leaves, then the engine is told that it is of no use any more', () => {
    expect(paused([accepted, answered]).on(cancel)).toEqual(['stop a', 'settle a cancelled client']);
    expect(pausing([accepted]).on(cancel)).toEqual(['stop a', 'settle a cancelled client']);
  });

  it('when the engine has died since, then there is nothing to tell', () => {
    const { on } = paused([accepted, answered]);
    on(lost);
    expect(on(cancel)).toEqual(['settle a cancelled client']);
  });
});
