/**
 * The timeline: a lane for each model with its forward passes above and its tasks below, each in a row of its own (marks.ts says what is
 * drawn, paint.ts draws it). The task that is pointed at, or chosen with the keys, is told in words below. Dragging moves the time.
 */
import uPlot from 'uplot';
import type { Shown } from './clock.ts';
import { element, setText } from './dom.ts';
import type { Fold } from './fold.ts';
import { within } from './history.ts';
import { type Lane, lanesOf, type Scale, type TaskMark } from './marks.ts';
import { type Box, lanePx, paintLanes, rowPx } from './paint.ts';
import type { Task } from './task.ts';
import type { Theme } from './theme.ts';
import { evenTimes, zoneMsAt } from './ticks.ts';
import { whyWaited } from './why.ts';
import type { Words } from './words.ts';

const axisPx = 28;
const sidePx = 36;
const heightPxMin = 120;
/** So far beside a task one still points at it. */
const reachPx = 6;
/** So far the pointer goes before it drags. */
const dragPx = 4;

export interface TimelineOptions {
  readonly words: Words;
  readonly fold: Fold;
  /** The right edge was dragged there. */
  readonly hold: (toMs: number) => void;
  /** 1: a longer time is wanted, -1: a shorter one. */
  readonly zoom: (steps: 1 | -1) => void;
}

export class Timeline {
  readonly root: HTMLElement;
  readonly #options: TimelineOptions;
  readonly #plotted = element('div', { class: 'plot' });
  readonly #option: HTMLElement;
  readonly #list: HTMLElement;
  readonly #told: HTMLElement;
  readonly #hidden = element('p', { class: 'hint' });
  #plot: uPlot | undefined;
  #theme: Theme;
  #lanes: readonly Lane[] = [];
  #tasks: readonly Task[] = [];
  #boxes: readonly Box[] = [];
  #scale: Scale = { fromMs: 0, toMs: 1, leftPx: 0, widthPx: 1 };
  #chosen: string | undefined;
  /** The pointer is at a mark that stands for these. */
  #several: TaskMark['tasks'] | undefined;
  /** Where the pointer went down, and the right edge then. */
  #drag: { readonly x: number; readonly toMs: number; isMoved: boolean } | undefined;

