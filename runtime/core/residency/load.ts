/** The decision to load a model, however it was come to. Pure. */
import type { ResidencyOptions } from './options.ts';
import type { RoomPlan } from './room.ts';
import type { Decision, ModelView } from './types.ts';
import { type LoadCause, whyLoad } from './why.ts';

/** Into the room that the plan makes. */
export function loadFor(
  { id }: ModelView,
  plan: RoomPlan,
  cause: LoadCause,
  { readsAhead }: ResidencyOptions,
): Extract<Decision, { kind: 'load' }> {
  const { isSmall, evict, downsize, factors } = plan;
  const isAhead = !('waitedMs' in cause);
  const why = whyLoad(id, cause, plan);
  return { kind: 'load', model: id, isSmall, isAhead, evict, downsize, sparesCache: readsAhead, why, factors };
}
