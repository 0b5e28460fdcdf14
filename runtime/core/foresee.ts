/**
 * When one task of a lane will have its first and its last token, as far as it can be said now: all tasks of its model, rolled forward
 * by the planner (forecast.ts). For what people are shown of predictions against what came; no decision stands on it. Pure.
 */
import type { Entry } from './entry.ts';
import { rollForward, viewOf } from './forecast.ts';
import type { Policy, Room } from './policy.ts';
import type { Predicted } from './prediction.ts';
import type { SequenceView } from './step.ts';

/** Waiting tasks that are rolled along, the most urgent first: what comes after them moves one that is as early as these little. */
const waitingMax = 16;
/** Passes looked ahead at most; some tens of microseconds each. */
const passesMax = 200;

/** @returns undefined when it will not end within the bound. */
export function foresee(
  { id, work }: Entry,
  entries: Iterable<Entry>,
  room: Room,
  planStep: Policy['planStep'],
  nowMs: number,
): Predicted | undefined {
  const views = [...entries].map((entry) => viewOf(entry.work, entry.generated.length > 0));
  const { sequences, limits, costs } = room;
  const waiting = views.filter(
    ({ contextTokens, started, id: other }) => !started && contextTokens === 0 && other !== id,
  );
  const left = waiting.length > waitingMax ? new Set(waiting.sort(byUrgency).slice(waitingMax)) : undefined;
  const view = {
    nowMs,
    sequences: left === undefined ? views : views.filter((other) => !left.has(other)),
    limits: { ...limits, decodeSequences: sequences },
    costs,
    lastKind: undefined,
    passes: 0,
  };
  const forecast = rollForward(planStep, view, { passesMax, until: id }).get(id);
  if (forecast === undefined) return undefined;
  return { ttftMs: forecast.firstTokenMs - work.arrivalMs, e2eMs: forecast.endMs - work.arrivalMs };
}

function byUrgency(a: SequenceView, b: SequenceView): number {
  return Number(a.relegated) - Number(b.relegated) || a.deadlineMs - b.deadlineMs;
}
