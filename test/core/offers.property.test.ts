/** Any course of events: who is asked, whose answer counts, and that nobody waits for ever because of a question. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Event } from '../../runtime/core/event.ts';
import type { Task, TaskId } from '../../runtime/core/task.ts';
import { translation } from './fixtures.ts';
import { scheduler } from './machine.ts';
import { ended, loaded, submit } from './scheduler-steps.ts';

const models = ['small', 'middle', 'large'] as const;

const anyAction = fc.record({
  what: fc.constantFrom(
    'submit',
    'submit',
    'submit',
    'engine',
    'engine',
    'engine',
    'answer',
    'answer',
    'cancel',
    'die',
  ),
  ms: fc.constantFrom(0, 1, 40, 700, 3_000, 20_000),
  pick: fc.nat(1_000),
  substitution: fc.constantFrom('never', 'ask', 'ask', 'ask', 'automatically'),
});
type Action = typeof anyAction extends fc.Arbitrary<infer T> ? T : never;

interface Known {
  readonly task: Task;
  /** By whom it is to be answered. */
  model: string;
  state: 'waiting' | 'inside' | 'settled';
}

/** Performs effects on what should be true, and complains when they do not fit. */
class World {
  readonly log: { readonly event: Event; readonly nowMs: number; readonly effects: readonly Effect[] }[] = [];
  readonly tasks = new Map<TaskId, Known>();
  /** The model on offer, by task. */
  readonly standing = new Map<TaskId, string>();
  readonly ready = new Set<string>();
  /** What the engine has yet to answer. */
  readonly pending: Event[] = [];
  nowMs = 0;
  asked = 0;
  taken = 0;
  readonly #scheduler = newMachine();

  on(event: Event): void {
    const taken = event.kind === 'offerAnswered' ? this.#answered(event) : undefined;
    this.#before(event);
    const effects = this.#scheduler.on(event, this.nowMs);
    this.log.push({ event, nowMs: this.nowMs, effects });
    const moved = effects.flatMap((effect) => (effect.kind === 'substitute' ? [effect.id] : []));
    for (const id of moved) {
      const { substitution } = this.#get(id).task;
      expect(substitution).not.toBe('never');
      if (substitution === 'ask') expect(id, 'the asker has agreed').toBe(taken);
    }
    if (taken !== undefined) expect(moved).toContain(taken);
    for (const effect of effects) this.#perform(effect);
    for (const [id, by] of this.standing) {
      const { state, model } = this.#get(id);
      expect({ state, own: this.ready.has(model), other: this.ready.has(by) }, `the question about ${id}`).toEqual({
        ...{ state: 'waiting', own: false, other: true },
      });
    }
  }

  /** @returns the task that is to be answered by another model for it. */
  #answered({ id, by }: Extract<Event, { kind: 'offerAnswered' }>): TaskId | undefined {
    const offered = this.standing.get(id);
    if (offered === undefined || (by !== undefined && by !== offered)) return undefined;
    this.standing.delete(id);
    this.taken += Number(by !== undefined);
    return by === undefined ? undefined : id;
  }

  #before(event: Event): void {
    if (event.kind === 'submit')
      this.tasks.set(event.task.id, { task: event.task, model: event.task.model, state: 'waiting' });
    if (event.kind === 'loaded') this.ready.add(event.model);
    if (event.kind !== 'engineLost') return;
    this.ready.clear();
    this.pending.length = 0;
    for (const known of this.tasks.values()) if (known.state === 'inside') known.state = 'waiting';
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'offer': {
        const { task, state, model } = this.#get(effect.id);
        expect({ state, substitution: task.substitution }).toEqual({ state: 'waiting', substitution: 'ask' });
        expect(this.standing.has(effect.id), 'he is asked already').toBe(false);
        expect(effect.by).not.toBe(model);
        expect(effect.waitMs).toBeGreaterThanOrEqual(0);
        this.standing.set(effect.id, effect.by);
        this.asked += 1;
        return;
      }
      case 'withdraw':
        expect(this.standing.delete(effect.id), 'only a question that stands is withdrawn').toBe(true);
        return;
      case 'substitute':
        this.#get(effect.id).model = effect.by;
        return;
      case 'start':
        this.#get(effect.task.id).state = 'inside';
        this.pending.push(ended(effect.task.id));
        return;
      case 'settle':
        expect(this.#get(effect.id).state, `${effect.id} is answered once`).not.toBe('settled');
        this.#get(effect.id).state = 'settled';
        return;
      case 'load':
        this.pending.push(loaded(effect.model));
        return;
      case 'unload':
        this.ready.delete(effect.model);
        this.pending.push({ kind: 'unloaded', model: effect.model });
        return;
      default:
    }
  }

  #get(id: TaskId): Known {
    const known = this.tasks.get(id);
    if (known === undefined) throw new Error(`Nobody asked for ${id}.`);
    return known;
  }
}

