/**
 * SABER as published (arXiv 2506.19677): admission by the speed that each request requires, against a curve v(L) of the speed of one
 * request while L run. It knows no first tokens, prompts or pauses, and stands here to be compared with.
 *
 * 1. A request requires r = max_tokens / (deadline − now). Above the speed of a single request it goes to a second queue, which is served
 *    only while the first one is empty and nothing runs: at any other time it would slow down those that were admitted without it.
 * 2. Of the first {@link SaberOptions.window} requests of the first queue, one by one in random order, the first with which all is well is admitted:
 *    v(L + 1) is at least its r and that of every active request, as it was when that one was admitted.
 *
 * Two differences, both in its favour: it decides at every event instead of each 100 ms, and looks at the whole window each time
 * instead of at one request.
 */
import type { Policy, Room, TaskPolicy, Work } from '../policy.ts';
import { alternate, byArrival } from '../step.ts';
import type { TaskId } from '../task.ts';

export interface SaberOptions {
  /** Requests of the first queue that are looked at in one turn. Published: 20. */
  readonly window: number;
  /** For the random order: the same seed, the same order. */
  readonly seed: number;
}

const saberDefaults: SaberOptions = { window: 20, seed: 1 };

class SaberTasks implements TaskPolicy {
  readonly #high = new Map<TaskId, Work>();
  readonly #low = new Map<TaskId, Work>();
  /** Required speed of each admitted request, in tokens per second, frozen at its admission. */
  readonly #required = new Map<TaskId, number>();
  readonly #window: number;
  #random: number;

  constructor({ window, seed }: SaberOptions) {
    this.#window = window;
    this.#random = seed;
  }

  add(work: Work): void {
    this.#high.set(work.id, work);
  }

  remove(id: TaskId): void {
    this.#high.delete(id);
    this.#low.delete(id);
  }

  first(): Work | undefined {
    const [high] = this.#high.values();
    const [low] = this.#low.values();
    return high ?? low;
  }

  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    if (running.length >= room.sequences) return undefined;
    const speed = (load: number): number => 1_000 / room.costs.decodeMs(load, 0);
    const candidates = this.#candidates(speed(1), nowMs); // 1
    if (this.#high.size === 0) return running.length === 0 ? this.first() : undefined;
    const shared = speed(running.length + 1);
    this.#forget(running);
    if ([...this.#required.values()].some((required) => required > shared)) return undefined;
    while (candidates.length > 0) {
      const [work] = candidates.splice(Math.floor(this.#draw() * candidates.length), 1);
      if (work === undefined || requiredSpeed(work, nowMs) > shared) continue;
      this.#required.set(work.id, requiredSpeed(work, nowMs));
      return work; // 2
    }
    return running.length === 0 ? this.first() : undefined;
  }

  /** The window, without those that no speed can save any more. */
  #candidates(speedMax: number, nowMs: number): Work[] {
    const candidates: Work[] = [];
    for (const work of this.#high.values()) {
      if (candidates.length === this.#window) break;
      if (requiredSpeed(work, nowMs) <= speedMax) {
        candidates.push(work);
        continue;
      }
      this.#high.delete(work.id);
      this.#low.set(work.id, work);
    }
    return candidates;
  }

  #forget(running: readonly Work[]): void {
    if (this.#required.size === 0) return;
    const ids = new Set(running.map(({ id }) => id));
    for (const id of this.#required.keys()) if (!ids.has(id)) this.#required.delete(id);
  }

  /** A linear congruential generator (Numerical Recipes): its upper bits are random enough to pick one of twenty. */
  #draw(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 4_294_967_296;
  }
}

function requiredSpeed(work: Work, nowMs: number): number {
  return work.deadlineMs > nowMs ? (work.maxTokens * 1_000) / (work.deadlineMs - nowMs) : Number.POSITIVE_INFINITY;
}

export function saberPolicy(options: Partial<SaberOptions> = {}): Policy {
  return {
    name: 'saber',
    newTaskPolicy: () => new SaberTasks({ ...saberDefaults, ...options }),
    planStep: (view) => alternate(view, byArrival),
  };
}
