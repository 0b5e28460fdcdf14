/** Which lines of a text are told of a declaration. Pure, without vscode. */
import { declarationCharsMax } from '../runtime/protocol.ts';

/** The runtime cuts further: these are enough for the members of an interface. */
export const declarationLinesMax = 24;

/** Whole lines from `line` on, with their line ends; empty when there are none, or when the first one is too long. */
export function linesFrom(text: string, line: number): string {
  let start = 0;
  for (let at = 0; at < line; at += 1) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return '';
  }
  let end = start;
  for (let count = 0; count < declarationLinesMax; count += 1) {
    const lineEnd = text.indexOf('\n', end);
    const next = lineEnd === -1 ? text.length : lineEnd + 1;
    if (next - start > declarationCharsMax || next === end) break;
    end = next;
  }
  return text.slice(start, end);
}
