/**
 * Models that nobody waits for yet: loaded before the task comes, when that is likely enough to be worth what leaves for it. Pure.
 * The pinned model comes in at once, unless it was released because nobody used it. One whose file is gone does not come. It never leaves for another, and nothing leaves or loads ahead while somebody waits for a load.
 */
import type { ModelId } from '../task.ts';
import { loadFor } from './load.ts';
import type { Means } from './means.ts';
import { freeBytes, isIdle, planRoom, type RoomPlan } from './room.ts';
import type { Decision, ModelView, ResidencyView } from './types.ts';
import { loadMsOf } from './worth.ts';

interface Chance {
  readonly model: ModelView;
  readonly probability: number;
  readonly plan: RoomPlan;
  readonly gainMs: number;
}

type Load = Extract<Decision, { kind: 'load' }>;

/** The last load ahead. */
export interface LastAhead {
  readonly atMs: number;
  /** Others have left for it, or leave: its load begins as soon as they are gone. */
  readonly roomFor: ModelId | undefined;
}

export function loadAhead(means: Means, view: ResidencyView, last: LastAhead): Load | undefined {
  const { options, worth } = means;
  const isBusy = view.models.some(
    ({ state, waiting }) => state === 'loading' || state === 'leaving' || (state === 'absent' && waiting.length > 0),
  );
  if (isBusy) return undefined;
  const isUsed = ({ lastUsedMs, releaseAfterMs = options.releasePinnedAfterMs }: ModelView): boolean =>
    view.nowMs - lastUsedMs < releaseAfterMs;
  const absent = view.models.filter(({ state, isGone }) => state === 'absent' && !isGone);
  const pinned = absent.find((model) => model.isPinned && isUsed(model));
  if (pinned !== undefined) {
    const plan = planRoom(view, pinned, worth, options);
    if (plan !== undefined) return loadFor(pinned, plan, { probability: 1 }, options);
  }
  if (!options.loadsAhead) return undefined;
  const isQuiet = view.nowMs - last.atMs < options.aheadGapMs;
  let best: Chance | undefined;
  for (const model of absent.filter(({ id }) => !isQuiet || id === last.roomFor)) {
    const chance = chanceOf(means, view, model);
    if (chance !== undefined && (best === undefined || chance.gainMs > best.gainMs)) best = chance;
  }
  return best && loadFor(best.model, best.plan, best, options);
}

function chanceOf({ options, forecast, worth }: Means, view: ResidencyView, model: ModelView): Chance | undefined {
  const probability = forecast.within(model.id, view.nowMs, options.aheadMs + loadMsOf(model));
  if (probability < Math.min(options.aheadProbability, options.aheadFreeProbability)) return undefined;
  const plan = planRoom(view, model, worth, options);
  if (plan === undefined) return undefined;
  const isFree = plan.evict.length === 0;
  if (probability < (isFree ? options.aheadFreeProbability : options.aheadProbability)) return undefined;
  const { costMs, loadMs } = worth.absenceMs(model);
  const wasteMs = (1 - probability) * loadMs * options.wasteWeight;
  const gainMs = probability * costMs - wasteMs - options.aheadGain * plan.lossMs;
  return gainMs > 0 ? { model, probability, plan, gainMs } : undefined;
}

/** A model that got smaller to make room gets its sequences back when there is room again. */
export function grow(view: ResidencyView): Decision | undefined {
  if (view.models.some(({ state, waiting }) => state === 'loading' || (state === 'absent' && waiting.length > 0)))
    return;
  const free = freeBytes(view);
  const small = view.models.find(
    (model) => model.isSmall && isIdle(model) && model.bytesFull - model.bytesSmall <= free,
  );
  if (small === undefined) return undefined;
  return {
    kind: 'resize',
    model: small.id,
    isSmall: false,
    why: `'${small.id}' gets its sequences back, as there is room.`,
  };
}
