/** The page: what stands where, and what is written anew when. Knows neither VS Code nor messages. */
import type { Status } from '../../runtime/protocol/status.ts';
import { Chart, Facts } from './charts.ts';
import { ViewTime } from './clock.ts';
import { Controls } from './controls.ts';
import { element, setText, TableDetails } from './dom.ts';
import { type ClassFigures, classes, classFigures, tasksWithin } from './figures.ts';
import type { Fold } from './fold.ts';
import { ModelsView } from './models-view.ts';
import { binLabel, costPicture, distributionPicture, goodputPicture, lineName } from './pictures.ts';
import { readTheme, type Theme } from './theme.ts';
import { Timeline } from './timeline.ts';
import { whyWaited } from './why.ts';
import type { Words } from './words.ts';

/** Of the tasks' table: the latest. */
const tasksListed = 50;

export interface PageOptions {
  readonly words: Words;
  readonly fold: Fold;
  /** On the runtime's clock, in ms. */
  readonly now: () => number;
  readonly export: () => void;
  /** The user has held or released the time. */
  readonly changed: () => void;
}

export class Page {
  readonly time = new ViewTime();
  readonly #options: PageOptions;
  readonly #root: HTMLElement;
  readonly #state = element('p', { class: 'state', role: 'status', id: 'state' });
  readonly #leftOut = element('p', { class: 'hint' });
  readonly #controls: Controls;
  readonly #timeline: Timeline;
  readonly #timelineCard: HTMLElement;
  readonly #tasks: TableDetails;
  readonly #promises: ReadonlyMap<string, Facts>;
  readonly #wasted: Facts;
  readonly #reused: Facts;
  readonly #acceptance: Facts;
  readonly #distributions: ReadonlyMap<string, Chart>;
  readonly #goodput: Chart;
  readonly #costs: Chart;
  readonly #models: ModelsView;
  #figures: readonly ClassFigures[] = [];
  #status: Status | undefined;
  #isConnected = false;
  #wasConnected = false;
  #told = '';

