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

/**
 * The rows of a table, each known by its first cell, and by its place among those that begin so. Only what has changed is written, so
 * that a selection, or the place of somebody who reads the table, stays while time goes by.
 */
export class Rows {
  readonly body = element('tbody');
  readonly #known = new Map<string, HTMLTableRowElement>();

  update(rows: readonly (readonly Cell[])[]): void {
    const keyed = new Map<string, readonly Cell[]>();
    for (const cells of rows) keyed.set(freeKey(keyed, cells), cells);
    for (const [key, row] of this.#known) {
      if (keyed.has(key)) continue;
      row.remove();
      this.#known.delete(key);
    }
    let index = 0;
    for (const [key, cells] of keyed) {
      const row = this.#row(key, cells);
      const there = this.body.children[index] ?? null;
      if (there !== row) this.body.insertBefore(row, there);
      index += 1;
    }
  }

  #row(key: string, cells: readonly Cell[]): HTMLTableRowElement {
    const row = this.#known.get(key) ?? element('tr', {}, element('th', { scope: 'row' }));
    for (const [index, text] of cells.entries()) {
      const cell = row.children[index] ?? row.appendChild(element('td'));
      setText(cell, text);
    }
    this.#known.set(key, row);
    return row;
  }
}

function freeKey(taken: ReadonlyMap<string, unknown>, [first = '']: readonly Cell[]): string {
  let key = first;
  for (let count = 2; taken.has(key); count++) key = `${first}\n${count}`;
  return key;
}

/** A table in words, for whoever cannot see a chart; filled only while it is open. */
export class TableDetails {
  readonly root: HTMLDetailsElement;
  readonly #rows = new Rows();
  readonly #caption: HTMLTableCaptionElement;
  readonly #told: () => { readonly caption: string; readonly rows: readonly (readonly Cell[])[] };

  constructor(
    summary: string,
    title: string,
    heads: readonly string[],
    told: () => { readonly caption: string; readonly rows: readonly (readonly Cell[])[] },
  ) {
    this.#told = told;
    this.#caption = element('caption');
    const head = element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text))));
    // It may be wider than the page, and so is scrolled, with keys too.
    const scroller = element('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title });
    scroller.append(element('table', {}, this.#caption, head, this.#rows.body));
    this.root = element('details', {}, element('summary', { 'aria-label': `${summary}: ${title}` }, summary), scroller);
    this.root.addEventListener('toggle', () => this.update());
  }

  update(): void {
    if (!this.root.open) return;
    const { caption, rows } = this.#told();
    setText(this.#caption, caption);
    this.#rows.update(rows);
  }
}
