/** Decisions in one sentence each, for the log and for whoever asks why a model left. Pure. */
import type { ModelId } from '../task.ts';
import type { RoomPlan } from './room.ts';
import type { Factors, FileDrop } from './types.ts';

/** Somebody has waited for the model, or for one that it is to answer for; or nobody waits yet and it is likely to be used. */
export type LoadCause = { readonly waitedMs: number; readonly insteadOf?: ModelId } | { readonly probability: number };

export function whyLoad(model: ModelId, cause: LoadCause, plan: RoomPlan): string {
  const size = plan.isSmall ? ', with one sequence, as more would cost another model' : '';
  return `${whyNow(model, cause)}${size}; ${whyRoom(plan)}.`;
}

function whyNow(model: ModelId, cause: LoadCause): string {
  if (!('waitedMs' in cause))
    return `Loads '${model}' ahead, as it is likely to be used soon (${share(cause.probability)})`;
  const { waitedMs, insteadOf } = cause;
  return insteadOf === undefined
    ? `Loads '${model}', for which a task has waited ${seconds(waitedMs)}`
    : `Loads '${model}' for a task that has waited ${seconds(waitedMs)} for '${insteadOf}', which would come too late`;
}

function whyRoom({ evict, downsize, factors }: RoomPlan): string {
  const byId = new Map(factors.map((found) => [found.model, found]));
  const parts = evict.map((id) => `evicted '${id}' because ${whyLeaves(byId.get(id), factors, evict)}`);
  if (downsize.length > 0) parts.push(`took sequences from ${listed(downsize)}, which frees enough`);
  return parts.length === 0 ? 'there is room' : parts.join(', and ');
}

/** The factor that sets it apart most from those that stay. */
function whyLeaves(left: Factors | undefined, all: readonly Factors[], evicted: readonly ModelId[]): string {
  if (left === undefined) return 'it is worth least';
  const stay = all.filter(({ model }) => !evicted.includes(model));
  if (stay.length === 0) return `nothing else may leave (${factorsText(left)})`;
  const mean = (of: (factors: Factors) => number): number => stay.reduce((sum, one) => sum + of(one), 0) / stay.length;
  const reasons: readonly (readonly [string, number])[] = [
    ['it is the least likely to be needed soon', mean((one) => one.need) / Math.max(left.need, ratioMin)],
    ['it is back soonest', mean((one) => one.loadMs) / Math.max(left.loadMs, ratioMin)],
    ['its promises outlast a load best', mean((one) => one.broken) / Math.max(left.broken, ratioMin)],
    ['it frees what is needed at the least loss', 1],
  ];
  const [first] = [...reasons].sort(([, a], [, b]) => b - a);
  const others = stay.map((one) => `'${one.model}': ${factorsText(one)}`).join('; ');
  return `${first?.[0] ?? 'it is worth least'} (${factorsText(left)}; of those that could have left ${others})`;
}

/** @param left all that leave with it. */
export function whyRelief(model: ModelId, left: readonly ModelId[], all: readonly Factors[]): string {
  const own = all.find((found) => found.model === model);
  return `Released '${model}', because there is less memory for models than they hold; ${whyLeaves(own, all, left)}.`;
}

/** Each factor that a model was judged by. */
function factorsText({ need, signalled, loadMs, broken, workMs, bytes, worthMs }: Factors): string {
  const parts = [
    `need ${share(need)}`,
    `${share(signalled)} by signals`,
    `back in ${seconds(loadMs)}`,
    `${share(broken)} of promises broken by that`,
    `work ${seconds(workMs)}`,
    `${(bytes / 1e9).toFixed(1)} GB`,
    `worth ${seconds(worthMs)}`,
  ];
  return parts.join(', ');
}

const ratioMin = 1e-3;

export function whyRead(model: ModelId, need: number, drop: readonly FileDrop[]): string {
  const dropped = drop.length === 0 ? '' : `, in place of that of ${listed(drop.map((file) => file.model))}`;
  return `Reads the file of '${model}' into the page cache, as it may be loaded soon (need ${share(need)})${dropped}.`;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

export function share(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}

function listed(ids: readonly ModelId[]): string {
  return ids.map((id) => `'${id}'`).join(' and ');
}
