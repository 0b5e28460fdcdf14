/** Why a task waited: its model had to load, or others ran. Pure. */
import type { Fold, Load } from './fold.ts';
import type { Stretch, Task } from './task.ts';

export interface WaitReason {
  /** Of its waiting, in ms. */
  readonly loadMs: number;
  /** Tasks of the same model that ran meanwhile, the first ones. */
  readonly behind: readonly Task[];
  /** How many more there were. */
  readonly others: number;
}

/** More names would not be read. */
const namedMax = 3;

/** @param nowMs until when a stretch goes on that has no end. */
export function whyWaited(task: Task, { tasks, loads }: Pick<Fold, 'tasks' | 'loads'>, nowMs: number): WaitReason {
  const waits = task.stretches.filter(({ phase }) => phase === 'waiting');
  const own = loads.filter(({ model }) => model === task.model);
  const loadMs = waits.reduce((sum, wait) => sum + own.reduce((all, load) => all + overlapMs(wait, load, nowMs), 0), 0);
  const [first, last] = [waits[0], waits.at(-1)];
  const near = first && last ? tasks.within(first.fromMs, last.toMs ?? nowMs) : [];
  const ran = near.filter(
    (other) =>
      other !== task &&
      other.model === task.model &&
      other.stretches.some(
        (stretch) => stretch.phase === 'running' && waits.some((wait) => overlapMs(wait, stretch, nowMs) > 0),
      ),
  );
  return { loadMs, behind: ran.slice(0, namedMax), others: Math.max(0, ran.length - namedMax) };
}

function overlapMs(a: Stretch | Load, b: Stretch | Load, nowMs: number): number {
  return Math.max(0, Math.min(a.toMs ?? nowMs, b.toMs ?? nowMs) - Math.max(a.fromMs, b.fromMs));
}
