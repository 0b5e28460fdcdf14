/**
 * The timeline: a lane for each model with its forward passes above and its tasks below, each in a row of its own. What is told by
 * colour is told by form too: waiting is a line, running a bar, paused a dashed line; a broken promise has a cross, one that was given up
 * an open end. The task that is pointed at, or chosen with the keys, is told in words below.
 */
import uPlot from 'uplot';
import type { Shown } from './clock.ts';
import { element, setText } from './dom.ts';
import { type Lane, lanesOf, tasksWithin, verdictOf } from './figures.ts';
import type { Fold, Stretch, Task } from './fold.ts';
import type { Theme } from './theme.ts';
import { whyWaited } from './why.ts';
import type { Words } from './words.ts';

const rowPx = 16;
const passesPx = 26;
const lanePadPx = 8;
const axisPx = 28;
const heightPxMin = 120;
/** So far beside a task one still points at it. */
const reachPx = 6;

interface Box {
  readonly task: Task;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

export class Timeline {
  readonly root: HTMLElement;
  readonly #words: Words;
  readonly #fold: Fold;
  readonly #plotted = element('div', { class: 'plot' });
  readonly #option: HTMLElement;
  readonly #list: HTMLElement;
  readonly #told: HTMLElement;
  readonly #hidden = element('p', { class: 'hint' });
  #plot: uPlot | undefined;
  #theme: Theme;
  #lanes: readonly Lane[] = [];
  #tasks: readonly Task[] = [];
  #boxes: Box[] = [];
  #shown: Shown = { fromMs: 0, toMs: 1 };
  #chosen: string | undefined;

