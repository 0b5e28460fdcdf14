/** The Markdown of a summary's document: what it is of, whether a demonstration model wrote it, the text so far, and the end. Pure. */
import { escapeMarkdown } from './format.ts';

export interface SummaryState {
  /** `queue.ts`, or `queue.ts, lines 3–20`. */
  readonly source: string;
  readonly demo: boolean;
  readonly body: string;
  /** Absent while it is being written. */
  readonly footer?: string;
}

export function summaryMarkdown({ source, demo, body, footer }: SummaryState): string {
  const blocks = [`# Summary of ${escapeMarkdown(source)}`];
  if (demo) blocks.push('> Written by the demonstration model: it shows how Punctual works, not what your code does.');
  if (body !== '') blocks.push(body.trimEnd());
  blocks.push(footer === undefined ? '…' : `---\n\n_${escapeMarkdown(footer)}_`);
  return `${blocks.join('\n\n')}\n`;
}
