/** The models in memory with what they are worth, and the log of the decisions about them. */
import type { ModelScore } from '../../runtime/protocol/dashboard.ts';
import type { ModelStatus, Status } from '../../runtime/protocol/status.ts';
import { element, rowOf } from './dom.ts';
import type { Decision, Fold } from './fold.ts';
import type { Words } from './words.ts';

/** More would only be scrolled past; the exported log has all. */
const decisionsShown = 100;

export class ModelsView {
  readonly root: HTMLElement;
  readonly #words: Words;
  readonly #fold: Fold;
  readonly #body = element('tbody');
  readonly #log = element('ol', { class: 'log' });
  readonly #noDecisions: HTMLElement;
  /** What stands there, so that nothing is written twice. */
  #written = '';
  #lastDecision: Decision | undefined;

  constructor(words: Words, fold: Fold) {
    this.#words = words;
    this.#fold = fold;
    const heads = ['model', 'state', 'memory', 'worth', 'need', 'back', 'brokenShare'] as const;
    const cells = heads.map((key) => element('th', { scope: 'col' }, words.text(key)));
    const table = element(
      'table',
      {},
      element('caption', {}, words.text('worthHelp')),
      element('thead', {}, element('tr', {}, ...cells)),
      this.#body,
    );
    this.#noDecisions = element('p', { class: 'hint' }, words.text('noDecisions'));
    const scrolled = { class: 'scroller', tabindex: '0', role: 'region' };
    this.root = element(
      'div',
      { class: 'halves' },
      element(
        'section',
        { class: 'card' },
        element('h2', {}, words.text('models')),
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
    const rows = models.map((model) =>
      this.#row(
        model,
        this.#fold.scores.find(({ id }) => id === model.id),
      ),
    );
    const written = JSON.stringify(rows);
    if (written === this.#written) return;
    this.#written = written;
    this.#body.replaceChildren(...(rows.length > 0 ? rows : [[this.#words.text('noModels'), ...noCells]]).map(rowOf));
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
    this.#lastDecision = last;
    const shown = decisions.slice(-decisionsShown).reverse();
    const items = shown.map((decision) =>
      element(
        'li',
        {},
        element('time', {}, this.#words.clock(originMs + decision.atMs)),
        ` ${this.#words.decision(decision)}`,
      ),
    );
    this.#log.replaceChildren(...items);
  }
}

const noCells: readonly string[] = ['', '', '', '', '', ''];

const stateKeys = {
  unloaded: 'stateUnloaded',
  loading: 'stateLoading',
  ready: 'stateReady',
  failed: 'stateFailed',
} as const satisfies Record<ModelStatus['state'], string>;