  constructor(options: TimelineOptions, theme: Theme) {
    const { words } = options;
    this.#options = options;
    this.#theme = theme;
    this.#option = element('div', { role: 'option', id: 'chosen-task', 'aria-selected': 'true', class: 'unseen' });
    this.#list = element('div', {
      ...{ class: 'timeline', role: 'listbox', tabindex: '0' },
      ...{ 'aria-label': words.text('timelineLabel'), 'aria-activedescendant': 'chosen-task' },
    });
    this.#plotted.setAttribute('aria-hidden', 'true');
    this.#list.append(this.#plotted, this.#option);
    this.#told = element('p', { class: 'story' }, words.text('timelineHelp'));
    this.root = element('div', {}, this.#list, this.#hidden, this.#told);
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#plotted.addEventListener('pointerdown', (event) => this.#down(event));
    this.#plotted.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      this.#plotted.addEventListener(end, () => {
        this.#drag = undefined;
      });
    setText(this.#option, words.text('timelineHelp'));
  }

  theme(theme: Theme): void {
    this.#theme = theme;
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** @param widthPx of what it may take. */
  update(shown: Shown, widthPx: number): void {
    const { fold, words } = this.#options;
    this.#scale = { ...shown, leftPx: sidePx, widthPx: Math.max(1, widthPx - 2 * sidePx) };
    this.#tasks = fold.tasks.within(shown.fromMs, shown.toMs);
    this.#lanes = lanesOf(this.#tasks, within(fold.passes, shown.fromMs, shown.toMs), this.#scale);
    const hidden = this.#lanes.reduce((sum, lane) => sum + lane.hidden, 0);
    setText(this.#hidden, hidden === 0 ? '' : words.text('moreRows', hidden));
    const wantedPx = this.#lanes.reduce((sum, lane) => sum + lanePx(lane), 0) + axisPx;
    const size = { width: widthPx, height: Math.max(heightPxMin, wantedPx) };
    this.#plot ??= this.#made(size);
    if (this.#plot.width !== size.width || this.#plot.height !== size.height) this.#plot.setSize(size);
    const { originMs } = fold;
    this.#plot.setData([
      [originMs + shown.fromMs, originMs + shown.toMs],
      [null, null],
    ]);
    this.#tell();
  }

  #made(size: { readonly width: number; readonly height: number }): uPlot {
    const { muted, grid, font } = this.#theme;
    const { words, fold } = this.#options;
    const axis: uPlot.Axis = {
      ...{ stroke: muted, font, grid: { stroke: grid, width: 1, dash: [2, 4] }, ticks: { show: false }, size: axisPx },
      splits: ({ width }, _, from, to) => evenTimes(from, to, width / 110, zoneMsAt(to)),
      // Before any news there is no time to tell.
      values: (_, splits) => splits.map((ms) => (fold.originMs === 0 ? '' : words.clock(ms))),
    };
    const options: uPlot.Options = {
      ...{ ...size, ms: 1, legend: { show: false }, cursor: { show: false } },
      padding: [0, sidePx, 0, sidePx],
      scales: { x: { time: true, range: (_, min, max) => [min, max] }, y: { range: () => [0, 1] } },
      series: [{}, { show: false }],
      axes: [axis, { show: false }],
      hooks: { draw: [(plot) => this.#draw(plot)] },
    };
    const nothing: uPlot.AlignedData = [
      [0, 1],
      [null, null],
    ];
    return new uPlot(options, nothing, this.#plotted);
  }

  #draw({ ctx, bbox }: uPlot): void {
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.scale(ratio, ratio);
    const brush = { ctx, theme: this.#theme, scale: this.#scale, chosen: this.#chosen };
    this.#boxes = paintLanes(brush, this.#lanes, bbox.top / ratio);
    ctx.restore();
  }

  #down({ clientX, pointerId, button }: PointerEvent): void {
    if (button !== 0) return;
    this.#drag = { x: clientX, toMs: this.#scale.toMs, isMoved: false };
    this.#plotted.setPointerCapture(pointerId);
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === undefined) return this.#point(event);
    const movedPx = event.clientX - drag.x;
    drag.isMoved ||= Math.abs(movedPx) > dragPx;
    const { fromMs, toMs, widthPx } = this.#scale;
    if (drag.isMoved) this.#options.hold(drag.toMs - (movedPx * (toMs - fromMs)) / widthPx);
  }

  #point({ clientX, clientY }: PointerEvent): void {
    const rect = this.#plotted.getBoundingClientRect();
    const [x, y] = [clientX - rect.left, clientY - rect.top];
    let nearest: TaskMark | undefined;
    let nearestPx = reachPx;
    for (const { mark, topPx } of this.#boxes) {
      const px = distance(mark, x);
      if (y < topPx || y >= topPx + rowPx || px > nearestPx) continue;
      nearest = mark;
      nearestPx = px;
    }
    if (nearest === undefined) return;
    const { tasks } = nearest;
    this.#choose(tasks[0].id, tasks.length > 1 ? tasks : undefined);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === '+' || event.key === '-') return this.#options.zoom(event.key === '-' ? 1 : -1);
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

  #choose(id: string, several?: TaskMark['tasks']): void {
    if (this.#chosen === id && this.#several?.length === several?.length) return;
    this.#chosen = id;
    this.#several = several;
    this.#plot?.redraw(false);
    this.#tell();
  }

  #tell(): void {
    const { fold, words } = this.#options;
    if (this.#several !== undefined) return this.#say(words.several(this.#several, fold.originMs));
    const task = this.#chosen === undefined ? undefined : fold.tasks.get(this.#chosen);
    if (task === undefined) return;
    const endMs = task.settledMs ?? fold.nowMs;
    const story = words.story(task, fold.originMs, endMs, whyWaited(task, fold, endMs));
    this.#say(`${words.name(task)} ${words.text('onModel', task.model)}: ${story}`);
  }

  #say(words: string): void {
    setText(this.#told, words);
    setText(this.#option, words);
  }
}

function distance({ leftPx, rightPx }: TaskMark, x: number): number {
  return x < leftPx ? leftPx - x : x > rightPx ? x - rightPx : 0;
}
