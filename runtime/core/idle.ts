/**
 * Idle work: tasks that nobody waits for. A rule under every policy, so that no policy has to know it, kept apart from the tasks that
 * the scheduler orders.
 *
 * 1. One waits for each supersede key, the newest; of the keys, the newest {@link keysMax}.
 * 2. The newest starts when nothing else runs or waits and its model is there; none is loaded for it. One runs at a time.
 * 3. In the turn in which anything else comes it is stopped, and waits again: what it evaluated stays as its document's prefix. A task
 *    with the same supersede key takes its place for good.
 * 4. A loss of the engine ends it while it runs: it may be the cause, and nobody misses it.
 */
import type { Effect, Event } from './event.ts';
import { superseded } from './lane.ts';
import type { LengthQuantiles } from './lengths.ts';
import type { ModelId, Outcome, Task, TaskId } from './task.ts';

/** More warm prompts than an engine has sequences take each other's place. */
const keysMax = 4;

/** What the scheduler tells at the end of each turn. */
export interface Surroundings {
  /** Something that somebody waits for is waiting, running or leaving. */
  readonly isBusy: boolean;
  isReady(model: ModelId): boolean;
  answerTokens(task: Task): LengthQuantiles;
}

interface IdleTask {
  readonly task: Task;
  /** `stopping`: still inside the engine. Then it waits again, unless it is `settled`. */
  state: 'waiting' | 'running' | 'stopping';
  settled: boolean;
}

export class IdleWork {
  /** The oldest first. */
  readonly #tasks = new Map<TaskId, IdleTask>();
  readonly #onGone: (id: TaskId) => void;

  /** @param onGone this task will not be heard of again. */
  constructor(onGone: (id: TaskId) => void) {
    this.#onGone = onGone;
  }

  has(id: TaskId): boolean {
    return this.#tasks.has(id);
  }

  /** Whether the engine still works on a task of this model. */
  isInside(model: ModelId): boolean {
    return [...this.#tasks.values()].some(({ task, state }) => task.model === model && state !== 'waiting');
  }

  /** What the engine works on, or has not let go yet. */
  get inside(): Task[] {
    return [...this.#tasks.values()].filter(({ state }) => state !== 'waiting').map(({ task }) => task);
  }

  /** Whether the event is about idle work alone; then it is dealt with here. */
  on(event: Event, effects: Effect[]): boolean {
    switch (event.kind) {
      case 'submit':
        this.#replace(event.task, effects);
        if (event.task.idle !== true) return false;
        this.#add(event.task, effects);
        return true;
      case 'cancel':
        return this.#settleIfOurs(event.id, { kind: 'cancelled', by: 'client' }, effects);
      case 'finish':
        return this.#settleIfOurs(event.id, { kind: 'finished', reason: 'stop' }, effects);
      case 'accepted':
      case 'tokens':
        return this.has(event.id);
      case 'ended':
        return this.#ended(event.id, event.outcome, effects);
      case 'engineLost':
        this.#engineLost(event.reason, effects);
        return false;
      case 'loadFailed':
        for (const { task } of [...this.#tasks.values()].filter((idle) => idle.task.model === event.model))
          this.#settle(task.id, { kind: 'failed', error: event.error }, effects);
        return false;
      default:
        return false;
    }
  }

  /** The end of a turn: makes way for what came in it, or uses that nothing did. */
  turn(surroundings: Surroundings, nowMs: number, effects: Effect[]): void {
    if (this.#tasks.size === 0) return;
    const inside = [...this.#tasks.values()].find(({ state }) => state !== 'waiting');
    if (surroundings.isBusy) {
      if (inside?.state !== 'running') return;
      inside.state = 'stopping';
      effects.push({ kind: 'stop', id: inside.task.id, keep: false });
      return;
    }
    if (inside !== undefined) return;
    const next = [...this.#tasks.values()].reverse().find(({ task }) => surroundings.isReady(task.model));
    if (next !== undefined) this.#start(next, surroundings, nowMs, effects);
  }

  #start(idle: IdleTask, { answerTokens }: Surroundings, nowMs: number, effects: Effect[]): void {
    const { task } = idle;
    idle.state = 'running';
    effects.push({
      kind: 'start',
      task,
      ageMs: nowMs - task.arrivalMs,
      answerTokens: answerTokens(task),
      // Whatever meets it inside the engine, in the one pass before it is stopped, goes first.
      relegated: true,
      generated: [],
    });
  }

  /** Whoever else has the same key now speaks for it. */
  #replace({ supersedeKey }: Task, effects: Effect[]): void {
    if (supersedeKey === undefined) return;
    for (const { task, settled } of [...this.#tasks.values()])
      if (!settled && task.supersedeKey === supersedeKey) this.#settle(task.id, superseded, effects);
  }

  #add(task: Task, effects: Effect[]): void {
    this.#tasks.set(task.id, { task, state: 'waiting', settled: false });
    const wanted = [...this.#tasks.values()].filter(({ settled }) => !settled);
    const [oldest] = wanted;
    if (wanted.length > keysMax && oldest !== undefined) this.#settle(oldest.task.id, superseded, effects);
  }

  #settleIfOurs(id: TaskId, outcome: Outcome, effects: Effect[]): boolean {
    if (!this.has(id)) return false;
    this.#settle(id, outcome, effects);
    return true;
  }

  /** Its asker is told now; the engine lets it go after the pass in flight. */
  #settle(id: TaskId, outcome: Outcome, effects: Effect[]): void {
    const idle = this.#tasks.get(id);
    if (idle === undefined || idle.settled) return;
    idle.settled = true;
    if (idle.state === 'waiting') this.#forget(id);
    if (idle.state === 'running') {
      idle.state = 'stopping';
      effects.push({ kind: 'stop', id, keep: false });
    }
    effects.push({ kind: 'settle', id, outcome });
  }

  #ended(id: TaskId, outcome: Outcome, effects: Effect[]): boolean {
    const idle = this.#tasks.get(id);
    if (idle === undefined) return false;
    const waitsAgain = idle.state === 'stopping' && !idle.settled && outcome.kind === 'cancelled';
    if (waitsAgain) {
      idle.state = 'waiting';
      return true;
    }
    this.#forget(id);
    if (!idle.settled) effects.push({ kind: 'settle', id, outcome });
    return true;
  }

  #forget(id: TaskId): void {
    this.#tasks.delete(id);
    this.#onGone(id);
  }

  #engineLost(reason: string, effects: Effect[]): void {
    for (const { task, state, settled } of [...this.#tasks.values()].filter((idle) => idle.state !== 'waiting')) {
      this.#forget(task.id);
      const message = `The engine ended while it ${state === 'running' ? 'worked on' : 'left'} this idle work: ${reason}`;
      const outcome: Outcome = { kind: 'failed', error: { code: 'engineLost', message } };
      if (!settled) effects.push({ kind: 'settle', id: task.id, outcome });
    }
  }
}
