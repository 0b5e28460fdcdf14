/**
 * Models that somebody waits for: whether one loads at once, and what else helps. Which of them goes first stands in wanted.ts. Pure.
 *
 * 1. A task whose promise would break by waiting for its model is answered by another one that is there, or its asker is asked: stand-in.ts.
 *    A model on offer stays for the answer for `answerMsMax` at most.
 * 2. One model loads at a time, in the order of wanted.ts.
 * 3. There is room, or room can be made: it loads. It waits a little first when a model that would leave is in the middle of a group of
 *    tasks, as long as no promise breaks by that and for `delayMsMax` at most.
 * 4. Where a promise would break by waiting for its own model, one of its class that is back sooner, as its file is cached or smaller or finds
 *    room, loads in its place, if the asker lets another answer without being asked. 3 holds for it too.
 * 5. There is no room, because others are in use: the next one in the order may load. Who has waited for `drainAfterMs` makes
 *    the least worthy of those in use take no further task, so that nobody starves behind a model that is never idle.
 */
import type { Asked } from './asked.ts';
import { loadFor } from './load.ts';
import type { Means } from './means.ts';
import { bytesOf, freeBytes, isIdle, planRoom, type RoomPlan, stays } from './room.ts';
import { soonerOf } from './stand-in.ts';
import type { Decision, ModelView, ResidencyView } from './types.ts';
import { type Wanted, wantedModels } from './wanted.ts';
import { type LoadCause, seconds, share } from './why.ts';

/** Which load helps who waits. */
interface Way {
  readonly model: ModelView;
  readonly plan: RoomPlan;
  readonly cause: LoadCause;
}

export function onDemand(means: Means, view: ResidencyView, asked: Asked): Decision[] {
  if (view.models.some(({ state }) => state === 'loading' || state === 'leaving')) return [];
  const wanted = wantedModels(means, view);
  const held: Decision[] = wanted.length === 0 ? resumed(view) : [];
  for (const want of wanted) {
    const way = standInFor(means, view, want) ?? ownLoad(means, view, want); // 3, 4
    if (way === undefined) {
      held.push(...noRoom(means, view, want)); // 5
      continue;
    }
    const wait = onOffer(asked, view, want, way.plan) ?? delayed(means, view, want, way.plan);
    if (wait === undefined) return [...held, loadFor(way.model, way.plan, way.cause, means.options)];
    held.push(wait);
  }
  return held;
}

/** A model of the class that is back sooner, when its own would come too late. It answers once it is there. */
function standInFor(means: Means, view: ResidencyView, { model, sinceMs }: Wanted): Way | undefined {
  const other = soonerOf(means, view, model);
  const plan = other && planRoom(view, other, means.worth, means.options);
  return other && plan && { model: other, plan, cause: { waitedMs: view.nowMs - sinceMs, insteadOf: model.id } };
}

function ownLoad({ worth, options }: Means, view: ResidencyView, { model, sinceMs }: Wanted): Way | undefined {
  const plan = planRoom(view, model, worth, options);
  return plan && { model, plan, cause: { waitedMs: view.nowMs - sinceMs } };
}

function resumed(view: ResidencyView): Decision[] {
  return view.models
    .filter(({ isDraining, state }) => isDraining && state === 'ready')
    .map(({ id }) => ({
      kind: 'resume',
      model: id,
      why: `'${id}' takes tasks again: nobody waits for its room any more.`,
    }));
}

/** Who would leave may be the one that answers: it stays until that is said. Ghost text waits for nobody's answer. */
function onOffer(asked: Asked, { nowMs }: ResidencyView, { model }: Wanted, { evict }: RoomPlan): Decision | undefined {
  const untilMs = model.isPinned ? undefined : asked.heldUntilMs(model, evict, nowMs);
  if (untilMs === undefined) return undefined;
  const why = `'${model.id}' waits for up to ${seconds(untilMs - nowMs)}: somebody is asked whether to take the answer of another, which would leave for it.`;
  return { kind: 'wait', model: model.id, untilMs, why };
}

/** Who would leave is likely to be used in the time that can be waited: the group goes on for so long. */
function delayed(
  { options, forecast }: Means,
  view: ResidencyView,
  { model, sinceMs, latestMs }: Wanted,
  { evict }: RoomPlan,
): Decision | undefined {
  const untilMs = Math.min(sinceMs + options.delayMsMax, latestMs);
  const leftMs = untilMs - view.nowMs;
  if (evict.length === 0 || leftMs <= 0 || model.isPinned) return undefined;
  for (const id of evict) {
    const probability = forecast.within(id, view.nowMs, leftMs);
    if (probability < options.delayProbability) continue;
    const why = `'${model.id}' waits for up to ${seconds(leftMs)}: '${id}' would leave for it and is likely to be used before (${share(probability)}).`;
    return { kind: 'wait', model: model.id, untilMs, why };
  }
  return undefined;
}

function noRoom(means: Means, view: ResidencyView, { model, sinceMs }: Wanted): Decision[] {
  const { options, worth } = means;
  const { nowMs } = view;
  const waitedMs = nowMs - sinceMs;
  const young = view.models.filter(
    (other) => other.state === 'ready' && !stays(other) && nowMs - other.readySinceMs < options.residenceMsMin,
  );
  const untilMs = Math.min(
    ...young.map(({ readySinceMs }) => readySinceMs + options.residenceMsMin),
    nowMs + lookAgainMs,
  );
  const why = `'${model.id}' waits: those that would leave for it are in use or have only just come.`;
  const wait: Decision = { kind: 'wait', model: model.id, untilMs, why };
  if (waitedMs < options.drainAfterMs) return [wait];
  const missing = model.bytesFull - freeBytes(view);
  const [least] = view.models
    .filter(
      (other) =>
        other.state === 'ready' && !stays(other) && !other.isDraining && !isIdle(other) && bytesOf(other) >= missing,
    )
    .sort((a, b) => worth.factorsOf(a, nowMs).worthMs - worth.factorsOf(b, nowMs).worthMs);
  if (least === undefined) return [wait];
  const drained = `'${least.id}' takes no further task: a task has waited ${seconds(waitedMs)} for '${model.id}', which needs its room.`;
  return [wait, { kind: 'drain', model: least.id, for: model.id, why: drained }];
}

/** While others are in use, their ends are events that lead to another look; this is for callers that tell of none. */
const lookAgainMs = 1_000;
