/**
 * Models that somebody waits for: whether one loads at once, and what else helps. Which of them goes first stands in wanted.ts. Pure.
 *
 * 1. A task whose promise would break by waiting for its model, and would be kept by another resident model of its class, is answered
 *    by that one, if its asker wants that; or he is asked, once, and the other stays for his answer for `answerMsMax` at most.
 * 2. One model loads at a time, in the order of wanted.ts.
 * 3. There is room, or room can be made: it loads. It waits a little first when a model that would leave is in the middle of a group of
 *    tasks, as long as no promise breaks by that and for `delayMsMax` at most.
 * 4. There is no room, because others are in use: the next one in the order may load. Who has waited for `drainAfterMs` makes
 *    the least worthy of those in use take no further task, so that nobody starves behind a model that is never idle.
 */

import type { Asked } from './asked.ts';
import { loadFor } from './load.ts';
import type { Means } from './means.ts';
import type { ResidencyOptions } from './options.ts';
import { bytesOf, freeBytes, isIdle, planRoom, type RoomPlan, stays } from './room.ts';
import type { Decision, ModelView, ResidencyView, WaitingTask } from './types.ts';
import { byUrgency, comesInMs, type Wanted, wantedModels } from './wanted.ts';
import { seconds, share } from './why.ts';

type Substitute = Extract<Decision, { kind: 'substitute' }>;

export function substitutions(means: Means, view: ResidencyView): Substitute[] {
  return view.models.flatMap((model): Substitute[] => {
    if (model.isNamed || (model.state !== 'loading' && model.state !== 'absent')) return [];
    const found = [standIn(means, view, model, 'automatically'), standIn(means, view, model, 'ask')];
    return found.filter((one) => one !== undefined);
  });
}

/** For the tasks of the model whose askers want it so: the largest model that does better for the first, and all that it does better for. */
function standIn(
  means: Means,
  view: ResidencyView,
  model: ModelView,
  substitution: 'ask' | 'automatically',
): Substitute | undefined {
  const { options } = means;
  const waiting = byUrgency(model).filter((task) => (task.substitution ?? options.substitution) === substitution);
  const [first] = waiting;
  if (first === undefined) return undefined;
  const waitMs = comesInMs(means, view, model);
  const readyMs = view.nowMs + waitMs;
  const [by] = view.models
    .filter((other) => canStandIn(other, model, first))
    .filter((other) => isBetterBy(other, model, first, view.nowMs, readyMs, options))
    .sort((a, b) => b.fileBytes - a.fileBytes);
  if (by === undefined) return undefined;
  const tasks = waiting.filter((task) => isBetterBy(by, model, task, view.nowMs, readyMs, options)).map(({ id }) => id);
  const asks = substitution === 'ask';
  const verb = asks ? 'Asks whether to answer' : 'Answers';
  const why = `${verb} with '${by.id}': '${model.id}' would come in ${seconds(waitMs)}, and the promise would break.`;
  return { kind: 'substitute', model: model.id, by: by.id, tasks, asks, waitMs, why };
}

/** A resident model of the class that has a free hand. */
function canStandIn(other: ModelView, model: ModelView, task: WaitingTask): boolean {
  const isOpen = other.state === 'ready' && !other.isDraining && !other.isGone;
  const isFree = other !== model && isOpen && other.waiting.length === 0;
  return isFree && other.classes.includes(task.class);
}

/** Waiting would break the promise, and the other would keep it, or be late by clearly less. */
function isBetterBy(
  other: ModelView,
  model: ModelView,
  { workMs, deadlineMs }: WaitingTask,
  nowMs: number,
  readyMs: number,
  { standInLeadMs }: ResidencyOptions,
): boolean {
  const endMs = readyMs + workMs;
  const otherEndMs = nowMs + (workMs * other.fileBytes) / Math.max(1, model.fileBytes);
  return endMs > deadlineMs && (otherEndMs <= deadlineMs || endMs - otherEndMs >= standInLeadMs);
}

export function onDemand(means: Means, view: ResidencyView, asked: Asked): Decision[] {
  if (view.models.some(({ state }) => state === 'loading' || state === 'leaving')) return [];
  const wanted = wantedModels(means, view);
  const held: Decision[] = wanted.length === 0 ? resumed(view) : [];
  for (const want of wanted) {
    const plan = planRoom(view, want.model, means.worth, means.options); // 3
    if (plan === undefined) {
      held.push(...noRoom(means, view, want)); // 4
      continue;
    }
    const wait = onOffer(asked, view, want, plan) ?? delayed(means, view, want, plan);
    if (wait === undefined)
      return [...held, loadFor(want.model, plan, { waitedMs: view.nowMs - want.sinceMs }, means.options)];
    held.push(wait);
  }
  return held;
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
