/** Tables: of the report, and those with the numbers of a chart. Pure. */
import { type Html, html } from './html.ts';
import { isReached, measuredText, numberText, targetText } from './numbers.ts';
import type { Cell, Column, Measured, TableSection } from './report.ts';

/** A wide table scrolls by itself, also by keyboard; the page does not. */
export function table({ title, columns, rows }: TableSection): Html {
  if (rows.length === 0) return html`<p>No data.</p>`;
  const isText = (place: number): boolean => rows.every((row) => typeof row[place] === 'string');
  const head = columns.map(
    (column, place) => html`<th scope="col"${roleClass(column)}${textMark(isText(place))}>${headText(column)}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>
${rows.map((row) => tableRow(row, columns))}</tbody></table></div>`;
}

/** What a chart shows, as numbers: closed until it is asked for. */
export function numbersBelow(section: TableSection, summary = 'Numbers'): Html {
  return html`<details><summary>${summary}</summary>${table(section)}</details>`;
}

function tableRow(row: readonly Cell[], columns: readonly Column[]): Html {
  const cells = columns.map((column, place) => {
    const cell = row[place];
    if (place === 0) return html`<th scope="row">${cellHtml(cell)}</th>`;
    return html`<td${roleClass(column)}${textMark(typeof cell === 'string')}>${cellHtml(cell)}</td>`;
  });
  return html`<tr>${cells}</tr>\n`;
}

function cellHtml(cell: Cell): Html {
  if (typeof cell === 'string') return html`${cell}`;
  if (typeof cell === 'object') return measured(cell);
  return html`${numberText(cell ?? Number.NaN)}`;
}

/** Whether a target is reached is said by a word, not by colour alone. */
function measured(cell: Measured): Html {
  const { target, value } = cell;
  if (target === undefined) return html`${measuredText(cell)}`;
  const verdict = Number.isFinite(value) ? (isReached(value, target) ? 'reached' : 'missed') : 'unmeasured';
  return html`${measuredText(cell)} <span class="${verdict}">${targetText(target)} ${verdict}</span>`;
}

function headText({ label, unit, role }: Column): Html {
  return html`${label}${unit === undefined ? undefined : ` (${unit})`}${role === undefined ? undefined : html`<br><small>${role}</small>`}`;
}

function roleClass({ role }: Column): Html | undefined {
  return role === undefined ? undefined : html` class="${role}"`;
}

/** Text stands at the left, numbers at the right. */
function textMark(isText: boolean): Html | undefined {
  return isText ? html` data-text` : undefined;
}
