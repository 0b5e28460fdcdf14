/**
 * The rule of `core/reserve.ts` as a policy of its own, for machines where prompts cost nothing and all sequences advance together:
 * what is committed to runs, what was given up waits until nothing committed is left.
 */
import type { Policy, Room, TaskPolicy, Work } from '../../core/policy.ts';
import {
  bestBatch,
  expectedWorks,
  givenUp,
  keepsAllTogether,
  PredictionTrust,
  type Promises,
} from '../../core/reserve.ts';
import type { StepPlan, StepView } from '../../core/step.ts';
import type { TaskClass, TaskId } from '../../core/task.ts';

class CommittedTasks implements TaskPolicy {
  readonly #waiting = new Map<TaskId, Work>();
  readonly #promises = new Map<TaskClass, Work>();
  readonly #trust = new PredictionTrust();

  add(work: Work): void {
    this.#waiting.set(work.id, work);
    this.#promises.set(work.class, work);
  }

  remove(id: TaskId): void {
    this.#waiting.delete(id);
  }

  first(): Work | undefined {
    const [first] = this.#waiting.values();
    return first;
  }

  /** All start at once: those that are given up hold a sequence, but are paused. */
  next(running: readonly Work[], room: Room, nowMs: number): Work | undefined {
    this.#trust.observe(running);
    const committed = running.filter(({ relegated }) => !relegated);
    for (const work of committed) work.relegated = work.deadlineMs <= nowMs;
    const newcomer = running.length < room.sequences ? this.first() : undefined;
    if (newcomer !== undefined && this.#trust.isGood) relegate([...committed, newcomer], room, this.#promises, nowMs);
    return newcomer;
  }
}

/** Marks those that are given up, so that the others, and what is expected, can be on time. */
function relegate(works: readonly Work[], room: Room, promises: Promises, nowMs: number): void {
  const committed = works.filter((work) => !work.relegated);
  const expected = expectedWorks(committed, room.demand, promises, nowMs);
  const keepsAll = (left: readonly Work[]): boolean => keepsAllTogether([...left, ...expected], room, nowMs);
  for (const work of givenUp(committed, keepsAll)) work.relegated = true;
}

/**
 * 1. Whoever is committed to decodes, in the best batch, the shortest first.
 * 2. Nobody is: then the rest does.
 */
function planStep(view: StepView): StepPlan | undefined {
  const committed = view.sequences.filter(({ relegated }) => !relegated);
  const served = committed.length > 0 ? committed : [...view.sequences];
  const most = bestBatch(view.costs, Math.min(served.length, view.limits.decodeSequences), 0);
  if (most === 0) return undefined;
  if (most < served.length) served.sort((a, b) => a.decodeTokens - b.decodeTokens);
  return { kind: 'decode', ids: served.slice(0, most).map(({ id }) => id) };
}

export const committed: Policy = { name: 'punctual', newTaskPolicy: () => new CommittedTasks(), planStep };
