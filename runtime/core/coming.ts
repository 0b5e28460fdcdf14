/** A model comes, goes or changes its size: its record as it is from now on, and the effect that makes it so. */
import type { Effect } from './event.ts';
import type { ModelRecord } from './models.ts';

type How = Pick<Extract<Effect, { kind: 'load' }>, 'isSmall' | 'sparesCache' | 'why'>;

export function load(model: ModelRecord, how: How, nowMs: number, effects: Effect[]): void {
  // While it loads: since when; noteModel sets it anew when it is ready.
  Object.assign(model, { state: 'loading', isSmall: how.isSmall, readySinceMs: nowMs });
  effects.push({ kind: 'load', model: model.id, ...how });
}

export function unload(model: ModelRecord, why: string, effects: Effect[]): void {
  model.state = 'unloading';
  effects.push({ kind: 'unload', model: model.id, why });
}

export function resize(model: ModelRecord, isSmall: boolean, why: string, effects: Effect[]): void {
  Object.assign(model, { state: 'resizing', isSmall });
  effects.push({ kind: 'resize', model: model.id, isSmall, why });
}
