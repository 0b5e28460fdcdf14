/**
 * Who leaves, or gets smaller, so that a model fits: the cheapest set, found by looking at all sets of the models that may go. Pure.
 *
 * A model that runs, is waited for, loads, is pinned or kept, or has only just come never leaves. Few models are resident at a time, so all
 * sets are few; beyond `candidatesMax` only the models of least worth per byte are looked at.
 */
import type { ModelId } from '../task.ts';
import type { ResidencyOptions } from './options.ts';
import type { Factors, ModelView, ResidencyView } from './types.ts';
import type { Worth } from './worth.ts';

export interface RoomPlan {
  readonly isSmall: boolean;
  readonly evict: readonly ModelId[];
  readonly downsize: readonly ModelId[];
  /** What leaves or shrinks is worth this, in ms. */
  readonly lossMs: number;
  readonly factors: readonly Factors[];
}

interface Candidate {
  readonly model: ModelView;
  readonly factors: Factors;
  readonly shrinkBytes: number;
  readonly shrinkLossMs: number;
}

interface Best {
  lossMs: number;
  freed: number;
  /** For each candidate: stays, shrinks or goes. */
  chosen: readonly Fate[];
}

type Fate = 'stay' | 'shrink' | 'go';

const candidatesMax = 9;

export function heldBytes(model: ModelView): number {
  return model.state === 'absent' || model.state === 'failed' ? 0 : bytesOf(model);
}

export function bytesOf(model: ModelView): number {
  return model.isSmall ? model.bytesSmall : model.bytesFull;
}

export function freeBytes(view: ResidencyView): number {
  return view.models.reduce((left, model) => left - heldBytes(model), view.budgetBytes);
}

/** It leaves for no other: completions go to it, or the user wants it so. */
export function stays({ isPinned, isKept }: Pick<ModelView, 'isPinned' | 'isKept'>): boolean {
  return isPinned || isKept === true;
}

/** Whether it could be loaded if everything but what stays left. */
export function canFit(view: ResidencyView, model: ModelView, { downsizes }: ResidencyOptions): boolean {
  const stayingBytes = view.models.reduce((sum, one) => sum + (stays(one) && one !== model ? heldBytes(one) : 0), 0);
  const bytes = downsizes ? Math.min(model.bytesSmall, model.bytesFull) : model.bytesFull;
  return bytes + stayingBytes <= view.budgetBytes;
}

/** Ready, and nobody uses or wants it. */
export function isIdle(model: ModelView): boolean {
  return model.state === 'ready' && model.running === 0 && model.waiting.length === 0;
}

/** Its file is gone, and nothing of it runs or waits. */
export function isLeftOver(model: ModelView): boolean {
  return model.isGone === true && isIdle(model);
}

/** Whether it may leave now. */
function mayLeave(model: ModelView, nowMs: number, { residenceMsMin }: ResidencyOptions): boolean {
  const isDone = isIdle(model) || (model.isDraining && model.state === 'ready' && model.running === 0);
  return isDone && !stays(model) && nowMs - model.readySinceMs >= residenceMsMin;
}

/** Undefined when there is no room to be made at the moment. */
export function planRoom(
  view: ResidencyView,
  wanted: ModelView,
  worth: Worth,
  options: ResidencyOptions,
): RoomPlan | undefined {
  const free = freeBytes(view);
  if (wanted.bytesFull <= free) return emptyPlan;
  const candidates = candidatesOf(view, wanted, worth, options);
  const full = cheapest(candidates, wanted.bytesFull - free);
  if (!options.downsizes || wanted.bytesSmall >= wanted.bytesFull) return full && planOf(candidates, full, false);
  const small = cheapest(candidates, wanted.bytesSmall - free);
  const smallLossMs = options.smallLoss * worth.absenceMs(wanted).costMs;
  if (small !== undefined && (full === undefined || small.lossMs + smallLossMs < full.lossMs))
    return planOf(candidates, { ...small, lossMs: small.lossMs + smallLossMs }, true);
  return full && planOf(candidates, full, false);
}

/**
 * Memory for models became less, as other programs took some: who leaves. Empty when all fits, or when nobody may leave. Where the others
 * are not enough what the user wants to keep leaves too: a machine that runs out of memory stands still.
 */
export function planRelief(view: ResidencyView, worth: Worth, options: ResidencyOptions): readonly ModelId[] {
  const missing = -freeBytes(view);
  if (missing <= 0) return [];
  const whole = { ...options, downsizes: false };
  const others = candidatesOf(view, undefined, worth, whole);
  const enough = cheapest(others, missing);
  if (enough !== undefined) return planOf(others, enough, false).evict;
  const unkept = { ...view, models: view.models.map((model) => ({ ...model, isKept: false })) };
  const all = candidatesOf(unkept, undefined, worth, whole);
  return planOf(all, cheapest(all, missing) ?? everyone(all), false).evict;
}

function everyone(candidates: readonly Candidate[]): Best {
  return { lossMs: 0, freed: 0, chosen: candidates.map(() => 'go') };
}

const emptyPlan: RoomPlan = { isSmall: false, evict: [], downsize: [], lossMs: 0, factors: [] };

function candidatesOf(
  view: ResidencyView,
  wanted: ModelView | undefined,
  worth: Worth,
  options: ResidencyOptions,
): Candidate[] {
  const { nowMs } = view;
  const all = view.models.flatMap((model): Candidate[] => {
    if (model === wanted || !mayLeave(model, nowMs, options)) return [];
    const factors = worth.factorsOf(model, nowMs);
    const mayShrink = options.downsizes && !model.isSmall && model.bytesSmall < model.bytesFull;
    const shrinkBytes = mayShrink ? model.bytesFull - model.bytesSmall : 0;
    return [{ model, factors, shrinkBytes, shrinkLossMs: options.smallLoss * factors.worthMs }];
  });
  if (all.length <= candidatesMax) return all;
  return all
    .sort((a, b) => a.factors.worthMs / a.factors.bytes - b.factors.worthMs / b.factors.bytes)
    .slice(0, candidatesMax);
}

/** The set of least loss that frees `bytes`; of equal ones that which frees least. */
function cheapest(candidates: readonly Candidate[], bytes: number): Best | undefined {
  let best: Best | undefined;
  const chosen: Fate[] = [];
  const look = (place: number, freed: number, lossMs: number): void => {
    if (best !== undefined && lossMs > best.lossMs) return;
    if (freed >= bytes) {
      if (best === undefined || lossMs < best.lossMs || freed < best.freed)
        best = { lossMs, freed, chosen: [...chosen] };
      return;
    }
    const candidate = candidates[place];
    if (candidate === undefined) return;
    const { factors, shrinkBytes, shrinkLossMs } = candidate;
    chosen.push('stay');
    look(place + 1, freed, lossMs);
    if (shrinkBytes > 0) {
      chosen[place] = 'shrink';
      look(place + 1, freed + shrinkBytes, lossMs + shrinkLossMs);
    }
    chosen[place] = 'go';
    look(place + 1, freed + factors.bytes, lossMs + factors.worthMs);
    chosen.pop();
  };
  look(0, 0, 0);
  return best;
}

function planOf(candidates: readonly Candidate[], { lossMs, chosen }: Best, isSmall: boolean): RoomPlan {
  const of = (fate: Fate): readonly ModelId[] =>
    candidates.filter((_, place) => chosen[place] === fate).map(({ model }) => model.id);
  return {
    isSmall,
    evict: of('go'),
    downsize: of('shrink'),
    lossMs,
    factors: candidates.map(({ factors }) => factors),
  };
}
