/**
 * What is compared against: who leaves, by the rules of caches and of peers. All load on demand only, the model of the task that has
 * waited longest first; idle models leave in the order of the rule until there is room. Written from descriptions, not from code.
 */
import type { Decision, ModelView, ResidencyView, Use } from '../../core/residency/types.ts';
import type { Contender } from './contender.ts';

export const baselineNames = ['lru', 'lfu', 'size', 'gdsf', 'ollama', 'lemonade'] as const;
export type BaselineName = (typeof baselineNames)[number];

/** A model that was not used for so long is unloaded by Ollama, in ms. */
const keepAliveMs = 300_000;

export class Baseline implements Contender {
  readonly #name: BaselineName;
  readonly #uses = new Map<string, number>();
  /** Of GreedyDual-Size-Frequency: the priority of what left last, and each model's own as of its last use. */
  #inflation = 0;
  readonly #priorities = new Map<string, number>();

  constructor(name: BaselineName) {
    this.#name = name;
  }

  use(model: string, _: Use, __: number): void {
    this.#uses.set(model, (this.#uses.get(model) ?? 0) + 1);
    this.#priorities.delete(model);
  }

  signal(): void {}

  decide(view: ResidencyView): readonly Decision[] {
    const released = this.#name === 'ollama' ? releases(view) : [];
    const gone = new Set(released.map(({ model }) => model));
    const load = this.#onDemand(view, gone);
    return load === undefined ? released : [...released, load];
  }

  #onDemand(view: ResidencyView, gone: ReadonlySet<string>): Decision | undefined {
    const wanted = mostWaited(view);
    if (wanted === undefined || view.models.some(({ state }) => state === 'loading')) return undefined;
    let missing = usedBytes(view, gone) + wanted.bytesFull - view.budgetBytes;
    const evict: string[] = [];
    const idle = view.models.filter((model) => isIdle(model) && !gone.has(model.id));
    for (const model of this.#leavingFirst(idle, view.nowMs)) {
      if (missing <= 0) break;
      evict.push(model.id);
      missing -= model.bytesFull;
    }
    if (missing > 0) return undefined;
    for (const victim of evict) this.#inflation = Math.max(this.#inflation, this.#priorities.get(victim) ?? 0);
    const why = `'${wanted.id}' is waited for`;
    return {
      kind: 'load',
      model: wanted.id,
      isSmall: false,
      isAhead: false,
      evict,
      downsize: [],
      sparesCache: false,
      why,
      factors: [],
    };
  }

  #leavingFirst(idle: readonly ModelView[], nowMs: number): readonly ModelView[] {
    const scores = new Map(idle.map((model) => [model, this.#keepScore(model, nowMs)]));
    return [...idle].sort((a, b) => (scores.get(a) ?? 0) - (scores.get(b) ?? 0));
  }

  /** The lowest leaves first. */
  #keepScore(model: ModelView, nowMs: number): number {
    const uses = this.#uses.get(model.id) ?? 0;
    switch (this.#name) {
      case 'lru':
      case 'ollama': // All have the same keep-alive, so the shortest rest is the longest idle.
        return model.lastUsedMs;
      case 'lfu':
        return uses;
      case 'size':
        return -model.bytesFull;
      case 'gdsf': {
        const known = this.#priorities.get(model.id);
        if (known !== undefined) return known;
        const priority = this.#inflation + (uses * model.loadMsCold) / model.bytesFull;
        this.#priorities.set(model.id, priority);
        return priority;
      }
      case 'lemonade': // All are language models, so its weights by type are the same.
        return -(nowMs - model.lastUsedMs) / model.loadMsCold;
      default:
        throw new Error(`There is no baseline '${this.#name satisfies never}'.`);
    }
  }
}

function releases(view: ResidencyView): Extract<Decision, { kind: 'release' }>[] {
  return view.models
    .filter((model) => isIdle(model) && view.nowMs - model.lastUsedMs >= keepAliveMs)
    .map(({ id }) => ({ kind: 'release', model: id, why: `'${id}' was not used for five minutes` }));
}

/** Absent, and the first of its waiting tasks has waited longest. */
function mostWaited(view: ResidencyView): ModelView | undefined {
  let oldest: ModelView | undefined;
  for (const model of view.models) if (model.state === 'absent' && arrivalOf(model) < arrivalOf(oldest)) oldest = model;
  return oldest;
}

function arrivalOf(model: ModelView | undefined): number {
  return model?.waiting[0]?.arrivalMs ?? Number.POSITIVE_INFINITY;
}

function isIdle(model: ModelView): boolean {
  return model.state === 'ready' && model.running === 0 && model.waiting.length === 0 && !model.isPinned;
}

function usedBytes(view: ResidencyView, gone: ReadonlySet<string>): number {
  return view.models.reduce(
    (sum, model) => sum + (model.state === 'absent' || gone.has(model.id) ? 0 : model.bytesFull),
    0,
  );
}
