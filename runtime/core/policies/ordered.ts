/** A waiting set in a fixed order, with a limit on what runs: the task level of policies that know no promises. */
import type { Room, TaskPolicy, Work } from '../policy.ts';
import { Queue } from '../queue.ts';
import type { TaskId } from '../task.ts';

interface Ranked {
  readonly id: TaskId;
  readonly rank: number;
  readonly work: Work;
}

export class OrderedTasks implements TaskPolicy {
  readonly #waiting = new Queue<Ranked>(Number.POSITIVE_INFINITY);
  readonly #rank: (work: Work) => number;
  readonly #runningMax: number;

  /** @param rank smaller starts first. @param runningMax tasks side by side, besides the bound that the room sets. */
  constructor(rank: (work: Work) => number, runningMax = Number.POSITIVE_INFINITY) {
    this.#rank = rank;
    this.#runningMax = runningMax;
  }

  add(work: Work): void {
    this.#waiting.add({ id: work.id, rank: this.#rank(work), work });
  }

  remove(id: TaskId): void {
    this.#waiting.remove(id);
  }

  first(): Work | undefined {
    return this.#waiting.first()?.work;
  }

  next(running: readonly Work[], room: Room): Work | undefined {
    return running.length < Math.min(room.sequences, this.#runningMax) ? this.first() : undefined;
  }
}
