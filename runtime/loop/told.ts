/**
 * Tells the scheduler what residency stands on (sizes, memory, page cache, load times), as far as it has changed, before the events that
 * may lead to a decision on it. So what is decided follows from events alone. Decides nothing.
 */
import { type Event, isProgress } from '../core/event.ts';
import type { Holdings, NamedHolding, WholeMemory } from '../core/residency/holdings.ts';
import type { ModelId } from '../core/task.ts';

/** Tokens and passes alone make nobody look for this long, in ms: so old may be what is known when they do. */
const progressMs = 1_000;

export class Told {
  readonly #source: Holdings;
  readonly #models = new Map<ModelId, NamedHolding>();
  #memory: WholeMemory | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(source: Holdings) {
    this.#source = source;
  }

  /** @returns what is to be told before this event, if there is news. */
  before(event: Event, nowMs: number): Extract<Event, { readonly kind: 'holdings' }> | undefined {
    const named = modelOf(event);
    const isNew = named !== undefined && !this.#models.has(named);
    if (isProgress(event) && !isNew && Math.abs(nowMs - this.#toldMs) < progressMs) return undefined;
    this.#toldMs = nowMs;
    const ids = isNew ? [...this.#models.keys(), named] : [...this.#models.keys()];
    const models = ids.flatMap((id) => this.#newsOf(id));
    const memory = this.#memoryNews();
    if (models.length === 0 && memory === undefined) return undefined;
    return { kind: 'holdings', models, ...(memory && { memory }) };
  }

  #newsOf(id: ModelId): NamedHolding[] {
    const holding = { id, ...this.#source.of(id) };
    const before = this.#models.get(id);
    if (before !== undefined && areEqual(before, holding)) return [];
    this.#models.set(id, holding);
    return [holding];
  }

  #memoryNews(): WholeMemory | undefined {
    const memory = { ...this.#source.memory(), wholeBytes: this.#source.wholeBytes };
    if (this.#memory !== undefined && areEqual(this.#memory, memory)) return undefined;
    this.#memory = memory;
    return memory;
  }
}

/** By value; lists are as good as values here. */
function areEqual(a: object, b: object): boolean {
  const [one, other] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return one.length === other.size && one.every(([key, value]) => isSame(value, other.get(key)));
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** The model that the scheduler may hear of for the first time with this event. */
function modelOf(event: Event): ModelId | undefined {
  if (event.kind === 'submit') return event.task.model;
  if (event.kind === 'pass') return event.pass.model;
  return 'model' in event ? event.model : undefined;
}