  constructor(root: HTMLElement, options: PageOptions) {
    const { words, fold, changed } = options;
    this.#options = options;
    this.#root = root;
    const theme = readTheme();
    const bounds = () => ({ firstMs: fold.firstMs ?? this.#nowMs, nowMs: this.#nowMs, originMs: fold.originMs });
    this.#controls = new Controls({ words, time: this.time, changed, export: options.export, bounds });
    this.#timeline = new Timeline(words, fold, theme);
    this.#tasks = new TableDetails(
      words.text('table'),
      words.text('timeline'),
      (['task', 'class', 'model', 'state', 'story'] as const).map((key) => words.text(key)),
      () => this.#taskRows(),
    );
    this.#timelineCard = element('section', { class: 'card' }, element('h2', {}, words.text('timeline')));
    this.#timelineCard.append(this.#timeline.root, legend(words), this.#tasks.root);
    this.#promises = new Map(classes.map((name) => [name, new Facts(words.text(name))]));
    this.#wasted = new Facts(words.text('wasted'));
    this.#reused = new Facts(words.text('reused'));
    this.#acceptance = new Facts(words.text('acceptance'));
    this.#distributions = new Map(classes.map((name) => [name, this.#distribution(name, theme)]));
    this.#goodput = this.#goodputChart(theme);
    this.#costs = this.#costChart(theme);
    this.#models = new ModelsView(words, fold);
    this.#build();
  }

  /** The theme is another one. */
  themed(): void {
    const theme = readTheme();
    for (const part of [this.#timeline, this.#goodput, this.#costs, ...this.#distributions.values()]) part.theme(theme);
    this.update();
  }

  connected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    this.#wasConnected ||= isConnected;
  }

  status(status: Status): void {
    this.#status = status;
  }

  /** The next change of what is going on is said after this. */
  exported(sentence: string | undefined): void {
    this.#controls.exported();
    this.#told = sentence ?? '';
  }

  /** Everything that follows from what is known and from the time that is shown. */
  update(): void {
    const { firstMs, toMs } = this.updateTimeline();
    this.#updateFigures(firstMs, toMs);
  }

  /** What moves as time goes by; the figures of thousands of tasks do not. */
  updateTimeline(): { readonly firstMs: number; readonly toMs: number } {
    const { fold, words } = this.#options;
    const firstMs = fold.firstMs ?? this.#nowMs;
    const shown = this.time.shown(firstMs, this.#nowMs);
    this.#tellState(shown.toMs);
    setText(this.#leftOut, fold.leftOut === 0 ? '' : words.text('leftOut', fold.leftOut));
    this.#controls.update();
    this.#timeline.update(shown, this.#timelineCard.clientWidth - 24);
    return { firstMs, toMs: shown.toMs };
  }

  #updateFigures(firstMs: number, toMs: number): void {
    const { fold, words } = this.#options;
    this.#tasks.update();
    this.#figures = classFigures(fold.tasks.values(), toMs);
    this.#updateFacts();
    for (const [name, chart] of this.#distributions) {
      const figures = this.#figures.find((each) => each.class === name);
      chart.root.hidden = figures === undefined || figures.valuesMs.length === 0;
      if (!chart.root.hidden) chart.update(distributionPicture(figures, words));
    }
    const { originMs } = fold;
    this.#goodput.update(goodputPicture(fold.tasks.values(), { fromMs: firstMs, toMs, originMs }, words));
    this.#costs.update(costPicture(fold.costErrors, originMs, words));
    this.#models.update(this.#status);
  }

  /** A runtime that is gone does nothing any more, so its time stands still. */
  get #nowMs(): number {
    return this.#isConnected ? this.#options.now() : this.#options.fold.nowMs;
  }

  /** Said to screen readers, so it changes only with what it says. */
  #tellState(toMs: number): void {
    const { words, fold } = this.#options;
    const state = !this.#isConnected
      ? words.text(this.#wasConnected ? 'lost' : 'waitingForRuntime')
      : fold.tasks.size === 0
        ? words.text('empty')
        : this.time.isHeld
          ? words.text('paused', words.clock(fold.originMs + toMs))
          : words.text('live');
    setText(this.#state, this.#told === '' ? state : `${state} · ${this.#told}`);
    this.#root.classList.toggle('is-lost', !this.#isConnected);
  }

  #updateFacts(): void {
    const { words, fold } = this.#options;
    for (const [name, facts] of this.#promises) this.#updatePromise(name, facts);
    const { evaluated, generated, wasted, prompt, reused } = fold.totals;
    const all = evaluated + generated;
    this.#wasted.update(
      all === 0 ? '–' : words.share(wasted / all),
      `${words.text('wastedOf', wasted, all)} ${words.text('wastedWhy')}`,
    );
    this.#reused.update(prompt === 0 ? '–' : words.share(reused / prompt), words.text('reusedOf', reused, prompt));
    const outcomes = this.#status?.outcomes;
    this.#acceptance.root.hidden = outcomes === undefined;
    if (outcomes === undefined) return;
    const { shown, accepted, partly, retained, lost } = outcomes;
    this.#acceptance.update(
      shown === 0 ? '–' : words.share(accepted / shown),
      `${words.text('acceptanceOf', accepted, shown, partly)}; ${words.text('retained', retained, lost)}`,
    );
  }

  #updatePromise(name: string, facts: Facts): void {
    const { words } = this.#options;
    const now = this.#status?.classes.find((each) => each.class === name);
    const figures = this.#figures.find((each) => each.class === name);
    const sla = figures ?? (now && { kind: now.sla.kind, targetMs: now.sla.targetMs });
    const details = sla ? [words.promise({ sla })] : [];
    if (figures?.p50Ms !== undefined && figures.p95Ms !== undefined)
      details.push(words.text('quantiles', words.duration(figures.p50Ms), words.duration(figures.p95Ms)));
    if (now && now.running + now.waiting > 0) details.push(words.text('nowRunning', now.running, now.waiting));
    const isDecided = figures !== undefined && figures.decided > 0;
    const value = isDecided ? words.text('onTime', figures.kept, figures.decided) : words.text('noneDecided');
    facts.root.classList.toggle('is-quiet', !isDecided);
    facts.update(value, details.join('; '));
  }

