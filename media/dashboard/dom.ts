/** Small helpers that make elements. Text is always text: nothing that is told is read as HTML. */

type Child = Node | string;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Only what has changed is written: whoever reads the page is not told of it again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export type Cell = string;

/** A table in words, for whoever cannot see a chart; filled only while it is open. */
export class TableDetails {
  readonly root: HTMLDetailsElement;
  readonly #body = element('tbody');
  readonly #caption: HTMLTableCaptionElement;
  readonly #rows: () => { readonly caption: string; readonly rows: readonly (readonly Cell[])[] };

  constructor(
    summary: string,
    title: string,
    heads: readonly string[],
    rows: () => { readonly caption: string; readonly rows: readonly (readonly Cell[])[] },
  ) {
    this.#rows = rows;
    this.#caption = element('caption');
    const head = element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text))));
    // It may be wider than the page, and so is scrolled, with keys too.
    const scroller = element('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title });
    scroller.append(element('table', {}, this.#caption, head, this.#body));
    this.root = element('details', {}, element('summary', { 'aria-label': `${summary}: ${title}` }, summary), scroller);
    this.root.addEventListener('toggle', () => this.update());
  }

  update(): void {
    if (!this.root.open) return;
    const { caption, rows } = this.#rows();
    setText(this.#caption, caption);
    this.#body.replaceChildren(...rows.map(rowOf));
  }
}

export function rowOf([first = '', ...cells]: readonly Cell[]): HTMLTableRowElement {
  return element('tr', {}, element('th', { scope: 'row' }, first), ...cells.map((text) => element('td', {}, text)));
}
