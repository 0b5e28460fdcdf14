/** Brings models in, and makes room for them by the rule of residency.ts. Owns no state: the models are the scheduler's. */
import type { Effect } from './event.ts';
import type { ModelRecord, ModelTable } from './models.ts';
import { makeRoom, type ResidencyDecision } from './residency.ts';
import type { ModelId } from './task.ts';

export class Loads {
  readonly #models: ModelTable;
  readonly #modelsMax: number;
  readonly #insideCount: (id: ModelId) => number;

  /** @param insideCount tasks of a model inside the engine. */
  constructor(models: ModelTable, modelsMax: number, insideCount: (id: ModelId) => number) {
    this.#models = models;
    this.#modelsMax = modelsMax;
    this.#insideCount = insideCount;
  }

  /** Somebody will probably need it: it loads ahead, as long as no other must leave for it. */
  bringInIfRoom(model: ModelRecord, effects: Effect[]): void {
    if (model.state === 'unloaded' && this.#decide().kind === 'load') load(model, effects);
  }

  /** A task waits for it: it loads, or an idle one leaves first, or it has to wait. */
  bringIn(model: ModelRecord, effects: Effect[]): void {
    const decision = this.#decide();
    switch (decision.kind) {
      case 'load':
        return load(model, effects);
      case 'evict':
        this.#models.get(decision.model).state = 'unloading';
        effects.push({ kind: 'unload', model: decision.model });
        return;
      case 'wait':
        return;
      default:
        decision satisfies never;
    }
  }

  #decide(): ResidencyDecision {
    return makeRoom(this.#models.resident(this.#insideCount), this.#modelsMax);
  }
}

function load(model: ModelRecord, effects: Effect[]): void {
  model.state = 'loading';
  effects.push({ kind: 'load', model: model.id });
}
