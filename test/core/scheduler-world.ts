/**
 * The scheduler between askers and an engine whose answers a test chooses: it performs every effect on a small model of what should be
 * true, and compares the two after every event.
 */
import { expect } from 'vitest';
import type { Effect, Event } from '../../runtime/core/event.ts';
import type { Policy } from '../../runtime/core/policy.ts';
import { countedHoldings } from '../../runtime/core/residency/holdings.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import type { SchedulerOptions } from '../../runtime/core/scheduler-options.ts';
import { type ModelId, type Task, type TaskId, taskClasses } from '../../runtime/core/task.ts';
import { info, plainKnowledge } from './fixtures.ts';

export const waitingMax = 6;
export const modelsMax = 2;

/** Sequences of each model that may be asked for. */
export const sequencesOf: Readonly<Record<ModelId, number>> = { m0: 1, m1: 2, m2: 5 };

interface Known {
  readonly task: Task;
  /** `pausing`: told to give up its sequence, and not out of the engine yet. */
  state: 'waiting' | 'running' | 'pausing' | 'settled';
  startedTimes: number;
  settledTimes: number;
  relegatedTimes: number;
  readonly generated: number[];
}

export class SchedulerWorld {
  readonly tasks = new Map<TaskId, Known>();
  /** Inside the engine, and not ended. */
  readonly inside = new Set<TaskId>();
  readonly models = new Map<ModelId, 'loading' | 'ready' | 'unloading'>();
  /** Everything that happened, for a replay. */
  readonly log: { readonly event: Event; readonly nowMs: number; readonly effects: readonly Effect[] }[] = [];
  nowMs = 0;
  /** When it wants to be woken; undefined when it does not. */
  wakeMs: number | undefined;
  readonly #scheduler: Scheduler;

  constructor(policy: Policy) {
    this.#scheduler = new Scheduler(optionsFor(policy));
  }

  on(event: Event): void {
    this.#before(event);
    const effects = this.#scheduler.on(event, this.nowMs);
    this.log.push({ event, nowMs: this.nowMs, effects });
    for (const effect of effects) this.#perform(effect);
    if (event.kind === 'engineLost') this.#requeueLost();
    this.#check(event);
  }

  /** Ids in a state, in order of submission. */
  in(state: Known['state']): TaskId[] {
    return [...this.tasks.values()].filter((known) => known.state === state).map(({ task }) => task.id);
  }

  /** Whether the engine was told to let it go. */
  isStopped(id: TaskId): boolean {
    return this.#known(id).state !== 'running';
  }

  modelsIn(state: 'loading' | 'ready' | 'unloading'): ModelId[] {
    return [...this.models].filter(([, is]) => is === state).map(([model]) => model);
  }

  #before(event: Event): void {
    switch (event.kind) {
      case 'submit':
        this.tasks.set(event.task.id, {
          task: event.task,
          state: 'waiting',
          startedTimes: 0,
          settledTimes: 0,
          relegatedTimes: 0,
          generated: [],
        });
        return;
      case 'tokens':
        this.tasks.get(event.id)?.generated.push(...event.tokens);
        return;
      case 'ended': {
        this.inside.delete(event.id);
        const known = this.tasks.get(event.id);
        if (known?.state === 'pausing' && event.outcome.kind === 'cancelled') this.#requeue(known);
        return;
      }
      case 'loaded':
        this.models.set(event.model, 'ready');
        return;
      case 'loadFailed':
      case 'unloaded':
        this.models.delete(event.model);
        return;
      case 'engineLost':
        this.inside.clear();
        this.models.clear();
        return;
      default:
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        return this.#start(effect);
      case 'relegate': {
        const known = this.#known(effect.id);
        expect(known.state, `${effect.id} is told that it is late before it is answered`).not.toBe('settled');
        known.relegatedTimes += 1;
        return;
      }
      case 'stop':
        return this.#stop(effect);
      case 'settle': {
        const known = this.#known(effect.id);
        known.state = 'settled';
        known.settledTimes += 1;
        expect(known.settledTimes, `${effect.id} is answered once`).toBe(1);
        return;
      }
      case 'load':
        expect(this.models.has(effect.model), `${effect.model} is not there when it is loaded`).toBe(false);
        this.models.set(effect.model, 'loading');
        return;
      case 'unload':
        expect(this.models.get(effect.model), `${effect.model} is idle when it is unloaded`).toBe('ready');
        expect([...this.inside].filter((id) => this.#known(id).task.model === effect.model)).toEqual([]);
        this.models.set(effect.model, 'unloading');
        return;
      case 'wakeAt':
        this.wakeMs = effect.atMs;
        return;
      case 'tell':
        return;
      case 'resize':
      case 'substitute':
      case 'offer':
      case 'withdraw':
      case 'readAhead':
      case 'stopReading':
        throw new Error(`Models that count as one each are all alike: nothing calls for '${effect.kind}'.`);
      default:
        effect satisfies never;
    }
  }

  /** One that was told to pause, or is paused, may be told once more, that what is kept of it is of no use. */
  #stop({ id, keep }: Extract<Effect, { kind: 'stop' }>): void {
    const known = this.#known(id);
    if (keep || known.state === 'running') {
      expect(known.state, `${id} runs when it is stopped`).toBe('running');
      expect(this.inside.has(id)).toBe(true);
      known.state = 'pausing';
    } else {
      expect(known.startedTimes, `${id} has run when what is kept of it is given up`).toBeGreaterThan(0);
      expect(['pausing', 'waiting']).toContain(known.state);
    }
  }

