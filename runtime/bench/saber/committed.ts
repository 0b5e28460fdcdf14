/**
 * The admission of `punctual` alone, as `core/reserve.ts` has it, on a machine where prompts cost nothing and all sequences advance together:
 * what is committed to runs, what was given up waits until nothing committed is left.
 */
import type { Policy, Room, TaskPolicy, Work } from '../../core/policy.ts';
import { expectedWorks, givenUp, keepsAllTogether, type Promises } from '../../core/reserve.ts';
import type { StepPlan, StepView } from '../../core/step.ts';
import type { TaskClass, TaskId } from '../../core/task.ts';

class CommittedTasks implements TaskPolicy {
  readonly #fresh = new Map<TaskId, Work>();
  readonly #relegated = new Map<TaskId, Work>();
  readonly #promises = new Map<TaskClass, Work>();

  add(work: Work): void {
    this.#fresh.set(work.id, work);
    this.#promises.set(work.class, work);
  }

  remove(id: TaskId): void {
    this.#fresh.delete(id);
    this.#relegated.delete(id);
  }

  first(): Work | undefined {
    const [fresh] = this.#fresh.values();
    const [relegated] = this.#relegated.values();
    return fresh ?? relegated;
  }

  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    if (running.length >= room.sequences) return undefined;
    for (const work of this.#fresh.values()) {
      relegate([...running, work], room, this.#promises, nowMs);
      if (!work.relegated) return work;
      this.#fresh.delete(work.id);
      this.#relegated.set(work.id, work);
    }
    // Lengths that turn out otherwise break promises as arrivals do.
    relegate(running, room, new Map(), nowMs);
    return running.length === 0 ? this.first() : undefined;
  }
}

/** Marks those that are given up, so that the others, and what `promises` makes expect, can be on time. */
function relegate(works: readonly Work[], room: Room, promises: Promises, nowMs: number): void {
  const committed = works.filter((work) => !work.relegated);
  const expected = expectedWorks(committed, room.demand, promises, nowMs);
  const keepsAll = (left: readonly Work[]): boolean => keepsAllTogether([...left, ...expected], room, nowMs);
  for (const work of givenUp(committed, keepsAll)) work.relegated = true;
}

function planStep({ sequences }: StepView): StepPlan | undefined {
  const committed = sequences.filter((sequence) => !sequence.relegated);
  const served = committed.length > 0 ? committed : sequences.slice(0, 1);
  return served.length === 0 ? undefined : { kind: 'decode', ids: served.map(({ id }) => id) };
}

export const committed: Policy = { name: 'punctual', newTaskPolicy: () => new CommittedTasks(), planStep };
