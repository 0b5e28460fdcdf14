/**
 * What the timeline draws, in pixels: a lane for each model, a mark for each task that has room, and one mark for several where they
 * would lie on each other. So a picture of ten thousand tasks has no more marks than one of some hundreds. Pure.
 */
import type { Shown } from './clock.ts';
import type { Pass } from './fold.ts';
import { beginOf, type Task } from './task.ts';

export interface Scale extends Shown {
  readonly leftPx: number;
  readonly widthPx: number;
}

/** One task, or several that are too short to be told apart. */
export interface TaskMark {
  readonly tasks: readonly [Task, ...Task[]];
  readonly row: number;
  readonly leftPx: number;
  readonly rightPx: number;
}

/** Passes of one kind that follow each other without a gap to be seen. */
export interface PassMark {
  readonly step: Pass['step'];
  readonly leftPx: number;
  readonly rightPx: number;
}

export interface Lane {
  readonly model: string;
  readonly marks: readonly TaskMark[];
  readonly passes: readonly PassMark[];
  /** Rows that its tasks take, at most `rowsMax`. */
  readonly rows: number;
  /** Tasks that have no row. */
  readonly hidden: number;
}

export const rowsMax = 12;
/** Nothing is narrower, or it would not be seen. */
const leastPx = 2;
/** As wide as a mark of several becomes; what is wider has its own. */
const severalPx = 7;

export function xOf({ fromMs, toMs, leftPx, widthPx }: Scale, atMs: number): number {
  return leftPx + ((atMs - fromMs) / Math.max(1, toMs - fromMs)) * widthPx;
}

/** @param tasks in the order in which they came; @param passes in the order of their ends: both of the time that is shown. */
export function lanesOf(tasks: readonly Task[], passes: readonly Pass[], scale: Scale): Lane[] {
  const models = [...new Set([...tasks, ...passes].map(({ model }) => model))].sort();
  return models.map((model) => {
    const own = tasks.filter((task) => task.model === model);
    const drawn = own.filter(({ row }) => row < rowsMax);
    return {
      ...{ model, hidden: own.length - drawn.length, marks: taskMarks(drawn, scale) },
      passes: passMarks(
        passes.filter((pass) => pass.model === model),
        scale,
      ),
      rows: drawn.reduce((rows, { row }) => Math.max(rows, row + 1), 1),
    };
  });
}

interface OpenMark extends TaskMark {
  readonly tasks: [Task, ...Task[]];
  rightPx: number;
}

function taskMarks(tasks: readonly Task[], scale: Scale): TaskMark[] {
  const marks: OpenMark[] = [];
  /** By row: the last one. */
  const last: OpenMark[] = [];
  for (const task of tasks) {
    const leftPx = Math.max(scale.leftPx - severalPx, xOf(scale, beginOf(task)));
    const endMs = Math.min(task.settledMs ?? scale.toMs, scale.toMs);
    const rightPx = Math.max(leftPx + leastPx, xOf(scale, endMs));
    const before = last[task.row];
    const isNear = before !== undefined && leftPx < before.rightPx + 1 && rightPx - before.leftPx <= severalPx;
    if (isNear) {
      before.tasks.push(task);
      before.rightPx = Math.max(before.rightPx, rightPx);
      continue;
    }
    const mark: OpenMark = { tasks: [task], row: task.row, leftPx, rightPx };
    last[task.row] = mark;
    marks.push(mark);
  }
  return marks;
}

function passMarks(passes: readonly Pass[], scale: Scale): PassMark[] {
  const marks: { step: Pass['step']; leftPx: number; rightPx: number }[] = [];
  const last = new Map<Pass['step'], (typeof marks)[number]>();
  for (const { step, fromMs, toMs } of passes) {
    const [leftPx, rightPx] = [xOf(scale, fromMs), xOf(scale, Math.min(toMs, scale.toMs))];
    const before = last.get(step);
    if (before !== undefined && leftPx < before.rightPx + 1) {
      before.rightPx = Math.max(before.rightPx, rightPx);
      continue;
    }
    const mark = { step, leftPx, rightPx: Math.max(rightPx, leftPx + 1) };
    last.set(step, mark);
    marks.push(mark);
  }
  return marks;
}

/** How several tasks ended: their shares tell what one mark stands for. */
export interface Tally {
  readonly kept: number;
  readonly broken: number;
  /** Superseded, cancelled, or work that was promised to nobody. */
  readonly gone: number;
  /** Not over. */
  readonly open: number;
}

export function tallyOf(tasks: readonly Task[]): Tally {
  const tally = { kept: 0, broken: 0, gone: 0, open: 0 };
  for (const { verdict, outcome } of tasks)
    tally[verdict !== 'undecided' ? verdict : outcome === undefined ? 'open' : 'gone'] += 1;
  return tally;
}