  #taskRows(): { readonly caption: string; readonly rows: readonly (readonly string[])[] } {
    const { fold, words } = this.#options;
    const { fromMs, toMs } = this.time.shown(fold.firstMs ?? this.#nowMs, this.#nowMs);
    const all = tasksWithin(fold.tasks.values(), fromMs, toMs);
    const latest = all.slice(-tasksListed).reverse();
    return {
      caption: words.text('tasksTable', latest.length, all.length),
      rows: latest.map((task) => [
        task.id,
        words.text(task.class),
        task.model,
        words.state(task),
        words.story(task, fold.originMs, this.#nowMs, whyWaited(task, fold, this.#nowMs)),
      ]),
    };
  }

  #distribution(name: (typeof classes)[number], theme: Theme): Chart {
    const { words } = this.#options;
    const targetMs = () => this.#figures.find((each) => each.class === name)?.targetMs ?? 1;
    const kind = name === 'completion' || name === 'generate' ? 'ttft' : 'e2e';
    return new Chart(
      {
        title: `${words.text(name)}: ${words.text(kind)}`,
        heads: [words.text('from'), words.text('to'), words.text('answers')],
        ...{ words, kind: 'bars', x: (bin: number) => binLabel(bin, targetMs(), words) },
        y: (count) => (Number.isInteger(count) ? words.number(count) : ''),
        color: ({ running }) => running,
      },
      theme,
    );
  }

  #goodputChart(theme: Theme): Chart {
    const { words, fold } = this.#options;
    return new Chart(
      {
        title: words.text('goodput'),
        heads: [words.text('time'), words.text('decided'), words.text('share')],
        ...{ words, kind: 'lines', x: (ms: number) => words.clock(ms || fold.originMs) },
        y: (part) => words.share(part),
        color: ({ kept }) => kept,
      },
      theme,
    );
  }

  #costChart(theme: Theme): Chart {
    const { words, fold } = this.#options;
    return new Chart(
      {
        title: words.text('costError'),
        heads: [words.text('model'), words.text('share')],
        ...{ words, kind: 'lines', x: (ms: number) => words.clock(ms), yMax: 0.2 },
        y: (part) => words.share(part),
        color: ({ lines, foreground }, index) => lines[index % lines.length] ?? foreground,
        names: (index) => {
          const found = fold.costErrors.lines[index];
          return found ? lineName(found, words) : '';
        },
      },
      theme,
    );
  }

  #build(): void {
    const { words } = this.#options;
    const facts = [...this.#promises.values(), this.#wasted, this.#reused, this.#acceptance].map(({ root }) => root);
    const charts = [...this.#distributions.values(), this.#goodput, this.#costs].map(({ root }) => root);
    this.#root.replaceChildren(
      element('h1', {}, words.text('heading')),
      this.#state,
      this.#controls.root,
      this.#leftOut,
      this.#timelineCard,
      element('h2', {}, words.text('promises')),
      element('div', { class: 'facts' }, ...facts),
      element('h2', {}, words.text('distribution')),
      element('div', { class: 'charts' }, ...charts),
      this.#models.root,
      element('p', { class: 'hint' }, words.text('exportNote')),
    );
  }
}

function legend(words: Words): HTMLElement {
  const keys = ['Waiting', 'Running', 'Paused', 'Kept', 'Broken', 'Gone', 'Deadline', 'Prefill', 'Decode'] as const;
  const entries = keys.map((key) => {
    const sample = element('span', { class: `sample is-${key.toLowerCase()}`, 'aria-hidden': 'true' });
    return element('span', {}, sample, words.text(`legend${key}`));
  });
  return element('p', { class: 'legend' }, ...entries);
}
