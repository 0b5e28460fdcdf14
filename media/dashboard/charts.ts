/** A chart below the timeline, with what it says in a sentence and as a table. Draws what pictures.ts says. */
import uPlot from 'uplot';
import { element, setText, TableDetails } from './dom.ts';
import type { Picture } from './pictures.ts';
import type { Theme } from './theme.ts';
import { evenTimes, zoneMsAt } from './ticks.ts';
import type { Words } from './words.ts';

const heightPx = 170;

export interface ChartOptions {
  readonly title: string;
  readonly heads: readonly string[];
  readonly words: Words;
  readonly kind: 'bars' | 'lines';
  /** What it says at whole numbers; absent: x is a time, in ms since 1970. */
  readonly x?: (value: number) => string;
  readonly y: (value: number) => string;
  /** The largest y that is always shown; absent: as the data wants. */
  readonly yMax?: number;
  /** Of what is drawn for each series after the first, in order; a hollow one is told apart without colour. */
  readonly color: (theme: Theme, index: number) => string;
  readonly isHollow?: (index: number) => boolean;
  readonly names: (index: number) => string;
}

export class Chart {
  readonly root: HTMLElement;
  readonly #options: ChartOptions;
  readonly #plotted = element('div', { class: 'plot', role: 'img' });
  readonly #nothing: HTMLElement;
  readonly #legend = element('p', { class: 'legend' });
  readonly #label = element('p', { class: 'hint' });
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
    this.root.append(this.#label, this.#plotted, this.#legend, this.#nothing, this.#table.root);
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
    setText(this.#label, picture?.isNamed === true ? '' : (picture?.label ?? ''));
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
    const { kind, yMax } = this.#options;
    this.#nameSeries(count);
    return new uPlot(
      {
        ...{ width, height: heightPx, ms: 1, legend: { show: false }, cursor: { show: false } },
        padding: [16, 16, 0, 0],
        scales: {
          x: { time: false, range: ({ data }) => this.#around(data) },
          y: { range: (_, _min, max) => [0, Math.max(max * 1.05, yMax ?? 1)] },
        },
        axes: this.#axes(),
        series: [{}, ...Array.from({ length: count }, (_, index) => this.#series(index, kind))],
        hooks: { draw: [(plot) => this.#drawMark(plot)] },
      },
      undefined,
      this.#plotted,
    );
  }

  /** From the data themselves: around a single point uPlot would show a tenth of its value, which of a time is years. Bars stand around their x. */
  #around([xs]: uPlot.AlignedData): uPlot.Range.MinMax {
    const first = xs[0] ?? 0;
    const last = xs.at(-1) ?? first;
    if (this.#options.kind === 'lines') return [first, Math.max(last, first + lineMsMin)];
    const half = 0.6 * ((xs[1] ?? first + 1) - first);
    return [first - half, last + half];
  }

  #axes(): uPlot.Axis[] {
    const { x, y, words } = this.#options;
    const { muted, grid, font } = this.#theme;
    const axis = { stroke: muted, font, grid: { stroke: grid, width: 1, dash: [2, 4] }, ticks: { show: false } };
    const named: uPlot.Axis = { values: (_, splits) => splits.map(x ?? String), incrs: [2, 4], space: 50 };
    const timed: uPlot.Axis = {
      // No time is named where half of its name would lie outside.
      splits: ({ width }, _, from, to) => {
        const edge = ((to - from) * 20) / width;
        return evenTimes(from + edge, to - edge, width / 110, zoneMsAt(to));
      },
      values: (_, splits) => splits.map((ms) => words.clock(ms)),
    };
    return [
      { ...axis, ...(x ? named : timed), size: 28 },
      { ...axis, values: (_, splits) => splits.map(y), size: 48, space: 40 },
    ];
  }

  #series(index: number, kind: ChartOptions['kind']): uPlot.Series {
    const color = this.#options.color(this.#theme, index);
    if (kind === 'bars') {
      const paths = uPlot.paths.bars?.({ size: [0.85, 40] });
      const drawn = { stroke: color, width: 1.5, points: { show: false }, ...(paths && { paths }) };
      return this.#options.isHollow?.(index) === true ? drawn : { ...drawn, fill: color };
    }
    const dash = [...(dashes[index % dashes.length] ?? [])];
    // Points of many samples would only thicken the line.
    const show = ({ data }: uPlot): boolean => (data[0]?.length ?? 0) < pointsMax;
    return { stroke: color, width: 2, dash, points: { show, size: 4, fill: color }, spanGaps: true };
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

  #nameSeries(count: number): void {
    const { names } = this.#options;
    const entries = Array.from({ length: count }, (_, index) =>
      element('span', {}, this.#sample(index), element('span', {}, names(index))),
    );
    this.#legend.replaceChildren(...entries);
  }

  #sample(index: number): SVGElement {
    const { color, kind, isHollow } = this.#options;
    const stroke = color(this.#theme, index);
    if (kind === 'lines') {
      const line = {
        d: 'M0 4H24',
        'stroke-width': '2',
        'stroke-dasharray': (dashes[index % dashes.length] ?? []).join(' '),
      };
      return svg('path', { stroke, ...line });
    }
    const fill = isHollow?.(index) === true ? 'none' : stroke;
    return svg('rect', { stroke, fill, x: '8', y: '1', width: '8', height: '7' });
  }
}

function svg(shape: 'path' | 'rect', attributes: Readonly<Record<string, string>>): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const root = document.createElementNS(space, 'svg');
  const drawn = document.createElementNS(space, shape);
  root.setAttribute('viewBox', '0 0 24 9');
  root.setAttribute('aria-hidden', 'true');
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  root.append(drawn);
  return root;
}

/** A line is at least so long: of one sample, too. */
const lineMsMin = 10_000;
/** Points are drawn of so many samples at most. */
const pointsMax = 60;

/** Lines are told apart without colour, too. */
const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
