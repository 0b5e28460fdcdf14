/**
 * Draws the lanes of the timeline. What is told by colour is told by form too: waiting is a line, running a bar, paused a dashed line; a
 * broken promise has a cross, one that was given up is hollow; prefill stands above decode.
 */
import { type Lane, type PassMark, type Scale, type TaskMark, tallyOf, xOf } from './marks.ts';
import type { Stretch, Task } from './task.ts';
import type { Theme } from './theme.ts';

export const rowPx = 16;
const passesPx = 32;
const lanePadPx = 8;
/** A promise whose end lies nearer to its beginning is not marked: it would hide what it is about. */
const deadlinePxMin = 4;

export interface Brush {
  readonly ctx: CanvasRenderingContext2D;
  readonly theme: Theme;
  readonly scale: Scale;
  /** The task that is told of. */
  readonly chosen: string | undefined;
}

/** Where a mark was drawn. */
export interface Box {
  readonly mark: TaskMark;
  readonly topPx: number;
}

export function lanePx({ rows }: Lane): number {
  return passesPx + rows * rowPx + lanePadPx;
}

/** @returns where the marks are. */
export function paintLanes(brush: Brush, lanes: readonly Lane[], fromPx: number): Box[] {
  const boxes: Box[] = [];
  let topPx = fromPx;
  for (const lane of lanes) {
    paintHead(brush, lane, topPx);
    for (const mark of lane.marks) {
      const box = { mark, topPx: topPx + passesPx + mark.row * rowPx };
      boxes.push(box);
      paintMark(brush, box);
    }
    topPx += lanePx(lane);
  }
  return boxes;
}

function paintHead(brush: Brush, lane: Lane, topPx: number): void {
  const { ctx, theme, scale } = brush;
  const { leftPx, widthPx } = scale;
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  line(ctx, leftPx, leftPx + widthPx, topPx + lanePx(lane) - lanePadPx / 2);
  for (const pass of lane.passes) paintPass(brush, pass, topPx + 17);
  ctx.font = theme.font;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  const name = shortened(ctx, lane.model, widthPx - 8);
  // A grid line through letters makes them hard to read.
  ctx.fillStyle = theme.background;
  ctx.fillRect(leftPx, topPx, ctx.measureText(name).width + 8, 15);
  ctx.fillStyle = theme.foreground;
  ctx.fillText(name, leftPx + 2, topPx + 2);
}

function paintPass({ ctx, theme }: Brush, { step, leftPx, rightPx }: PassMark, topPx: number): void {
  ctx.fillStyle = step === 'prefill' ? theme.prefill : theme.decode;
  ctx.fillRect(leftPx, step === 'prefill' ? topPx : topPx + 6, Math.max(1, rightPx - leftPx - 0.5), 5);
}

function paintMark(brush: Brush, { mark, topPx }: Box): void {
  const { ctx, theme, chosen } = brush;
  const [first, ...others] = mark.tasks;
  if (others.length === 0) paintTask(brush, first, mark, topPx);
  else paintSeveral(brush, mark, topPx);
  if (chosen === undefined || !mark.tasks.some(({ id }) => id === chosen)) return;
  ctx.setLineDash([]);
  ctx.strokeStyle = theme.focus;
  ctx.lineWidth = 2;
  ctx.strokeRect(mark.leftPx - 3, topPx + 1, mark.rightPx - mark.leftPx + 6, rowPx - 2);
}

