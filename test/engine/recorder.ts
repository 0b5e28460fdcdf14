/** Keeps every event of an engine and answers questions about them; waits by event, never by time. */
import type { Engine, EngineEvent } from '../../runtime/engine/engine.ts';

export type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>;

export class Recorder {
  readonly events: EngineEvent[] = [];
  #waiters: { readonly condition: () => boolean; readonly resolve: () => void }[] = [];

  constructor(engine: Engine) {
    engine.onEvent((event) => {
      this.events.push(event);
      const ready = this.#waiters.filter((waiter) => waiter.condition());
      this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
      for (const waiter of ready) waiter.resolve();
    });
  }

  /** Resolves once the condition holds; it is asked after each event. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ condition, resolve });
    });
  }

  of<K extends EngineEvent['kind']>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /** Everything that was said about one request, in order. */
  about(id: string): (EventOf<'accepted'> | EventOf<'tokens'> | EventOf<'ended'>)[] {
    return this.events.filter((event): event is EventOf<'accepted'> | EventOf<'tokens'> | EventOf<'ended'> => {
      return (event.kind === 'accepted' || event.kind === 'tokens' || event.kind === 'ended') && event.id === id;
    });
  }

  accepted(id: string): EventOf<'accepted'> | undefined {
    return this.of('accepted').find((event) => event.id === id);
  }

  outcome(id: string): EventOf<'ended'>['outcome'] | undefined {
    return this.of('ended').find((event) => event.id === id)?.outcome;
  }

  hasEnded(id: string): boolean {
    return this.outcome(id) !== undefined;
  }

  text(id: string): string {
    return this.of('tokens')
      .filter((event) => event.id === id)
      .map((event) => event.text)
      .join('');
  }

  tokens(id: string): number[] {
    return this.of('tokens')
      .filter((event) => event.id === id)
      .flatMap((event) => event.tokens);
  }
}
