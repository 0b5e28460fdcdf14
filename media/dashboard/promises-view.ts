/** What was promised and what became of it: figures at a glance, and a table with a row for each class. */
import type { Status } from '../../runtime/protocol/status.ts';
import { element, Rows, setText } from './dom.ts';
import { type ClassFigures, classes } from './figures.ts';
import type { Fold } from './fold.ts';
import type { Words } from './words.ts';

const none = '–';

export class PromisesView {
  /** At a glance. */
  readonly facts: HTMLElement;
  /** Class by class. */
  readonly table: HTMLElement;
  readonly #words: Words;
  readonly #fold: Fold;
  readonly #rows = new Rows();
  readonly #goodput: Fact;
  readonly #wasted: Fact;
  readonly #reused: Fact;
  readonly #acceptance: Fact;

  constructor(words: Words, fold: Fold) {
    this.#words = words;
    this.#fold = fold;
    this.#goodput = new Fact(words.text('keptTitle'));
    this.#wasted = new Fact(words.text('wasted'), words.text('wastedWhy'));
    this.#reused = new Fact(words.text('reused'));
    this.#acceptance = new Fact(words.text('acceptance'));
    const facts = [this.#goodput, this.#wasted, this.#reused, this.#acceptance].map(({ root }) => root);
    this.facts = element('div', { class: 'facts' }, ...facts);
    const heads = ['class', 'promisedHead', 'onTimeHead', 'p50', 'p95', 'now'] as const;
    const cells = heads.map((key) => element('th', { scope: 'col' }, words.text(key)));
    const table = element(
      'table',
      { class: 'figures' },
      element('caption', { class: 'unseen' }, words.text('promises')),
      element('thead', {}, element('tr', {}, ...cells)),
      this.#rows.body,
    );
    const region = { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': words.text('promises') };
    this.table = element(
      'section',
      { class: 'card promises' },
      element('h2', {}, words.text('promises')),
      element('div', region, table),
    );
  }

  update(figures: readonly ClassFigures[], status: Status | undefined): void {
    const words = this.#words;
    const [kept, decided] = figures.reduce(([k, d], one) => [k + one.kept, d + one.decided], [0, 0]);
    const isDecided = decided > 0;
    this.#goodput.update(
      isDecided ? words.share(kept / decided) : none,
      isDecided ? words.text('onTime', kept, decided) : words.text('noneDecided'),
    );
    this.#updateTokens(status);
    this.#rows.update(
      classes.map((name) =>
        this.#row(
          name,
          figures.find((one) => one.class === name),
          status?.classes.find((one) => one.class === name),
        ),
      ),
    );
  }

  #row(name: ClassFigures['class'], figures: ClassFigures | undefined, now: Status['classes'][number] | undefined) {
    const words = this.#words;
    const sla = figures ?? (now && { kind: now.sla.kind, targetMs: now.sla.targetMs });
    const isDecided = figures !== undefined && figures.decided > 0;
    const duration = (ms: number | undefined): string => (ms === undefined ? none : words.duration(ms));
    return [
      words.text(name),
      sla ? words.promise({ sla }) : none,
      isDecided
        ? `${words.share(figures.kept / figures.decided)} (${words.text('ofAll', figures.kept, figures.decided)})`
        : none,
      duration(figures?.p50Ms),
      duration(figures?.p95Ms),
      now && now.running + now.waiting > 0 ? words.text('nowRunning', now.running, now.waiting) : none,
    ];
  }

  #updateTokens(status: Status | undefined): void {
    const words = this.#words;
    const { evaluated, generated, wasted, prompt, reused } = this.#fold.totals;
    const spent = evaluated + generated;
    const nothing = [none, words.text('noSamples')] as const;
    this.#wasted.update(
      ...(spent === 0 ? nothing : ([words.share(wasted / spent), words.text('wastedOf', wasted, spent)] as const)),
    );
    this.#reused.update(
      ...(prompt === 0 ? nothing : ([words.share(reused / prompt), words.text('reusedOf', reused, prompt)] as const)),
    );
    const outcomes = status?.outcomes;
    this.#acceptance.root.hidden = outcomes === undefined;
    if (outcomes === undefined) return;
    const { shown, accepted, partly, retained, lost } = outcomes;
    const share = shown === 0 ? none : words.share(accepted / shown);
    const details = [words.text('acceptanceOf', accepted, shown, partly)];
    if (retained + lost > 0) details.push(words.text('retained', retained, lost));
    this.#acceptance.update(share, details.join('; '));
  }
}

/** A name, a figure, and what it is made of. */
class Fact {
  readonly root: HTMLElement;
  readonly #value = element('p', { class: 'value' });
  readonly #detail = element('p', { class: 'hint' });

  constructor(title: string, help = '') {
    this.root = element('section', { class: 'card fact' }, element('h2', {}, title), this.#value, this.#detail);
    if (help !== '') this.root.append(element('p', { class: 'hint' }, help));
  }

  update(value: string, detail: string): void {
    setText(this.#value, value);
    setText(this.#detail, detail);
  }
}
