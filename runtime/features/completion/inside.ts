/** Whether the cursor stands in code, in a string or in a comment. */
import { Reading } from './filters/reading.ts';
import type { Frame } from './filters/scan.ts';

export type Inside = 'comment' | 'string' | 'code';

/** Of a text that is looked at once. @param before all that stands before the cursor, with `\n` line ends. */
export function insideAt(before: string, languageId: string): Inside {
  return insideOf(new Reading().openAt('', before, languageId));
}

/** @param open what is open at the cursor. */
export function insideOf(open: readonly Frame[]): Inside {
  const kind = open.at(-1)?.kind;
  return kind === 'comment' || kind === 'string' ? kind : 'code';
}
