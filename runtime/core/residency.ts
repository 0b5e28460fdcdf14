/**
 * Which model to evict when another must come in. Pure; the scheduler owns the models and asks.
 *
 * Today's rule is the plain one, least recently used among the idle. A model that runs, loads or unloads is never chosen
 * (house invariant 5).
 */
import type { ModelId } from './task.ts';

export interface ResidentModel {
  readonly id: ModelId;
  readonly state: 'loading' | 'ready' | 'unloading';
  /** Tasks of the model inside the engine. */
  readonly running: number;
  /** When a task of the model last started or ended, in ms. */
  readonly lastUsedMs: number;
}

export type ResidencyDecision =
  | { readonly kind: 'load' }
  | { readonly kind: 'evict'; readonly model: ModelId }
  /** Nothing can go at the moment: ask again when a task ends or a model is gone. */
  | { readonly kind: 'wait' };

/** What to do to bring a model in that is not resident, when `modelsMax` may be resident side by side. */
export function makeRoom(resident: readonly ResidentModel[], modelsMax: number): ResidencyDecision {
  if (resident.length < modelsMax) return { kind: 'load' };
  // Memory that is already coming back is waited for; a second eviction would free more than is needed.
  if (resident.some((model) => model.state === 'unloading')) return { kind: 'wait' };
  const idle = resident.filter((model) => model.state === 'ready' && model.running === 0);
  const [victim] = idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs || (a.id < b.id ? -1 : 1));
  return victim === undefined ? { kind: 'wait' } : { kind: 'evict', model: victim.id };
}
