/** The demo's picture: an editor on the left, a summary and a translation on the right. Pure: a view in, lines out. */
import type { Editor } from './editor.ts';
import { fitted, type Span, span, wrap } from './spans.ts';

export interface SidePane {
  readonly title: string;
  readonly text: string;
  /** How the answer kept its promise; undefined while it is being written. */
  readonly outcome?: { readonly e2eMs: number; readonly kept: boolean };
}

export interface View {
  readonly title: string;
  readonly editor: Editor | undefined;
  readonly sides: readonly [SidePane | undefined, SidePane | undefined];
  readonly note: string;
}

/** The least terminal that shows the picture and, below it, the table. */
export const columnsMin = 80;
export const rowsMin = 24;
const columnsMax = 110;

const bodyRows = 10;
const sideRows = [4, 5] as const;
/** Title, upper border, body, lower border, note. */
export const frameRows = bodyRows + 4;

/** {@link frameRows} lines, each one cell narrower than the terminal, so that none wraps. */
export function frame(view: View, columns: number): Span[][] {
  const width = Math.min(columns - 1, columnsMax);
  const left = Math.floor((width - 3) * 0.6);
  const right = width - 3 - left;
  const [upper, lower] = view.sides;
  const editorLines = view.editor ? editorRows(view.editor, left) : blank(bodyRows, left);
  const sideLines = [
    ...sideTextRows(upper, sideRows[0], right),
    sideBorder('├', lower, right, '┤'),
    ...sideTextRows(lower, sideRows[1], right),
  ];
  const edge = span('│', 'dim');
  const body = editorLines.map((line, row) => {
    const side = sideLines[row] ?? [];
    return row === sideRows[0] ? [edge, ...line, ...side] : [edge, ...line, edge, ...side, edge];
  });
  return [
    fitted([span(` ${view.title}`, 'bold')], width),
    [...border('┌', view.editor?.name ?? '', [], left), ...sideBorder('┬', upper, right, '┐')],
    ...body,
    [span(`└${'─'.repeat(left)}┴${'─'.repeat(right)}┘`, 'dim')],
    fitted([span(` ${view.note}`)], width),
  ];
}

/** The lines around the caret, with their numbers. */
function editorRows(editor: Editor, width: number): Span[][] {
  const { lines, caret } = editor;
  const first = Math.max(0, Math.min(caret.line - Math.floor(bodyRows / 2), lines.length - bodyRows));
  return blank(bodyRows, width).map((empty, row) => {
    const index = first + row;
    if (index >= lines.length) return empty;
    const number = span(`${String(index + 1).padStart(3)} `, 'dim');
    const line = lines[index] ?? '';
    return fitted([number, ...(index === caret.line ? caretLine(editor, line) : [span(line)])], width);
  });
}

/** Text before the caret, the caret on the first cell behind it, ghost text, text after. */
function caretLine({ caret, ghost, taken }: Editor, line: string): Span[] {
  const before = line.slice(0, caret.character);
  const after = line.slice(caret.character);
  const written = taken
    ? [span(before.slice(0, taken.from)), span(before.slice(taken.from), 'taken')]
    : [span(before, 'bold')];
  const under = ghost[0] ?? after[0] ?? ' ';
  const rest = ghost === '' ? after.slice(1) : after;
  return [...written, span(under === '\t' ? ' ' : under, 'caret'), span(ghost.slice(1), 'ghost'), span(rest)];
}

/** The end of a text that is being written, the beginning of one that is whole. */
function sideTextRows(pane: SidePane | undefined, rows: number, width: number): Span[][] {
  if (!pane) return blank(rows, width);
  const lines = wrap(pane.text.trim(), width - 2);
  const first = pane.outcome ? 0 : Math.max(0, lines.length - rows);
  return blank(rows, width).map((_, row) => fitted([span(` ${lines[first + row] ?? ''}`)], width));
}

function sideBorder(start: string, pane: SidePane | undefined, width: number, end: string): Span[] {
  const outcome = pane?.outcome;
  const mark = outcome
    ? [span(` ${duration(outcome.e2eMs)} `), span(outcome.kept ? '✓ ' : '✗ late ', outcome.kept ? 'good' : 'bad')]
    : [];
  return [...border(start, pane?.title ?? '', mark, width), span(end, 'dim')];
}

/** `width` cells behind the corner. A long title takes the place of the line, then of its own end. */
function border(start: string, title: string, mark: readonly Span[], width: number): Span[] {
  const markWidth = mark.reduce((sum, { text }) => sum + text.length, 0);
  const head = title === '' ? [] : [span('─ ', 'dim'), span(title, 'bold'), span(' ', 'dim')];
  const used = head.reduce((sum, { text }) => sum + text.length, 0) + markWidth;
  const line = span('─'.repeat(Math.max(0, width - used)), 'dim');
  return [span(start, 'dim'), ...fitted([...head, line], width - markWidth), ...mark];
}

function blank(rows: number, width: number): Span[][] {
  return Array.from({ length: rows }, () => fitted([], width));
}

/** As a person reads it: `46 ms`, `3.2 s`, `120 s`. */
export function duration(ms: number): string {
  if (ms >= 100_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
