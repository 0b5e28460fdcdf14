/**
 * Models that somebody waits for: which of them goes first, and when one would be there. Pure.
 *
 * One model loads at a time: the pinned one first; then those of which a promise can still be kept, by the latest moment at which their
 * load may begin; then the others by arrival, shorter loads sooner. Who has waited for `drainAfterMs` goes before all but the pinned one.
 *
 * Of several tasks of one model the most urgent that can still be kept says when its load must begin, and the one that came first says for how
 * long it has been waited for: one order of the tasks could not say both, so the order in which the caller shows them says nothing.
 */
import type { Means } from './means.ts';
import { bytesOf, canFit, freeBytes, isIdle, planRoom, stays } from './room.ts';
import type { ModelView, ResidencyView, WaitingTask } from './types.ts';
import { loadMsOf } from './worth.ts';

/** A model that is waited for. */
export interface Wanted {
  readonly model: ModelView;
  /** The first of its tasks came then, in ms. */
  readonly sinceMs: number;
  /** If its load began later than this, a promise would break that can be kept; of one without such a promise it is over. In ms. */
  readonly latestMs: number;
}

/** In the order in which they load. */
export function wantedModels({ options }: Means, view: ResidencyView): Wanted[] {
  const { nowMs } = view;
  const wanted = view.models
    .filter((model) => model.state === 'absent' && model.waiting.length > 0 && canFit(view, model, options))
    .map((model) => wantedOf(model, nowMs));
  const rank = ({ model, sinceMs, latestMs }: Wanted): number => {
    if (model.isPinned) return 0;
    if (nowMs - sinceMs >= options.drainAfterMs) return 1;
    return latestMs >= nowMs ? 2 : 3;
  };
  const timeOf = (want: Wanted): number =>
    (rank(want) === 2 ? want.latestMs : want.sinceMs + options.shortLoadWeight * loadMsOf(want.model)) -
    options.queueWeight * queuedMs(want.model);
  return wanted.sort((a, b) => rank(a) - rank(b) || timeOf(a) - timeOf(b));
}

function wantedOf(model: ModelView, nowMs: number): Wanted {
  const loadMs = loadMsOf(model);
  const latest = model.waiting.map((task) => urgencyOf(task) - loadMs);
  const keepable = latest.filter((latestMs) => latestMs >= nowMs);
  const sinceMs = Math.min(...model.waiting.map(({ arrivalMs }) => arrivalMs));
  return { model, sinceMs, latestMs: Math.min(...(keepable.length > 0 ? keepable : latest)) };
}

/** Predicted work of all that wait for it. */
function queuedMs({ waiting }: ModelView): number {
  return waiting.reduce((sum, { workMs }) => sum + workMs, 0);
}

/** Its work must begin then, or its promise breaks. In ms. */
function urgencyOf({ deadlineMs, workMs }: WaitingTask): number {
  return deadlineMs - workMs;
}

export function byUrgency({ waiting }: ModelView): WaitingTask[] {
  return [...waiting].sort((a, b) => urgencyOf(a) - urgencyOf(b));
}

/**
 * Until a model that is waited for would be there, in ms: its own load, after the one that goes on, those that go before it, and the
 * work of models that must leave for it. An estimate from what is known now: who comes later may still go before.
 */
export function comesInMs(means: Means, view: ResidencyView, model: ModelView): number {
  if (model.state === 'loading') return leftMs(model, view.nowMs);
  const underWayMs = Math.max(
    0,
    ...view.models.filter(({ state }) => state === 'loading').map((other) => leftMs(other, view.nowMs)),
  );
  const order = wantedModels(means, view);
  const place = order.findIndex((want) => want.model === model);
  // One for which there is no room holds up nobody.
  const before = order
    .slice(0, Math.max(0, place))
    .filter((want) => planRoom(view, want.model, means.worth, means.options) !== undefined);
  const beforeMs = before.reduce((sum, want) => sum + loadMsOf(want.model), 0);
  return (
    Math.max(underWayMs + beforeMs, roomInMs(means, view, order[place] ?? wantedOf(model, view.nowMs))) +
    loadMsOf(model)
  );
}

function leftMs(model: ModelView, nowMs: number): number {
  return Math.max(0, Math.min(model.readySinceMs, nowMs) + loadMsOf(model) - nowMs);
}

/** Until as many of those in use are done as must leave for it: with their queue, or, when that is sooner, once they take no further task. */
function roomInMs(means: Means, view: ResidencyView, { model, sinceMs }: Wanted): number {
  const { worth, options } = means;
  const { nowMs } = view;
  if (planRoom(view, model, worth, options) !== undefined) return 0;
  const drainsInMs = Math.max(0, sinceMs + options.drainAfterMs - nowMs);
  const doneInMs = (other: ModelView): number => {
    const queueMs = other.waiting.reduce((sum, { workMs }) => sum + workMs, 0);
    const youngMs = other.readySinceMs + options.residenceMsMin - nowMs;
    const runsMs = other.running * worth.workMsOf(other.id);
    return Math.max(youngMs, runsMs + (isIdle(other) ? 0 : Math.min(queueMs, drainsInMs)));
  };
  const leaving = view.models
    .filter((other) => other !== model && other.state === 'ready' && !stays(other))
    .map((other) => ({ bytes: bytesOf(other), inMs: doneInMs(other) }))
    .sort((a, b) => a.inMs - b.inMs);
  let missing = (options.downsizes ? Math.min(model.bytesSmall, model.bytesFull) : model.bytesFull) - freeBytes(view);
  let inMs = 0;
  for (const other of leaving) {
    if (missing <= 0) break;
    missing -= other.bytes;
    inMs = Math.max(inMs, other.inMs);
  }
  return inMs;
}
