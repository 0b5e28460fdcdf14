/** Pause, scrub, span and export: what the user does to the page. */
import { spansMs, type ViewTime } from './clock.ts';
import { element, setText } from './dom.ts';
import type { Words } from './words.ts';

export interface ControlsOptions {
  readonly words: Words;
  readonly time: ViewTime;
  /** Something was changed by the user. */
  readonly changed: () => void;
  readonly export: () => void;
  /** Now, and the earliest that is known, in ms on the runtime's clock. */
  readonly bounds: () => { readonly firstMs: number; readonly nowMs: number; readonly originMs: number };
}

/** One step of the arrow keys, in ms. */
const scrubStepMs = 500;

export class Controls {
  readonly root: HTMLElement;
  readonly #options: ControlsOptions;
  readonly #pause = element('button', { type: 'button', id: 'pause' });
  readonly #scrub: HTMLInputElement;
  readonly #span: HTMLSelectElement;
  readonly #export: HTMLButtonElement;

  constructor(options: ControlsOptions) {
    this.#options = options;
    const { words } = options;
    this.#scrub = element('input', { ...{ type: 'range', id: 'scrub', step: String(scrubStepMs) } });
    this.#scrub.setAttribute('aria-label', words.text('scrub'));
    this.#span = this.#spans();
    this.#export = element('button', { type: 'button', id: 'export' }, words.text('export'));
    this.#export.title = words.text('exportNote');
    this.root = element('div', { class: 'controls', role: 'group', 'aria-label': words.text('controls') });
    this.root.append(
      this.#pause,
      this.#scrub,
      element('label', {}, `${words.text('span')} `, this.#span),
      this.#export,
    );
    this.#pause.addEventListener('click', () => this.#toggle());
    this.#scrub.addEventListener('input', () => {
      options.time.hold(Number(this.#scrub.value));
      options.changed();
    });
    this.#export.addEventListener('click', () => {
      this.#export.disabled = true;
      options.export();
    });
  }

  exported(): void {
    this.#export.disabled = false;
  }

  update(): void {
    const { words, time, bounds } = this.#options;
    const { firstMs, nowMs, originMs } = bounds();
    const { toMs } = time.shown(firstMs, nowMs);
    setText(this.#pause, words.text(time.isHeld ? 'resume' : 'pause'));
    this.#span.value = String(time.spanMs);
    // While it is dragged its ends stay: else the thumb would leave the pointer.
    if (!time.isHeld || Number(this.#scrub.max) < nowMs - 60_000) {
      this.#scrub.min = String(Math.floor(firstMs));
      this.#scrub.max = String(Math.ceil(nowMs));
    }
    this.#scrub.value = String(toMs);
    this.#scrub.setAttribute('aria-valuetext', words.clock(originMs + toMs));
  }

  #toggle(): void {
    const { time, bounds, changed } = this.#options;
    if (time.isHeld) time.follow();
    else time.hold(bounds().nowMs);
    changed();
  }

  #spans(): HTMLSelectElement {
    const { words, time, changed } = this.#options;
    const select = element('select', { id: 'span' });
    for (const ms of spansMs) {
      const text = ms < 120_000 ? words.text('seconds', ms / 1_000) : words.text('minutes', ms / 60_000);
      select.append(element('option', { value: String(ms) }, text));
    }
    select.addEventListener('change', () => {
      time.spanMs = Number(select.value);
      changed();
    });
    return select;
  }
}
