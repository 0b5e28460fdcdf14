/** Text in cells of a terminal: pieces with a style, cut and filled to a width, and written as ANSI. */

export type Style = 'plain' | 'dim' | 'bold' | 'ghost' | 'caret' | 'taken' | 'good' | 'bad';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** Select Graphic Rendition parameters (ECMA-48), of the 16 colours that every theme has. */
const parameters: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  ghost: '2;3',
  caret: '7',
  taken: '1;32',
  good: '32',
  bad: '31',
};

export function span(text: string, style: Style = 'plain'): Span {
  return { text: cells(text), style };
}

/** One cell for each UTF-16 unit: tabs become spaces, and what may be wider than a cell, or control the terminal, a dot. */
export function cells(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replace(/[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2026\u2500-\u257f✓✗⇥→]/g, '·');
}

/** Exactly `width` cells: cut, with `…` where something is missing, or filled with spaces. */
export function fitted(spans: readonly Span[], width: number): Span[] {
  const length = spans.reduce((sum, { text }) => sum + text.length, 0);
  if (length <= width) return [...spans, { text: ' '.repeat(width - length), style: 'plain' }];
  const kept: Span[] = [];
  let left = width - 1;
  for (const { text, style } of spans) {
    kept.push({ text: text.slice(0, left), style });
    left -= Math.min(left, text.length);
  }
  return [...kept, { text: '…', style: 'dim' }];
}

export function toAnsi(spans: readonly Span[]): string {
  return spans
    .filter(({ text }) => text !== '')
    .map(({ text, style }) => (style === 'plain' ? text : `\x1b[${parameters[style]}m${text}\x1b[0m`))
    .join('');
}

/** Lines of at most `width` cells, broken at spaces where there are some. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(cells(line), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    // A space in the indentation is no place to break.
    const end = space < 0 || rest.slice(0, space).trim() === '' ? width : space;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ /, '');
  }
  return [...lines, rest];
}
