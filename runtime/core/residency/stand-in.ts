/**
 * Models that answer for another one of their class, when waiting for that would break the promise. Pure.
 *
 * - One that is resident and has a free hand answers at once; or whoever asks for the task is asked, once.
 * - One that is absent and would be back sooner is loaded in the place of the task's own (demand.ts), and answers when it is there. Nobody
 *   is asked about that: who wants to be asked is asked about what is there.
 *
 * Only the promise counts: it would be kept by the other, or missed by clearly less. Of several the largest file, which writes best.
 */
import type { Substitution } from '../task.ts';
import type { Means } from './means.ts';
import type { Decision, ModelView, ResidencyView, WaitingTask } from './types.ts';
import { byUrgency, comesInMs } from './wanted.ts';
import { seconds } from './why.ts';
import { loadMsOf } from './worth.ts';

type Substitute = Extract<Decision, { kind: 'substitute' }>;

/** A task, and when its own model would be there. */
interface Late {
  readonly model: ModelView;
  readonly task: WaitingTask;
  readonly readyMs: number;
}

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
  substitution: Exclude<Substitution, 'never'>,
): Substitute | undefined {
  const waiting = byUrgency(model).filter((task) => wishOf(means, task) === substitution);
  const [first] = waiting;
  if (first === undefined) return undefined;
  const { nowMs } = view;
  const waitMs = comesInMs(means, view, model);
  const lateOf = (task: WaitingTask): Late => ({ model, task, readyMs: nowMs + waitMs });
  const by = largest(
    view.models.filter((other) => canStandIn(other, model, first) && isBetter(means, other, nowMs, lateOf(first))),
  );
  if (by === undefined) return undefined;
  const tasks = waiting.filter((task) => isBetter(means, by, nowMs, lateOf(task))).map(({ id }) => id);
  const asks = substitution === 'ask';
  const verb = asks ? 'Asks whether to answer' : 'Answers';
  const why = `${verb} with '${by.id}': '${model.id}' would come in ${seconds(waitMs)}, and the promise would break.`;
  return { kind: 'substitute', model: model.id, by: by.id, tasks, asks, waitMs, why };
}

/** The absent model that would answer the most urgent task better than its own would, if its load began now. */
export function soonerOf(means: Means, view: ResidencyView, model: ModelView): ModelView | undefined {
  // Ghost text that is late is of no use, so its own model comes in for the next one.
  if (!means.options.loadsStandIns || model.isPinned || model.isNamed) return undefined;
  const [task] = byUrgency(model);
  if (task === undefined || wishOf(means, task) !== 'automatically') return undefined;
  const { nowMs } = view;
  const canCome = ({ id, state, isGone, classes }: ModelView): boolean =>
    id !== model.id && state === 'absent' && !isGone && classes.includes(task.class);
  const absent = view.models.filter(canCome);
  if (absent.length === 0) return undefined;
  const late: Late = { model, task, readyMs: nowMs + comesInMs(means, view, model) };
  return largest(absent.filter((other) => isBetter(means, other, nowMs + loadMsOf(other), late)));
}

function wishOf({ options }: Means, task: WaitingTask): Substitution {
  return task.substitution ?? options.substitution;
}

function largest(models: readonly ModelView[]): ModelView | undefined {
  return [...models].sort((a, b) => b.fileBytes - a.fileBytes)[0];
}

/** A resident model of the class that has a free hand. */
function canStandIn(other: ModelView, model: ModelView, task: WaitingTask): boolean {
  const isOpen = other.state === 'ready' && !other.isDraining && !other.isGone;
  const isFree = other !== model && isOpen && other.waiting.length === 0;
  return isFree && other.classes.includes(task.class);
}

/** Waiting would break the promise, and the other, from when it can begin, would keep it, or be late by clearly less. */
function isBetter({ options }: Means, other: ModelView, beginsMs: number, { model, task, readyMs }: Late): boolean {
  const { workMs, deadlineMs } = task;
  const endMs = readyMs + workMs;
  const otherEndMs = beginsMs + (workMs * other.fileBytes) / Math.max(1, model.fileBytes);
  return endMs > deadlineMs && (otherEndMs <= deadlineMs || endMs - otherEndMs >= options.standInLeadMs);
}
