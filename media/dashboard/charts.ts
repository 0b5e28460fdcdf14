/** The three kinds of charts below the timeline, each with its table in words. Draws what figures.ts and cost-errors.ts say. */
import uPlot from 'uplot';
import { element, setText, TableDetails } from './dom.ts';
import type { Picture } from './pictures.ts';
import type { Theme } from './theme.ts';
import type { Words } from './words.ts';

const heightPx = 170;

export interface ChartOptions {
  readonly title: string;
  readonly heads: readonly string[];
  readonly words: Words;
  readonly kind: 'bars' | 'lines';
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
  /** The largest y that is always shown; absent: as the data wants. */
  readonly yMax?: number;
  /** Of what is drawn for each series after the first, in order. */
  readonly color: (theme: Theme, index: number) => string;
  readonly names?: (index: number) => string;
}

export class Chart {
  readonly root: HTMLElement;
  readonly #options: ChartOptions;
  readonly #plotted = element('div', { class: 'plot', role: 'img' });
  readonly #nothing: HTMLElement;
  readonly #legend = element('p', { class: 'legend' });
  readonly #table: TableDetails;
  #theme: Theme;
  #plot: uPlot | undefined;
  #picture: Picture | undefined;

  constructor(options: ChartOptions, theme: Theme) {
    const { title, heads, words } = options;
    this.#options = options;
    this.#theme = theme;
    this.#nothing = element('p', { class: 'hint' }, words.text('noSamples'));
    this.#table = new TableDetails(words.text('table'), title, heads, () => ({
      caption: title,
      rows: this.#picture?.rows ?? [],
    }));
    this.root = element('section', { class: 'card chart' }, element('h3', {}, title));
    this.root.append(this.#plotted, this.#legend, this.#nothing, this.#table.root);
  }

  theme(theme: Theme): void {
    this.#theme = theme;
    this.#clear();
  }

  update(picture: Picture | undefined): void {
    const isThere = picture !== undefined;
    this.#picture = picture;
    this.#nothing.hidden = isThere;
    this.#table.root.hidden = !isThere;
    this.#plotted.hidden = !isThere;
    if (!isThere) return this.#clear();
    this.#plotted.setAttribute('aria-label', picture.label);
    this.#table.update();
    // As many lines as there are models: when one comes, the chart is made anew.
    if (this.#plot !== undefined && this.#plot.series.length !== picture.data.length) this.#clear();
    const width = Math.max(200, this.#plotted.clientWidth);
    this.#plot ??= this.#made(width, picture.data.length - 1);
    if (this.#plot.width !== width) this.#plot.setSize({ width, height: heightPx });
    this.#plot.setData(picture.data.map((values) => [...values]) as unknown as uPlot.AlignedData);
  }

  #clear(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #made(width: number, count: number): uPlot {
    const { kind, x, y, yMax, names } = this.#options;
    const { muted, grid, font } = this.#theme;
    const axis = { stroke: muted, font, grid: { stroke: grid, width: 1, dash: [2, 4] }, ticks: { show: false } };
    const isBars = kind === 'bars';
    this.#nameLines(names ? count : 0);
    return new uPlot(
      {
        ...{
          width,
          height: heightPx,
          ms: 1,
          legend: { show: false },
          cursor: { show: false },
          padding: [14, 32, 0, 0],
        },
        scales: {
          x: {
            time: !isBars,
            range: (_, min, max) => (isBars ? [min - 0.6, max + 0.6] : [min, Math.max(max, min + 1)]),
          },
          y: { range: (_, _min, max) => [0, Math.max(max * 1.05, yMax ?? 1)] },
        },
        axes: [
          {
            ...axis,
            values: (_, splits) => splits.map(x),
            size: 28,
            space: isBars ? 50 : 90,
            ...(isBars && { incrs: [2, 4] }),
          },
          { ...axis, values: (_, splits) => splits.map(y), size: 48, space: 40 },
        ],
        series: [{}, ...Array.from({ length: count }, (_, index) => this.#series(index))],
        hooks: { draw: [(plot) => this.#drawMark(plot)] },
      },
      undefined,
      this.#plotted,
    );
  }

  #series(index: number): uPlot.Series {
    const color = this.#options.color(this.#theme, index);
    if (this.#options.kind === 'bars') {
      const bars = uPlot.paths.bars?.({ size: [0.85, 40] });
      return { stroke: color, fill: color, width: 0, points: { show: false }, ...(bars && { paths: bars }) };
    }
    const dash = dashes[index % dashes.length] ?? [];
    return { stroke: color, width: 2, dash: [...dash], points: { show: true, size: 3, fill: color }, spanGaps: true };
  }

  #drawMark({ ctx, bbox, valToPos }: uPlot): void {
    const mark = this.#picture?.mark;
    if (mark === undefined) return;
    const ratio = uPlot.pxRatio;
    const x = Math.round(valToPos(mark.x, 'x', true));
    ctx.save();
    ctx.strokeStyle = this.#theme.foreground;
    ctx.fillStyle = this.#theme.foreground;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = this.#theme.font.replace(/^11px/, `${11 * ratio}px`);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'bottom';
    ctx.fillText(mark.label, x, bbox.top - ratio);
    ctx.restore();
  }

  #nameLines(count: number): void {
    const { names, color } = this.#options;
    const entries = Array.from({ length: count }, (_, index) => {
      const sample = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      sample.setAttribute('viewBox', '0 0 24 8');
      sample.setAttribute('aria-hidden', 'true');
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('d', 'M0 4H24');
      path.setAttribute('stroke', color(this.#theme, index));
      path.setAttribute('stroke-width', '2');
      path.setAttribute('stroke-dasharray', (dashes[index % dashes.length] ?? []).join(' '));
      sample.append(path);
      return element('span', {}, sample, names?.(index) ?? '');
    });
    this.#legend.replaceChildren(...entries);
  }
}

/** Lines are told apart without colour, too. */
const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

/** Names and figures beside each other, as a list. */
export class Facts {
  readonly root: HTMLElement;
  readonly #value = element('p', { class: 'value' });
  readonly #detail = element('p', { class: 'hint' });

  constructor(title: string) {
    this.root = element('section', { class: 'card fact' }, element('h3', {}, title), this.#value, this.#detail);
  }

  update(value: string, detail: string): void {
    setText(this.#value, value);
    setText(this.#detail, detail);
  }
}
