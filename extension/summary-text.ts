/**
 * The Markdown of a summary's document: what it is of, whether a demonstration model or a stand-in wrote it, the text so far, and the
 * end. Pure.
 * It is read as it stands, so hardly anything is escaped; a preview of it runs no commands and loads no scripts, and what would load a picture
 * from elsewhere is taken apart.
 */
import { l10n } from './l10n.ts';

export interface SummaryState {
  /** `queue.ts`, or `queue.ts, lines 3–20`. */
  readonly source: string;
  readonly demo: boolean;
  /** Who wrote it, when that is not the model that was chosen; as far as it is known, which is at the end. */
  readonly standIn?: string | undefined;
  readonly body: string;
  /** Absent while it is being written. */
  readonly footer?: string;
}

export function summaryMarkdown({ source, demo, standIn, body, footer }: SummaryState): string {
  const blocks = [`# ${l10n.t('Summary of {0}', source)}`];
  if (demo) {
    const words = l10n.t('Written by the demonstration model: it shows how Punctual works, not what your code does.');
    blocks.push(`> ${words}`);
  }
  if (standIn !== undefined) blocks.push(`> ${l10n.t('Written by {0}, not by the model that was chosen.', standIn)}`);
  if (body !== '') blocks.push(harmlessMarkdown(body).trimEnd());
  blocks.push(footer === undefined ? '…' : `---\n\n${footer}`);
  return `${blocks.join('\n\n')}\n`;
}

/**
 * A model repeats what it reads, and what it reads may want the reader's editor to load a picture, which would tell somebody that it was
 * read, and what. So nothing is a picture, and no tag has attributes. In code a blank more does no harm.
 */
export function harmlessMarkdown(text: string): string {
  return text.replaceAll('![', '! [').replace(/<(?=[a-z][^<>]*=)/gi, '< ');
}

/** As it stands, whatever it has of Markdown's signs: names of models and files come from anybody. */
export function plainMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!<>|~&]/g, '\\$&');
}
