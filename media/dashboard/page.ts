/** The page: what stands where, and what is written anew when. Knows neither VS Code nor messages. */
import type { Status } from '../../runtime/protocol/status.ts';
import { ChartsView } from './charts-view.ts';
import { type Shown, ViewTime } from './clock.ts';
import { Controls } from './controls.ts';
import { element, setText, TableDetails } from './dom.ts';
import { classFigures } from './figures.ts';
import type { Fold } from './fold.ts';
import { legend } from './legend.ts';
import { ModelsView } from './models-view.ts';
import { PromisesView } from './promises-view.ts';
import { readTheme } from './theme.ts';
import { Timeline } from './timeline.ts';
import { whyWaited } from './why.ts';
import type { Words } from './words.ts';

/** Of the tasks' table: the latest. */
const tasksListed = 50;
/** Left and right of what a card holds, as in the style sheet. */
const cardPadPx = 24;

export interface PageOptions {
  readonly words: Words;
  readonly fold: Fold;
  /** On the runtime's clock, in ms. */
  readonly now: () => number;
  readonly export: () => void;
  /** The user has chosen another time. */
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
  readonly #drawn: HTMLElement;
  readonly #noTask: HTMLElement;
  readonly #tasks: TableDetails;
  readonly #promises: PromisesView;
  readonly #charts: ChartsView;
  readonly #models: ModelsView;
  #status: Status | undefined;
  #isConnected = false;
  #wasConnected = false;
  #told = '';

  constructor(root: HTMLElement, options: PageOptions) {
    const { words, fold } = options;
    this.#options = options;
    this.#root = root;
    const theme = readTheme();
    const bounds = () => ({ firstMs: fold.firstMs ?? this.#nowMs, nowMs: this.#nowMs, originMs: fold.originMs });
    const changed = (): void => {
      this.#told = '';
      options.changed();
    };
    this.#controls = new Controls({ words, time: this.time, changed, export: options.export, bounds });
    const hold = (toMs: number): void => {
      this.time.hold(toMs);
      changed();
    };
    const zoom = (steps: 1 | -1): void => {
      this.time.zoom(steps);
      changed();
    };
    this.#timeline = new Timeline({ words, fold, hold, zoom }, theme);
    this.#tasks = new TableDetails(
      words.text('table'),
      words.text('timeline'),
      (['task', 'class', 'model', 'state', 'story'] as const).map((key) => words.text(key)),
      () => this.#taskRows(),
    );
    this.#tasks.root.classList.add('tasks');
    this.#noTask = element('p', { class: 'nothing' }, words.text('empty'));
    this.#drawn = element('div', {}, this.#timeline.root, legend(words), this.#tasks.root);
    const heading = element('h2', {}, words.text('timeline'));
    this.#timelineCard = element('section', { class: 'card' }, heading, this.#noTask, this.#drawn);
    this.#promises = new PromisesView(words, fold);
    this.#charts = new ChartsView(words, fold, theme);
    this.#models = new ModelsView(words, fold);
    this.#build();
  }

  /** The theme is another one. */
  themed(): void {
    const theme = readTheme();
    for (const part of [this.#timeline, this.#charts]) part.theme(theme);
    this.update();
  }

  connected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    this.#wasConnected ||= isConnected;
  }

  status(status: Status): void {
    this.#status = status;
  }

  /** Another runtime speaks: a time that was held was one of the other's clock. */
  restarted(): void {
    this.time.follow();
    this.#told = this.#options.words.text('restartedRuntime');
  }

  /** The next change of what is going on is said after this. */
  exported(sentence: string | undefined): void {
    this.#controls.exported();
    this.#told = sentence ?? '';
  }

  /** Everything that follows from what is known and from the time that is shown. */
  update(): void {
    const { toMs } = this.updateTimeline();
    const { fold } = this.#options;
    this.#tasks.update();
    const figures = classFigures(fold.answers.list, toMs);
    this.#promises.update(figures, this.#status);
    this.#charts.update(figures, fold.firstMs ?? this.#nowMs, toMs);
    this.#models.update(this.#status);
  }

  /** What moves as time goes by; the figures of thousands of tasks do not. */
  updateTimeline(): Shown {
    const { fold, words } = this.#options;
    const shown = this.#shown;
    const isEmpty = fold.tasks.size === 0;
    this.#tellState(shown.toMs);
    setText(this.#leftOut, fold.leftOut === 0 ? '' : words.text('leftOut', fold.leftOut));
    this.#controls.update();
    this.#noTask.hidden = !isEmpty;
    this.#drawn.hidden = isEmpty;
    if (!isEmpty) this.#timeline.update(shown, Math.max(200, this.#timelineCard.clientWidth - cardPadPx));
    return shown;
  }

  get #shown(): Shown {
    return this.time.shown(this.#options.fold.firstMs ?? this.#nowMs, this.#nowMs);
  }

  /** A runtime that is gone does nothing any more, so its time stands still. */
  get #nowMs(): number {
    return this.#isConnected ? this.#options.now() : this.#options.fold.nowMs;
  }

  /** Said to screen readers, so it changes only with what it says. */
  #tellState(toMs: number): void {
    const { words, fold } = this.#options;
    const clock = (atMs: number): string => words.clock(fold.originMs + atMs);
    const state = !this.#isConnected
      ? words.text(this.#wasConnected ? 'lost' : 'waitingForRuntime')
      : this.time.isHeld
        ? words.text('paused', clock(toMs))
        : fold.firstMs === undefined
          ? words.text('live')
          : words.text('liveSince', clock(fold.firstMs));
    setText(this.#state, this.#told === '' ? state : `${state} · ${this.#told}`);
    this.#root.classList.toggle('is-lost', !this.#isConnected);
    this.#root.classList.toggle('is-held', this.time.isHeld);
  }

  #taskRows(): { readonly caption: string; readonly rows: readonly (readonly string[])[] } {
    const { fold, words } = this.#options;
    const { fromMs, toMs } = this.#shown;
    const all = fold.tasks.within(fromMs, toMs);
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

  #build(): void {
    const { words } = this.#options;
    this.#root.replaceChildren(
      element('h1', {}, words.text('heading')),
      this.#state,
      this.#controls.root,
      this.#leftOut,
      this.#promises.facts,
      this.#timelineCard,
      this.#promises.table,
      this.#charts.root,
      this.#models.root,
      element('p', { class: 'hint' }, words.text('exportNote')),
    );
  }
}
