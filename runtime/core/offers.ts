/**
 * Questions to askers that stand: another model that is there could answer the task now, while its own would come too late. Owns which
 * stand, and that each is withdrawn in the turn in which it is moot: so an answer that comes after that meets no question. Pure.
 */
import type { Effect } from './event.ts';
import type { ModelId, TaskId } from './task.ts';

export interface Offer {
  readonly id: TaskId;
  /** The task's own. */
  readonly model: ModelId;
  readonly by: ModelId;
  /** Until the task's own would be there, in ms. */
  readonly waitMs: number;
  readonly why: string;
}

export class Offers {
  readonly #standing = new Map<TaskId, Offer>();
  /** Not told yet. */
  #made: Offer[] = [];

  /** Told at the end of the turn, unless it is moot by then. */
  make(offer: Offer): void {
    this.#made.push(offer);
  }

  /** An answer has come, which ends the question. Undefined when none stands, or one about another model. */
  take(id: TaskId, by: ModelId | undefined): Offer | undefined {
    const offer = this.#standing.get(id);
    if (offer === undefined || (by !== undefined && by !== offer.by)) return undefined;
    this.#standing.delete(id);
    return offer;
  }

  /** At the end of each turn, when it is decided who comes and goes. */
  turn(isMoot: (offer: Offer) => boolean, effects: Effect[]): void {
    for (const offer of this.#standing.values()) {
      if (!isMoot(offer)) continue;
      this.#standing.delete(offer.id);
      effects.push({ kind: 'withdraw', id: offer.id });
    }
    for (const offer of this.#made.filter((made) => !isMoot(made))) {
      const { id, by, waitMs, why } = offer;
      this.#standing.set(id, offer);
      effects.push({ kind: 'offer', id, by, waitMs, why });
    }
    this.#made = [];
  }
}