/** A bar that is divided as its tasks ended; one of which a promise was broken is taller. */
function paintSeveral({ ctx, theme }: Brush, { tasks, leftPx, rightPx }: TaskMark, topPx: number): void {
  const { kept, broken, gone, open } = tallyOf(tasks);
  const widthPx = rightPx - leftPx;
  let bottomPx = topPx + rowPx / 2 + 5;
  const parts = [
    [kept, theme.kept],
    [open, theme.running],
  ] as const;
  for (const [count, color] of parts) {
    const heightPx = (10 * count) / tasks.length;
    ctx.fillStyle = color;
    ctx.fillRect(leftPx, bottomPx - heightPx, widthPx, heightPx);
    bottomPx -= heightPx;
  }
  if (gone > 0) {
    const heightPx = (10 * gone) / tasks.length;
    ctx.strokeStyle = theme.gone;
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.strokeRect(leftPx + 0.5, bottomPx - heightPx + 0.5, Math.max(widthPx - 1, 1), Math.max(heightPx - 1, 1));
  }
  if (broken === 0) return;
  const heightPx = Math.max(3, (10 * broken) / tasks.length);
  ctx.fillStyle = theme.broken;
  ctx.fillRect(leftPx, topPx, widthPx, heightPx + 2);
}

function paintTask(brush: Brush, task: Task, { leftPx, rightPx }: TaskMark, topPx: number): void {
  const { ctx, scale } = brush;
  const middlePx = topPx + rowPx / 2;
  const color = colorOf(task, brush.theme);
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  for (const stretch of task.stretches) paintStretch(brush, task, stretch, middlePx);
  ctx.setLineDash([]);
  if (task.settledMs !== undefined && task.settledMs <= scale.toMs && task.verdict === 'broken') {
    ctx.lineWidth = 1.5;
    cross(ctx, rightPx + 5, middlePx);
  }
  // Of what was given up nobody asks any more whether it would have been in time.
  if (task.verdict !== 'undecided' || task.outcome === undefined) paintDeadline(brush, task, leftPx, topPx);
}

function paintStretch(brush: Brush, task: Task, stretch: Stretch, middlePx: number): void {
  const { ctx, scale } = brush;
  const { phase, fromMs, toMs = scale.toMs } = stretch;
  if (fromMs > scale.toMs || toMs < scale.fromMs) return;
  // What lies far outside of the picture is not drawn: a dashed line of hours would be.
  const from = xOf(scale, Math.max(fromMs, scale.fromMs - 1_000));
  const to = xOf(scale, Math.min(toMs, scale.toMs));
  ctx.setLineDash(phase === 'paused' ? [4, 3] : []);
  ctx.lineWidth = 2;
  if (phase !== 'running') return line(ctx, from, Math.max(to, from + 1), middlePx);
  const widthPx = Math.max(to - from, 2);
  const isHollow = task.class === 'idle' || (task.outcome !== undefined && task.verdict === 'undecided');
  ctx.lineWidth = 1.5;
  if (isHollow) ctx.strokeRect(from + 1, middlePx - 4, Math.max(widthPx - 2, 1), 8);
  else ctx.fillRect(from, middlePx - 5, widthPx, 10);
}

function paintDeadline({ ctx, theme, scale }: Brush, task: Task, leftPx: number, topPx: number): void {
  const { arrivalMs, sla } = task;
  if (task.class === 'idle' || task.isProbe) return;
  const x = xOf(scale, arrivalMs + sla.targetMs);
  if (x < leftPx + deadlinePxMin || x > scale.leftPx + scale.widthPx) return;
  ctx.strokeStyle = theme.foreground;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, topPx + 1);
  ctx.lineTo(x, topPx + rowPx - 1);
  ctx.stroke();
}

function colorOf({ verdict, outcome, class: name }: Task, { kept, broken, gone, running }: Theme): string {
  if (verdict !== 'undecided') return verdict === 'kept' ? kept : broken;
  return outcome === undefined && name !== 'idle' ? running : gone;
}

/** @returns the text, with an ellipsis where it is too wide. */
function shortened(ctx: CanvasRenderingContext2D, text: string, widthPx: number): string {
  let shown = text;
  while (shown.length > 1 && ctx.measureText(shown).width > widthPx) shown = `${shown.slice(0, -2)}…`;
  return shown;
}

function line(ctx: CanvasRenderingContext2D, from: number, to: number, y: number): void {
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.stroke();
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath();
  ctx.moveTo(x - 3, y - 3);
  ctx.lineTo(x + 3, y + 3);
  ctx.moveTo(x - 3, y + 3);
  ctx.lineTo(x + 3, y - 3);
  ctx.stroke();
}
