/** Every event in any order, with a clock that jumps: see {@link SchedulerWorld} for what has to hold after each of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { policyNames } from '../../runtime/core/policies/index.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import { isSlaSane, type Task } from '../../runtime/core/task.ts';
import { gone, policyOf, task, translation } from './fixtures.ts';
import { infoOf, replay, SchedulerWorld } from './scheduler-world.ts';

/** What happens, and a number that chooses to whom. */
const anyAction = fc.record({
  what: fc.constantFrom(
    ...(['submit', 'submit', 'submit', 'submit', 'loaded', 'loaded', 'ended', 'ended'] as const),
    ...(['tokens', 'tokens', 'accepted', 'pass', 'cancel', 'finish', 'stranger', 'wanted'] as const),
    ...(['loadFailed', 'unloaded', 'engineLost', 'wake', 'signal', 'conditions'] as const),
  ),
  pick: fc.nat(1_000),
  ms: fc.oneof(
    { weight: 9, arbitrary: fc.nat(120) },
    { weight: 1, arbitrary: fc.constantFrom(-5_000, -50, 30_000, 4_000_000) },
  ),
});

type Action = typeof anyAction extends fc.Arbitrary<infer T> ? T : never;

const finished = { kind: 'finished', reason: 'stop' } as const;
const cancelled = { kind: 'cancelled', by: 'client' } as const;

/** Ids that the scheduler has never heard of, or has forgotten. */
const stranger = 'nobody';

function newTask(world: SchedulerWorld, pick: number): Task {
  const id = `t${world.tasks.size}`;
  const model = `m${pick % 3}`;
  const targetMs = pick % 41 === 0 ? Number.NaN : pick % 37 === 0 ? -pick : 1 + 7 * pick;
  const arrivalMs = world.nowMs - (pick % 5) * 20;
  const supersedeKey = pick % 4 === 0 ? undefined : `document ${pick % 3}`;
  const common = { model, arrivalMs, limits: { maxTokens: 1 + (pick % 90), stop: [] } };
  const keyed = { ...common, ...(supersedeKey !== undefined && { supersedeKey }) };
  if (pick % 2 === 0) return task(id, { ...keyed, sla: { kind: 'ttft', targetMs } });
  const rest = pick % 7 === 0 ? keyed : common;
  return translation(id, { ...rest, class: pick % 3 ? 'translate' : 'summarize', sla: { kind: 'e2e', targetMs } });
}

/** The event of an action, or undefined when there is nobody whom it could happen to. */
function eventOf({ what, pick }: Action, world: SchedulerWorld): Event | undefined {
  const some = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)];
  const inside = some([...world.inside]);
  switch (what) {
    case 'submit':
      return { kind: 'submit', task: newTask(world, pick) };
    case 'cancel':
    case 'finish':
      return { kind: what, id: some([...world.tasks.keys()]) ?? stranger };
    case 'accepted':
      return inside === undefined
        ? undefined
        : { kind: what, id: inside, promptTokens: 1 + pick, reusedTokens: pick >> 1 };
    case 'tokens':
      return inside === undefined ? undefined : { kind: what, id: inside, tokens: [pick, pick + 1], text: 'ab' };
    case 'ended':
      if (inside === undefined) return undefined;
      return { kind: what, id: inside, outcome: world.isStopped(inside) && pick % 3 ? cancelled : finished };
    case 'stranger':
      return pick % 2 ? { kind: 'ended', id: stranger, outcome: finished } : { kind: 'cancel', id: stranger };
    case 'loaded': {
      const model = some(world.modelsIn('loading'));
      return model === undefined ? undefined : { kind: what, model, info: infoOf(model) };
    }
    case 'loadFailed': {
      const model = some(world.modelsIn('loading'));
      return model === undefined ? undefined : { kind: what, model, error: gone };
    }
    case 'unloaded': {
      const model = some(world.modelsIn('unloading'));
      return model === undefined ? undefined : { kind: what, model };
    }
    case 'wanted':
      return { kind: what, model: `m${pick % 3}` };
    case 'wake':
      return { kind: what };
    case 'conditions':
      return { kind: what, changes: { releaseAfterMs: 100 + 100 * pick } };
    case 'signal':
      return { kind: what, signal: { kind: 'languageOpened', language: `l${pick % 2}` } };
    case 'pass': {
      const pass = { model: `m${pick % 3}`, tokens: 1, sequences: 1, contextTokens: pick, wallMs: pick };
      return { kind: what, pass: { ...pass, kind: pick % 2 ? 'prefill' : 'decode' } };
    }
    case 'engineLost':
      return pick % 3 === 0 ? { kind: what, reason: 'test' } : undefined;
    default:
      return what satisfies never;
  }
}

function act(policy: Policy, actions: readonly Action[]): SchedulerWorld {
  const world = new SchedulerWorld(policy);
  for (const action of actions) {
    world.nowMs += action.ms;
    const event = eventOf(action, world);
    if (event === undefined) continue;
    world.on(event);
    if (event.kind === 'cancel') expect(world.tasks.get(event.id)?.settledTimes ?? 1).toBe(1);
    if (event.kind === 'submit' && !isSlaSane(event.task)) expect(world.in('waiting')).not.toContain(event.task.id);
  }
  return world;
}

/** The engine does all that is asked of it, so that whatever waits or runs must be answered in the end. */
function drain(world: SchedulerWorld): void {
  for (let turn = 0; turn < 200 && world.in('settled').length < world.tasks.size; turn += 1) {
    world.nowMs = Math.max(world.nowMs + 10, world.wakeMs ?? 0);
    world.wakeMs = undefined;
    world.on({ kind: 'wake' });
    for (const model of world.modelsIn('unloading')) world.on({ kind: 'unloaded', model });
    for (const model of world.modelsIn('loading')) world.on({ kind: 'loaded', model, info: infoOf(model) });
    for (const id of [...world.inside]) {
      world.on({ kind: 'ended', id, outcome: world.isStopped(id) ? cancelled : finished });
    }
  }
}

describe.each(policyNames.map((name) => name.replace('N', '2')))('the scheduler under %s, whatever happens', (name) => {
  const policy = policyOf(name);

  it('when events come in any order, then no task is lost or answered twice, and the state is right after each', () => {
    fc.assert(
      fc.property(fc.array(anyAction, { maxLength: 120, size: 'max' }), (actions) => {
        const world = act(policy, actions);
        drain(world);
        expect([...world.tasks.values()].filter(({ settledTimes }) => settledTimes !== 1)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('when the same events come again at the same times, then the same effects follow', () => {
    fc.assert(
      fc.property(fc.array(anyAction, { maxLength: 100, size: 'max' }), (actions) => {
        const { log } = act(policy, actions);
        expect(replay(policy, log)).toEqual(log.map(({ effects }) => effects));
      }),
      { numRuns: 20 },
    );
  });
});