function newMachine() {
  return scheduler({ gigabytes: { small: 1, middle: 3, large: 6 }, budget: 7.5, residency: { standInLeadMs: 1_000 } });
}

function eventOf({ what, pick, substitution }: Action, world: World): Event | undefined {
  const some = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)];
  const anyId = some([...world.tasks.keys()]) ?? 'nobody';
  switch (what) {
    case 'submit': {
      const sla = { kind: 'e2e', targetMs: 200 + 5 * pick } as const;
      const model = some(models) ?? 'small';
      const id = `t${world.tasks.size}`;
      return submit(translation(id, { model, sla, substitution, arrivalMs: world.nowMs }));
    }
    case 'engine':
      return world.pending.splice(pick % Math.max(1, world.pending.length), 1)[0];
    case 'answer': {
      // Mostly to what was asked, and else whatever anybody might say.
      const id = pick % 4 === 0 ? anyId : (some([...world.standing.keys()]) ?? anyId);
      const offered = world.standing.get(id) ?? some(models);
      return { kind: 'offerAnswered', id, by: pick % 3 === 0 ? undefined : pick % 7 === 0 ? 'large' : offered };
    }
    case 'cancel':
      return { kind: 'cancel', id: anyId };
    case 'die':
      return pick % 5 === 0 ? { kind: 'engineLost', reason: 'killed' } : undefined;
    default:
      return what satisfies never;
  }
}

function run(actions: readonly Action[]): World {
  const world = new World();
  for (const action of actions) {
    world.nowMs += action.ms;
    const event = eventOf(action, world);
    if (event !== undefined) world.on(event);
  }
  return world;
}

const anyActions = fc.array(anyAction, { minLength: 20, maxLength: 80 });

describe('questions to askers', () => {
  it('when anything happens, then only who wants to be is asked, an answer counts while its question stands, and all come to their end', () => {
    const seen = { asked: 0, taken: 0 };
    fc.assert(
      fc.property(anyActions, (actions) => {
        const world = run(actions);
        for (
          let looks = 0;
          looks < 400 && [...world.tasks.values()].some(({ state }) => state !== 'settled');
          looks++
        ) {
          world.nowMs += 500;
          world.on(world.pending.shift() ?? { kind: 'wake' });
        }
        expect([...world.tasks.values()].filter(({ state }) => state !== 'settled')).toEqual([]);
        expect(world.standing.size).toBe(0);
        seen.asked += world.asked;
        seen.taken += world.taken;
      }),
      { numRuns: 300 },
    );
    // That it was about something.
    expect(seen.asked).toBeGreaterThan(40);
    expect(seen.taken).toBeGreaterThan(5);
  });

  it('when the same happens again, then the same effects follow', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const { log } = run(actions);
        const again = newMachine();
        for (const { event, nowMs, effects } of log) expect(again.on(event, nowMs)).toEqual(effects);
      }),
      { numRuns: 50 },
    );
  });
});