  constructor(words: Words, fold: Fold, theme: Theme) {
    this.#words = words;
    this.#fold = fold;
    this.#theme = theme;
    this.#option = element('div', { role: 'option', id: 'chosen-task', 'aria-selected': 'true', class: 'hidden' });
    this.#list = element('div', {
      ...{ class: 'timeline', role: 'listbox', tabindex: '0' },
      ...{ 'aria-label': words.text('timelineLabel'), 'aria-activedescendant': 'chosen-task' },
    });
    this.#plotted.setAttribute('aria-hidden', 'true');
    this.#list.append(this.#plotted, this.#option);
    this.#told = element('p', { class: 'story' }, words.text('timelineHelp'));
    this.root = element('div', {}, this.#list, this.#hidden, this.#told);
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#plotted.addEventListener('pointermove', (event) => this.#point(event));
    setText(this.#option, words.text('timelineHelp'));
  }

  theme(theme: Theme): void {
    this.#theme = theme;
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** @param widthPx of what it may take. */
  update(shown: Shown, widthPx: number): void {
    const { tasks, passes } = this.#fold;
    this.#shown = shown;
    this.#tasks = tasksWithin(tasks.values(), shown.fromMs, shown.toMs);
    this.#lanes = lanesOf(this.#tasks, passes, shown.fromMs, shown.toMs);
    const hidden = this.#lanes.reduce((sum, lane) => sum + lane.hidden, 0);
    setText(this.#hidden, hidden === 0 ? '' : this.#words.text('moreRows', hidden));
    const wantedPx = this.#lanes.reduce((sum, lane) => sum + lanePx(lane), 0) + axisPx;
    const size = { width: widthPx, height: Math.max(heightPxMin, wantedPx) };
    this.#plot ??= this.#made(size);
    if (this.#plot.width !== size.width || this.#plot.height !== size.height) this.#plot.setSize(size);
    const { originMs } = this.#fold;
    this.#plot.setData([
      [originMs + shown.fromMs, originMs + shown.toMs],
      [null, null],
    ]);
    this.#tell();
  }

  #made(size: { readonly width: number; readonly height: number }): uPlot {
    const { muted, grid, font } = this.#theme;
    const options: uPlot.Options = {
      ...size,
      ms: 1,
      legend: { show: false },
      cursor: { show: false },
      padding: [0, 32, 0, 32],
      scales: { x: { time: true, range: (_, min, max) => [min, max] }, y: { range: () => [0, 1] } },
      series: [{}, { show: false }],
      axes: [
        {
          ...{
            stroke: muted,
            font,
            grid: { stroke: grid, width: 1, dash: [2, 4] },
            ticks: { show: false },
            size: axisPx,
            space: 90,
          },
          // Before any news there is no time to tell.
          values: (_, splits) => splits.map((ms) => (this.#fold.originMs === 0 ? '' : this.#words.clock(ms))),
        },
        { show: false },
      ],
      hooks: { draw: [(plot) => this.#draw(plot)] },
    };
    return new uPlot(
      options,
      [
        [0, 1],
        [null, null],
      ],
      this.#plotted,
    );
  }

  #draw(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    this.#boxes = [];
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.scale(ratio, ratio);
    let top = bbox.top / ratio;
    for (const lane of this.#lanes) {
      this.#drawLane(plot, lane, top);
      top += lanePx(lane);
    }
    ctx.restore();
  }

  #drawLane(plot: uPlot, lane: Lane, top: number): void {
    const { ctx, bbox } = plot;
    const { foreground, grid, prefill, decode, font } = this.#theme;
    const left = bbox.left / uPlot.pxRatio;
    ctx.fillStyle = foreground;
    ctx.font = font;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(`${lane.model} · ${this.#words.text('passes')}`, left + 2, top + 2);
    for (const pass of lane.passes) {
      const [from, to] = [this.#x(plot, pass.fromMs), this.#x(plot, pass.toMs)];
      ctx.fillStyle = pass.step === 'prefill' ? prefill : decode;
      const [y, height] = pass.step === 'prefill' ? [top + 15, 8] : [top + 18, 5];
      ctx.fillRect(from, y, Math.max(1, to - from - 0.5), height);
    }
    for (const task of lane.tasks) this.#drawTask(plot, task, top + passesPx + task.row * rowPx);
    ctx.strokeStyle = grid;
    ctx.lineWidth = 1;
    line(ctx, left, left + bbox.width / uPlot.pxRatio, top + lanePx(lane) - lanePadPx / 2);
  }

  #drawTask(plot: uPlot, task: Task, top: number): void {
    const { ctx } = plot;
    const { toMs } = this.#shown;
    const endMs = Math.min(task.settledMs ?? toMs, toMs);
    const middle = top + rowPx / 2;
    const [left, right] = [this.#x(plot, task.arrivalMs), this.#x(plot, endMs)];
    this.#boxes.push({ task, left, right: Math.max(right, left + 3), top });
    const color = this.#colorOf(task);
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    for (const stretch of task.stretches) if (stretch.fromMs <= toMs) this.#drawStretch(plot, task, stretch, middle);
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5;
    if (task.class !== 'idle') this.#drawDeadline(plot, task, top);
    if (task.settledMs !== undefined && task.settledMs <= toMs) {
      if (verdictOf(task) === 'broken') cross(ctx, right + 5, middle);
      else if (task.outcome?.kind === 'cancelled') openEnd(ctx, right, middle);
    }
    if (task.id !== this.#chosen) return;
    ctx.strokeStyle = this.#theme.focus;
    ctx.lineWidth = 2;
    ctx.strokeRect(left - 3, top + 1, Math.max(right - left, 3) + 6, rowPx - 2);
  }

  #drawStretch(plot: uPlot, task: Task, { phase, fromMs, toMs = this.#shown.toMs }: Stretch, middle: number): void {
    const { ctx } = plot;
    const [from, to] = [this.#x(plot, fromMs), this.#x(plot, Math.min(toMs, this.#shown.toMs))];
    ctx.setLineDash(phase === 'paused' ? [4, 3] : []);
    ctx.lineWidth = 2;
    if (phase !== 'running') return line(ctx, from, Math.max(to, from + 1), middle);
    const width = Math.max(to - from, 2);
    const isGone = task.outcome !== undefined && verdictOf(task) === 'undecided';
    if (isGone || task.class === 'idle') ctx.strokeRect(from + 1, middle - 4, Math.max(width - 2, 1), 8);
    else ctx.fillRect(from, middle - 5, width, 10);
  }

  #drawDeadline(plot: uPlot, { arrivalMs, sla }: Task, top: number): void {
    const x = this.#x(plot, arrivalMs + sla.targetMs);
    const { ctx } = plot;
    ctx.strokeStyle = this.#theme.foreground;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, top + 2);
    ctx.lineTo(x, top + rowPx - 2);
    ctx.stroke();
  }

  #colorOf(task: Task): string {
    const { kept, broken, gone, running } = this.#theme;
    const verdict = verdictOf(task);
    if (verdict !== 'undecided') return verdict === 'kept' ? kept : broken;
    return task.outcome === undefined ? running : gone;
  }

  /** In CSS pixels of the canvas. */
  #x(plot: uPlot, atMs: number): number {
    return plot.valToPos(this.#fold.originMs + atMs, 'x', true) / uPlot.pxRatio;
  }

  #point({ clientX, clientY }: PointerEvent): void {
    const rect = this.#plotted.getBoundingClientRect();
    const [x, y] = [clientX - rect.left, clientY - rect.top];
    const found = this.#boxes.filter(
      ({ left, right, top }) => x >= left - reachPx && x <= right + reachPx && y >= top && y < top + rowPx,
    );
    const nearest = found.sort((a, b) => distance(a, x) - distance(b, x))[0];
    if (nearest !== undefined) this.#choose(nearest.task.id);
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const last = this.#tasks.length - 1;
    const current = this.#tasks.findIndex(({ id }) => id === this.#chosen);
    const step = steps[event.key];
    const begin = step === 1 ? -1 : last + 1;
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? last : step && (current < 0 ? begin : current) + step;
    if (next === undefined) return;
    event.preventDefault();
    const task = this.#tasks[Math.max(0, Math.min(last, next))];
    if (task !== undefined) this.#choose(task.id);
  }

  #choose(id: string): void {
    if (this.#chosen === id) return;
    this.#chosen = id;
    this.#plot?.redraw(false);
    this.#tell();
  }

  #tell(): void {
    const task = this.#chosen === undefined ? undefined : this.#fold.tasks.get(this.#chosen);
    if (task === undefined) return;
    const { originMs, nowMs } = this.#fold;
    const model = this.#words.text('onModel', task.model);
    const endMs = task.settledMs ?? nowMs;
    const story = this.#words.story(task, originMs, endMs, whyWaited(task, this.#fold, endMs));
    const words = `${this.#words.name(task)} ${model}: ${story}`;
    setText(this.#told, words);
    setText(this.#option, words);
  }
}

function lanePx({ rows }: Lane): number {
  return passesPx + rows * rowPx + lanePadPx;
}

function distance({ left, right }: Box, x: number): number {
  return x < left ? left - x : x > right ? x - right : 0;
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

function openEnd(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath();
  ctx.arc(x + 4, y, 3, 0, 2 * Math.PI);
  ctx.stroke();
}
