/** What the walkthrough tries, as data. Pure, without vscode. */

export interface Trial {
  /** After `punctual.`. */
  readonly command: string;
  /** Of the sample. */
  readonly file: string;
  readonly language: string;
  /** The text is cut behind the first of these, up to the end of its line, and the cursor is put there; absent: nothing is cut. */
  readonly cut?: string;
  /** The command that does what the step is about. */
  readonly runs: string;
  readonly arguments: readonly unknown[];
}

export const trials: readonly Trial[] = [
  {
    ...{ command: 'tryCompletion', file: 'Counter.java', language: 'java', cut: 'this.' },
    ...{ runs: 'editor.action.inlineSuggest.trigger', arguments: [] },
  },
  { command: 'trySummary', file: 'people.py', language: 'python', runs: 'punctual.summarize', arguments: [] },
  {
    ...{ command: 'tryTranslation', file: 'sum.js', language: 'javascript' },
    ...{ runs: 'punctual.translate', arguments: [{ to: 'python' }] },
  },
];

/** @returns no content when the place to cut at is not there. */
export function cutAt(text: string, cut: string | undefined): { readonly content: string; readonly offset: number } {
  if (cut === undefined) return { content: text, offset: 0 };
  const found = text.indexOf(cut);
  if (found < 0) return { content: '', offset: 0 };
  const offset = found + cut.length;
  const lineEnd = text.indexOf('\n', offset);
  return { content: text.slice(0, offset) + (lineEnd < 0 ? '' : text.slice(lineEnd)), offset };
}
