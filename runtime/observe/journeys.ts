/**
 * What became of each task on its way through the scheduler, told once it is settled: a fold over the scheduler's turns. Keeps times and
 * counts, and nothing that a user wrote. Decides nothing.
 */
import type { Effect, Event } from '../core/event.ts';
import { promiseKept } from '../core/metrics.ts';
import type { ModelId, Outcome, Sla, Task, TaskClass, TaskId } from '../core/task.ts';

/** Times in ms on the runtime's monotonic clock. */
export interface Journey {
  readonly class: TaskClass;
  readonly sla: Sla;
  /** Which answered, or would have. */
  readonly model: ModelId;
  /** Whose call it is; absent: nobody's. */
  readonly workflow?: string | undefined;
  readonly arrivalMs: number;
  /** When its model had come, if it was not there when the task came. */
  readonly loadedMs?: number | undefined;
  /** When it was first handed to the engine. */
  readonly startMs?: number | undefined;
  readonly firstTokenMs?: number | undefined;
  readonly endMs: number;
  readonly outcome: Outcome;
  readonly kept: boolean;
  /** It gave way to others, as it could not be on time. */
  readonly relegated: boolean;
  /** Prompt tokens that were evaluated for it, and tokens that were generated. */
  readonly prefillTokens: number;
  readonly decodeTokens: number;
}

interface Way extends Pick<Task, 'class' | 'sla' | 'arrivalMs'> {
  readonly workflow: string | undefined;
  model: ModelId;
  /** Its model is not there. */
  waitsForLoad: boolean;
  loadedMs: number | undefined;
  startMs: number | undefined;
  firstTokenMs: number | undefined;
  relegated: boolean;
  prefillTokens: number;
  decodeTokens: number;
}

export class Journeys {
  /** As many as the scheduler has tasks, which is bounded there. */
  readonly #ways = new Map<TaskId, Way>();
  readonly #ready: Set<ModelId>;
  readonly #settled: (journey: Journey) => void;

  /** @param ready the models that are there. */
  constructor(ready: Iterable<ModelId>, settled: (journey: Journey) => void) {
    this.#ready = new Set(ready);
    this.#settled = settled;
  }

  /** Of tasks that came before it was first called, nothing is told. */
  note(atMs: number, event: Event, effects: readonly Effect[]): void {
    this.#hear(atMs, event);
    for (const effect of effects) this.#see(atMs, effect);
  }

  #hear(atMs: number, event: Event): void {
    switch (event.kind) {
      case 'submit':
        return this.#begin(event.task);
      case 'tokens': {
        const way = this.#ways.get(event.id);
        if (way === undefined) return;
        way.firstTokenMs ??= atMs;
        way.decodeTokens += event.tokens.length;
        return;
      }
      case 'pass': {
        const { kind, id, tokens } = event.pass;
        const way = kind === 'prefill' && id !== undefined ? this.#ways.get(id) : undefined;
        if (way !== undefined) way.prefillTokens += tokens;
        return;
      }
      case 'loaded':
      case 'resized':
        return this.#come(event.model, atMs);
      case 'loadFailed':
      case 'unloaded':
        return void this.#ready.delete(event.model);
      case 'engineLost':
        return this.#ready.clear();
      default:
        return;
    }
  }

  #see(atMs: number, effect: Effect): void {
    if (effect.kind === 'unload') this.#ready.delete(effect.model);
    const id = effect.kind === 'start' ? effect.task.id : 'id' in effect ? effect.id : undefined;
    const way = id === undefined ? undefined : this.#ways.get(id);
    if (way === undefined) return;
    switch (effect.kind) {
      case 'start':
        way.startMs ??= atMs;
        return;
      case 'relegate':
        way.relegated = true;
        return;
      case 'substitute':
        return this.#turnTo(way, effect.by, atMs);
      case 'settle':
        this.#ways.delete(effect.id);
        return this.#settle(way, effect.outcome, atMs);
      default:
        return;
    }
  }

  /** Nobody waits for idle work. */
  #begin({ id, class: name, sla, arrivalMs, model, rest, idle }: Task): void {
    if (idle === true) return;
    const none = { loadedMs: undefined, startMs: undefined, firstTokenMs: undefined };
    this.#ways.set(id, {
      ...{ class: name, sla, arrivalMs, model, workflow: rest?.workflow, ...none },
      ...{ waitsForLoad: !this.#ready.has(model), relegated: false, prefillTokens: 0, decodeTokens: 0 },
    });
  }

  #come(model: ModelId, atMs: number): void {
    this.#ready.add(model);
    for (const way of this.#ways.values()) if (way.model === model && way.startMs === undefined) arrive(way, atMs);
  }

  #turnTo(way: Way, by: ModelId, atMs: number): void {
    way.model = by;
    if (this.#ready.has(by)) arrive(way, atMs);
  }

  #settle(way: Way, outcome: Outcome, endMs: number): void {
    const { waitsForLoad: _, ...told } = way;
    const ttftMs = way.firstTokenMs === undefined ? undefined : way.firstTokenMs - way.arrivalMs;
    const e2eMs = endMs - way.arrivalMs;
    const kept = promiseKept({ task: way, outcome, e2eMs, ...(ttftMs !== undefined && { ttftMs }) });
    this.#settled({ ...told, endMs, outcome, kept });
  }
}

/** The model that it waited for is there. */
function arrive(way: Way, atMs: number): void {
  if (!way.waitsForLoad) return;
  way.waitsForLoad = false;
  way.loadedMs = atMs;
}
