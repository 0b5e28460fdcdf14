/** The live task of each supersede key: a newer one takes its place. Knows ids only. */
import type { Task, TaskId } from './task.ts';

type Keyed = Pick<Task, 'id' | 'supersedeKey'>;

export class LatestTasks {
  readonly #ids = new Map<string, TaskId>();

  /** The live task with the same key. */
  rivalOf({ supersedeKey }: Keyed): TaskId | undefined {
    return supersedeKey === undefined ? undefined : this.#ids.get(supersedeKey);
  }

  add({ id, supersedeKey }: Keyed): void {
    if (supersedeKey !== undefined) this.#ids.set(supersedeKey, id);
  }

  /** It is settled. Whoever took its place stays. */
  remove(task: Keyed): void {
    if (task.supersedeKey !== undefined && this.rivalOf(task) === task.id) this.#ids.delete(task.supersedeKey);
  }
}
