/** What stands around a cursor, as far as it says whether typing goes on and whether a suggestion is wanted there. Pure. */
import type { Sides } from './since.ts';

/** What stands right before the cursor; `line`: nothing but white space since the line began. */
export const beforeKinds = [
  'line',
  'word',
  'space',
  'opener',
  'comma',
  'dot',
  'end',
  'operator',
  'quote',
  'other',
] as const;
export type Before = (typeof beforeKinds)[number];

/** The rest of the line: nothing, what closes brackets and quotes, a word that the cursor touches, or other text. */
export type Behind = 'nothing' | 'closers' | 'word' | 'text';

export interface Situation {
  readonly before: Before;
  readonly behind: Behind;
}

const wordCharacter = /[\p{L}\p{N}_$]/u;
const closersOnly = /^[\s)\]}>"'`;,]*$/;
/** Longer lines are not read to their ends. */
const lineCharsMax = 1_000;

export function situationAt({ before, after }: Sides): Situation {
  return { before: kindBefore(lineBefore(before)), behind: kindBehind(restOfLine(after)) };
}

/** The cursor's line up to the cursor, at most its last 1,000 characters. */
export function lineBefore(before: string): string {
  return before.slice(Math.max(before.lastIndexOf('\n') + 1, before.length - lineCharsMax));
}

/** The cursor's line from the cursor on, at most 1,000 characters. */
export function restOfLine(after: string): string {
  const end = after.slice(0, lineCharsMax).indexOf('\n');
  return after.slice(0, end === -1 ? lineCharsMax : end);
}

function kindBefore(line: string): Before {
  if (line.trim() === '') return 'line';
  const last = line.at(-1) ?? '';
  if (wordCharacter.test(last)) return 'word';
  if (last.trim() === '') return 'space';
  if ('([{'.includes(last)) return 'opener';
  if (last === ',') return 'comma';
  if (last === '.' || line.endsWith('::') || line.endsWith('->')) return 'dot';
  if (';:)]}'.includes(last)) return 'end';
  if ('=+-*/%<>&|^!?~'.includes(last)) return 'operator';
  return '"\'`'.includes(last) ? 'quote' : 'other';
}

function kindBehind(rest: string): Behind {
  if (rest.trim() === '') return 'nothing';
  if (closersOnly.test(rest)) return 'closers';
  return wordCharacter.test(rest.charAt(0)) ? 'word' : 'text';
}
