/** Drives the task level of a policy as a lane of the scheduler does, and checks after each answer what every policy promises. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Demand, Policy, Room, TaskPolicy, Work } from '../../../runtime/core/policy.ts';
import { anyCosts } from '../arbitraries.ts';

export type Step =
  /** Its deadline counts from now. */
  | { readonly kind: 'add'; readonly work: Omit<Work, 'id' | 'arrivalMs'> }
  | { readonly kind: 'ask' }
  /** `pick` chooses among those that wait, or among those that run. */
  | { readonly kind: 'remove' | 'end'; readonly pick: number }
  /** All that run are prefilled and give this many tokens. */
  | { readonly kind: 'progress'; readonly tokens: number }
  | { readonly kind: 'jump'; readonly ms: number };

export function anyDemand(perSecond: number): Demand {
  return { ratePerSecond: () => perSecond, prefillTokens: () => 60, decodeTokens: () => 16 };
}

export const anyRoom: fc.Arbitrary<Room> = fc
  .record({
    sequences: fc.integer({ min: 1, max: 8 }),
    chunkTokens: fc.constantFrom(16, 64, 256),
    costs: anyCosts,
    perSecond: fc.constantFrom(0, 0.5, 5, 100),
  })
  .map(({ sequences, chunkTokens, costs, perSecond }) => ({
    sequences,
    limits: { chunkTokens, decodeSequences: sequences, passMsMax: Number.POSITIVE_INFINITY },
    costs,
    demand: anyDemand(perSecond),
  }));

export class TaskDriver {
  /** What was answered, in order. */
  readonly log: string[] = [];
  readonly #tasks: TaskPolicy;
  readonly #room: Room;
  readonly #waiting = new Map<string, Work>();
  /** Those whose asker knows that they give way: told, or relegated from the beginning. */
  readonly #relegated = new Set<string>();
  readonly #paused: Work[] = [];
  #running: Work[] = [];
  #count = 0;
  #nowMs = 0;

  constructor(policy: Policy, room: Room) {
    this.#tasks = policy.newTaskPolicy();
    this.#room = room;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'add':
        return this.#add(step.work);
      case 'ask':
        return this.#ask();
      case 'remove':
        return this.#remove(step.pick);
      case 'end':
        this.#running = this.#running.filter((_, index) => index !== step.pick % this.#running.length);
        return this.#comeBack();
      case 'progress':
        for (const work of this.#running) {
          work.contextTokens += work.prefillTokens + step.tokens;
          work.prefillTokens = 0;
          work.decodeTokens = Math.max(1, work.decodeTokens - step.tokens);
        }
        return;
      case 'jump':
        this.#nowMs += step.ms;
        return;
      default:
        step satisfies never;
    }
  }

  /** Ends what runs, one after the other, until nothing runs and nothing more starts. */
  drain(): void {
    for (this.#ask(); this.#running.length + this.#paused.length > 0; this.#ask()) {
      this.#running.shift();
      this.#comeBack();
    }
  }

  #add(work: Omit<Work, 'id' | 'arrivalMs'>): void {
    this.#count += 1;
    const { deadlineMs } = work;
    const rest = work.rest && { ...work.rest, deadlineMs: this.#nowMs + work.rest.deadlineMs };
    const added = {
      ...work,
      rest,
      id: `t${this.#count}`,
      arrivalMs: this.#nowMs,
      deadlineMs: this.#nowMs + deadlineMs,
    };
    this.#waiting.set(added.id, added);
    if (added.relegated) this.#relegated.add(added.id);
    this.#tasks.add(added, this.#nowMs);
    expect(this.#tasks.first(), 'somebody is first while somebody waits').toBeDefined();
  }

  #remove(pick: number): void {
    const id = [...this.#waiting.keys()][pick % Math.max(1, this.#waiting.size)];
    if (id === undefined) return;
    this.#waiting.delete(id);
    this.#tasks.remove(id);
    expect(this.#tasks.first()?.id).not.toBe(id);
  }

  #ask(): void {
    for (;;) {
      const work = this.#tasks.next(this.#running, this.#room, this.#nowMs);
      if (work === undefined && this.#pause()) continue;
      if (work === undefined) break;
      expect(this.#waiting.delete(work.id), `${work.id} waits when it is started`).toBe(true);
      this.#tasks.remove(work.id);
      this.#running.push(work);
      this.log.push(`start ${work.id}${work.relegated ? ' relegated' : ''}`);
      expect(this.#running.length).toBeLessThanOrEqual(this.#room.sequences);
    }
    if (this.#tasks.hopeless !== undefined) this.#askHopeless();
    this.log.push('wait');
  }

  /** A paused task has left; until it is added again it is neither asked for nor given. */
  #pause(): boolean {
    const work = this.#tasks.pause?.(this.#running, this.#room, this.#nowMs);
    if (work === undefined) return false;
    expect(this.#running, `${work.id} runs when it is paused`).toContain(work);
    expect(work.promise, 'no completion is paused').toBe('e2e');
    expect(this.#waiting.size, 'somebody waits for its sequence').toBeGreaterThan(0);
    expect(work.relegated || this.#room.sequences === 1, `${work.id} can be late, or has the only sequence`).toBe(true);
    this.#running = this.#running.filter((other) => other !== work);
    this.#paused.push(work);
    this.log.push(`pause ${work.id}`);
    return true;
  }

  #comeBack(): void {
    for (const work of this.#paused.splice(0)) {
      this.#waiting.set(work.id, work);
      this.#tasks.add(work, this.#nowMs);
    }
  }

  /** Afterwards nobody gives way without the knowledge of its asker. */
  #askHopeless(): void {
    const ask = (): Work | undefined => this.#tasks.hopeless?.(this.#nowMs);
    for (let work = ask(); work !== undefined; work = ask()) {
      expect(work.promise, 'no completion is told that it is late').toBe('e2e');
      expect(work.relegated).toBe(true);
      expect(this.#relegated.has(work.id), `${work.id} is found hopeless once`).toBe(false);
      this.#relegated.add(work.id);
      this.log.push(`hopeless ${work.id}`);
    }
    for (const { id, relegated } of [...this.#waiting.values(), ...this.#running, ...this.#paused]) {
      if (relegated) expect(this.#relegated.has(id), `the asker of ${id} is told`).toBe(true);
    }
  }
}

export function drive(policy: Policy, room: Room, steps: readonly Step[]): TaskDriver {
  const driver = new TaskDriver(policy, room);
  for (const step of steps) driver.take(step);
  return driver;
}
