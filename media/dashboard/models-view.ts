/** The models in memory with what they are worth, and the log of the decisions about them. */
import type { ModelScore } from '../../runtime/protocol/dashboard.ts';
import type { ModelStatus, Status } from '../../runtime/protocol/status.ts';
import { element, Rows } from './dom.ts';
import type { Decision, Fold } from './fold.ts';
import type { Words } from './words.ts';

/** More would only be scrolled past; the exported log has all. */
const decisionsShown = 100;

export class ModelsView {
  readonly root: HTMLElement;
  readonly #words: Words;
  readonly #fold: Fold;
  readonly #rows = new Rows();
  readonly #log = element('ol', { class: 'log' });
  readonly #noDecisions: HTMLElement;
  #lastDecision: Decision | undefined;

  constructor(words: Words, fold: Fold) {
    this.#words = words;
    this.#fold = fold;
    const heads = ['model', 'state', 'memory', 'worth', 'need', 'back', 'brokenShare'] as const;
    const cells = heads.map((key) => element('th', { scope: 'col' }, words.text(key)));
    const table = element(
      'table',
      {},
      element('caption', { class: 'unseen' }, words.text('models')),
      element('thead', {}, element('tr', {}, ...cells)),
      this.#rows.body,
    );
    this.#noDecisions = element('p', { class: 'hint' }, words.text('noDecisions'));
    const scrolled = { class: 'scroller', tabindex: '0', role: 'region' };
    this.root = element(
      'div',
      { class: 'models' },
      element(
        'section',
        { class: 'card' },
        element('h2', {}, words.text('models')),
        element('p', { class: 'hint' }, words.text('worthHelp')),
        element('div', { ...scrolled, 'aria-label': words.text('models') }, table),
      ),
      element(
        'section',
        { class: 'card' },
        element('h2', {}, words.text('decisions')),
        this.#noDecisions,
        element('div', { ...scrolled, 'aria-label': words.text('decisions') }, this.#log),
      ),
    );
  }

  update(status: Status | undefined): void {
    this.#models(status?.models ?? []);
    this.#decisions();
  }

  #models(models: readonly ModelStatus[]): void {
    const { scores } = this.#fold;
    const rows = models.map((model) =>
      this.#row(
        model,
        scores.find(({ id }) => id === model.id),
      ),
    );
    this.#rows.update(rows.length > 0 ? rows : [[this.#words.text('noModels'), ...noCells]]);
  }

  #row(model: ModelStatus, score: ModelScore | undefined): string[] {
    const words = this.#words;
    const state = words.text(stateKeys[model.state]);
    const facts =
      score === undefined
        ? ['–', '–', '–', '–']
        : [
            words.duration(score.worthMs),
            `${words.share(score.need)} (${words.share(score.signalled)} ${words.text('bySignals')})`,
            words.duration(score.loadMs),
            words.share(score.broken),
          ];
    return [
      model.pinned ? `${model.name} (${words.text('pinned')})` : model.name,
      model.progress === undefined ? state : `${state} ${words.share(model.progress)}`,
      model.memoryBytes === undefined ? '–' : words.bytes(model.memoryBytes),
      ...facts,
    ];
  }

  #decisions(): void {
    const { decisions, originMs } = this.#fold;
    const last = decisions.at(-1);
    this.#noDecisions.hidden = last !== undefined;
    if (last === this.#lastDecision) return;
    const told = this.#lastDecision === undefined ? -1 : decisions.lastIndexOf(this.#lastDecision);
    this.#lastDecision = last;
    // Another runtime decided what stood there.
    if (told < 0) this.#log.replaceChildren();
    const items = decisions
      .slice(told + 1)
      .slice(-decisionsShown)
      .reverse();
    // What is being read stays where it is: new ones come on top.
    this.#log.prepend(...items.map((decision) => this.#item(decision, originMs)));
    while (this.#log.children.length > decisionsShown) this.#log.lastElementChild?.remove();
  }

  #item(decision: Decision, originMs: number): HTMLLIElement {
    const time = element('time', {}, this.#words.clock(originMs + decision.atMs));
    return element('li', {}, time, ' ', element('span', {}, this.#words.decision(decision)));
  }
}

const noCells: readonly string[] = ['', '', '', '', '', ''];

const stateKeys = {
  unloaded: 'stateUnloaded',
  loading: 'stateLoading',
  ready: 'stateReady',
  failed: 'stateFailed',
} as const satisfies Record<ModelStatus['state'], string>;
