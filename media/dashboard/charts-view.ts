/** The charts: latency of each class against its promise, goodput, and how wrong predicted times of passes were. */
import { Chart } from './charts.ts';
import { element } from './dom.ts';
import { type ClassFigures, classes } from './figures.ts';
import type { Fold } from './fold.ts';
import { binLabel, costPicture, distributionPicture, goodputPicture, lineName } from './pictures.ts';
import type { Theme } from './theme.ts';
import type { Words } from './words.ts';

/** Names of files can be as long as a line; what tells two of them apart stands at both ends. */
function shortened(name: string): string {
  return name.length <= nameMax ? name : `${name.slice(0, nameMax / 2)}…${name.slice(-nameMax / 2)}`;
}

const nameMax = 36;

export class ChartsView {
  readonly root: HTMLElement;
  readonly #words: Words;
  readonly #fold: Fold;
  readonly #distributions: ReadonlyMap<ClassFigures['class'], Chart>;
  readonly #goodput: Chart;
  readonly #costs: Chart;
  #figures: readonly ClassFigures[] = [];

  constructor(words: Words, fold: Fold, theme: Theme) {
    this.#words = words;
    this.#fold = fold;
    this.#distributions = new Map(classes.map((name) => [name, this.#distribution(name, theme)]));
    this.#goodput = this.#goodputChart(theme);
    this.#costs = this.#costChart(theme);
    this.root = element('div', { class: 'charts' }, ...this.#all.map(({ root }) => root));
  }

  get #all(): readonly Chart[] {
    return [...this.#distributions.values(), this.#goodput, this.#costs];
  }

  theme(theme: Theme): void {
    for (const chart of this.#all) chart.theme(theme);
  }

  /** @param toMs what is later is not shown. */
  update(figures: readonly ClassFigures[], firstMs: number, toMs: number): void {
    const { answers, costErrors, originMs } = this.#fold;
    this.#figures = figures;
    for (const [name, chart] of this.#distributions) {
      const own = figures.find((each) => each.class === name);
      chart.root.hidden = own === undefined || own.valuesMs.length === 0;
      if (!chart.root.hidden) chart.update(distributionPicture(own, this.#words));
    }
    this.#goodput.update(goodputPicture(answers.list, { fromMs: firstMs, toMs, originMs }, this.#words));
    this.#costs.update(costPicture(costErrors, originMs, this.#words));
  }

  #distribution(name: ClassFigures['class'], theme: Theme): Chart {
    const words = this.#words;
    const targetMs = () => this.#figures.find((each) => each.class === name)?.targetMs ?? 1;
    const kind = name === 'completion' || name === 'generate' ? 'ttft' : 'e2e';
    return new Chart(
      {
        ...{ words, kind: 'bars', title: `${words.text(name)}: ${words.text(kind)}` },
        heads: [words.text('from'), words.text('to'), words.text('answers')],
        x: (bin) => binLabel(bin, targetMs(), words),
        y: (count) => (Number.isInteger(count) ? words.number(count) : ''),
        color: ({ kept, broken }, index) => (index === 0 ? kept : broken),
        isHollow: (index) => index === 1,
        names: (index) => words.text(index === 0 ? 'legendKept' : 'legendBroken'),
      },
      theme,
    );
  }

  #goodputChart(theme: Theme): Chart {
    const words = this.#words;
    return new Chart(
      {
        ...{ words, kind: 'bars', title: words.text('goodput') },
        heads: [words.text('time'), words.text('decided'), words.text('share')],
        y: (count) => (Number.isInteger(count) ? words.number(count) : ''),
        color: ({ kept, broken }, index) => (index === 0 ? broken : kept),
        isHollow: (index) => index === 0,
        names: (index) => words.text(index === 0 ? 'legendBroken' : 'legendKept'),
      },
      theme,
    );
  }

  #costChart(theme: Theme): Chart {
    const words = this.#words;
    return new Chart(
      {
        ...{ words, kind: 'lines', title: words.text('costError'), yMax: 0.2 },
        heads: [words.text('model'), words.text('share')],
        y: (part) => words.share(part),
        color: ({ lines, foreground }, index) => lines[index % lines.length] ?? foreground,
        names: (index) => {
          const found = this.#fold.costErrors.lines[index];
          return found ? lineName({ ...found, model: shortened(found.model) }, words) : '';
        },
      },
      theme,
    );
  }
}
