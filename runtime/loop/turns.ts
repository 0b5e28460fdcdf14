/**
 * The scheduler's turns, one after the other: an effect that leads to another event (an engine that answers at once) is queued behind
 * the one in hand, so the scheduler never sees a half-made change. The only caller of `Scheduler.on`; whoever records what was decided
 * hears of every turn.
 */
import type { Effect, Event } from '../core/event.ts';
import type { Scheduler } from '../core/scheduler.ts';
import type { Told } from './told.ts';

/** Keeps what the scheduler heard and decided, so that it can be played again. */
export interface TurnRecorder {
  /** To be called once the turn was decided and before its effects are performed. Keeps the objects, which nobody may change. */
  note(atMs: number, event: Event, effects: readonly Effect[]): void;
}

export interface TurnsOptions {
  readonly scheduler: Pick<Scheduler, 'on'>;
  readonly now: () => number;
  readonly perform: (effect: Effect) => void;
  /** The turn is over. */
  readonly done: (event: Event) => void;
  readonly told: Told | undefined;
  readonly recorder: TurnRecorder | undefined;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #events: Event[] = [];
  #handling = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  handle(event: Event): void {
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#turn(next);
    } finally {
      this.#handling = false;
    }
  }

  #turn(event: Event): void {
    const { now, told, perform, done } = this.#options;
    const nowMs = now();
    const news = told?.before(event, nowMs);
    if (news !== undefined) this.#on(news, nowMs);
    for (const effect of this.#on(event, nowMs)) perform(effect);
    done(event);
  }

  #on(event: Event, nowMs: number): readonly Effect[] {
    const { scheduler, recorder } = this.#options;
    const effects = scheduler.on(event, nowMs);
    recorder?.note(nowMs, event, effects);
    return effects;
  }
}
