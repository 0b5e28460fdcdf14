/** What a checker of shapes looks at, and the little that all of them need. Pure; shares no code with the filters of the product. */
import type { Language } from '../languages.ts';

/** An answer in its place. */
export interface Shown {
  readonly before: string;
  /** What is to be inserted; has more than white space. */
  readonly answer: string;
  readonly after: string;
  readonly language: Language;
}

/** Whether something is wrong that has nothing to do with what the code means. */
export type Checker = (shown: Shown) => boolean;

/** The text of the cursor's line before it. */
export function lineBefore(before: string): string {
  return before.slice(before.lastIndexOf('\n') + 1);
}

export function filled(lines: readonly string[]): string[] {
  return lines.filter((line) => line.trim() !== '');
}

export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
