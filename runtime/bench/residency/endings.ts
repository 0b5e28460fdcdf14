/** What runs on the simulated machine and when it ends. Few at a time, so a list is enough. */
import type { SimulatedModel } from './model.ts';

export interface Ending {
  readonly atMs: number;
  readonly model: SimulatedModel;
  readonly kind: 'task' | 'resize';
}

export function earliest(endings: readonly Ending[]): Ending | undefined {
  let next: Ending | undefined;
  for (const ending of endings) if (next === undefined || ending.atMs < next.atMs) next = ending;
  return next;
}