  #start({ task, ageMs, generated }: Extract<Effect, { kind: 'start' }>): void {
    const known = this.#known(task.id);
    expect(known.state, `${task.id} waits when it is started`).toBe('waiting');
    expect(this.models.get(task.model), `${task.model} is ready`).toBe('ready');
    expect(generated, 'it goes on after what was sent').toEqual(known.generated);
    expect(ageMs).toBe(this.nowMs - task.arrivalMs);
    known.state = 'running';
    known.startedTimes += 1;
    this.inside.add(task.id);
  }

  /** What was not settled by the death of the engine waits for the next. */
  #requeueLost(): void {
    for (const id of [...this.in('running'), ...this.in('pausing')]) this.#requeue(this.#known(id));
  }

  #requeue(known: Known): void {
    expect(known.task.sla.kind, `${known.task.id} may be resumed`).toBe('e2e');
    known.state = 'waiting';
  }

  /** After every event, so without the cost of `expect`. */
  #check({ kind }: Event): void {
    const holds = (condition: boolean, what: string): void => {
      if (!condition) throw new Error(`After ${kind} does not hold: ${what}.`);
    };
    const live = [...this.tasks.values()].filter(({ state }) => state !== 'settled');
    const waiting = live.filter(({ state }) => state === 'waiting');
    for (const name of taskClasses) {
      for (const state of ['waiting', 'running'] as const) {
        const expected = live.filter((known) => known.task.class === name && known.state === state).length;
        holds(this.#scheduler.count(name, state) === expected, `${expected} of ${name} are ${state}`);
      }
    }
    holds(
      live.every(({ relegatedTimes }) => relegatedTimes <= 1),
      'nobody is told twice that there is no hope',
    );
    const keys = live.flatMap(({ task }) => task.supersedeKey ?? []);
    holds(new Set(keys).size === keys.length, 'there is one live task for each document');
    const taken = waiting.filter(({ startedTimes }) => startedTimes === 0).length;
    holds(taken <= waitingMax, `${waitingMax} wait at most, besides those that were paused`);
    holds(this.models.size <= modelsMax, `${modelsMax} models are resident at most`);
    // A model gives its room to another that is waited for, at the latest when somebody has waited too long; until that is there, it waits.
    const isGivingWay = (model: ModelId): boolean =>
      waiting.some(({ task }) => task.model !== model) || [...this.models.values()].some((state) => state !== 'ready');
    for (const [model, state] of this.models) {
      const of = live.filter(({ task }) => task.model === model);
      const running = of.filter((known) => known.state === 'running').length;
      const pausing = of.filter((known) => known.state === 'pausing').length;
      holds(running <= (sequencesOf[model] ?? 0), `${model} runs no more than it has sequences`);
      holds(
        state !== 'ready' || of.length === 0 || running + pausing > 0 || isGivingWay(model),
        `${model} does not idle while a task waits for it, unless it gives way to another model`,
      );
    }
  }

  #known(id: TaskId): Known {
    const known = this.tasks.get(id);
    if (known === undefined) throw new Error(`Nobody submitted ${id}.`);
    return known;
  }
}

/** Non-monotone decodes, and a little of everything expected. */
function optionsFor(policy: Policy): SchedulerOptions {
  const decodeMs = [10, 25, 28, 30, 60];
  const knowledge = plainKnowledge({
    demand: { ratePerSecond: () => 1, prefillTokens: () => 40, decodeTokens: () => 8 },
    costs: () => ({ prefillMs: (tokens) => 5 + 2 * tokens, decodeMs: (sequences) => decodeMs[sequences - 1] ?? 100 }),
  });
  return { policy, knowledge, waitingMax, holdings: countedHoldings(modelsMax), loadRetryMs: 300 };
}

/** The effects of the same events at the same times, on a scheduler that knows nothing of the first. */
export function replay(policy: Policy, log: SchedulerWorld['log']): (readonly Effect[])[] {
  const scheduler = new Scheduler(optionsFor(policy));
  return log.map(({ event, nowMs }) => scheduler.on(event, nowMs));
}

export function infoOf(model: ModelId): typeof info {
  return { ...info, sequences: sequencesOf[model] ?? 1 };
}
