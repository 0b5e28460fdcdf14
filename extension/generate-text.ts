/** What *Generate…* reads of a text: the comment that says what is wanted, and where a place is after an edit. Pure, without vscode. */

/** Languages in which a line that begins with `#` is a comment. */
const hashLanguages: ReadonlySet<string> = new Set(
  'cmake coffeescript crystal dockerfile elixir julia makefile nim nix perl perl6 powershell properties python r ruby shellscript terraform toml yaml'.split(
    ' ',
  ),
);

const marks = /^\s*(?:\/{2,}!?|--|;+|%+|\/\*+|\*(?!\/)|<!--)\s?(.*?)\s*(?:\*\/|-->)?\s*$/;
const hashMarks = /^\s*#(?!!)+\s?(.*?)\s*$/;

/** More lines are no instruction any more. */
const linesMax = 6;

/**
 * What the comment directly above `line` says, or the one that `line` itself is; undefined where there is none.
 * @param lineAt the text of a line, from 0.
 */
export function commentAbove(lineAt: (line: number) => string, line: number, languageId: string): string | undefined {
  const textOf = (at: number): string | undefined => commentText(lineAt(at), languageId);
  const last = textOf(line) === undefined ? line - 1 : line;
  if (last !== line && lineAt(line).trim() !== '') return undefined;
  const texts: string[] = [];
  for (let at = last; at >= 0 && texts.length < linesMax; at -= 1) {
    const text = textOf(at);
    if (text === undefined) break;
    if (text !== '') texts.unshift(text);
  }
  return texts.length === 0 ? undefined : texts.join(' ');
}

function commentText(line: string, languageId: string): string | undefined {
  // A closing mark alone says nothing, but it does not end the comment above it.
  if (/^\s*\*\/\s*$/.test(line)) return '';
  return (hashLanguages.has(languageId) ? hashMarks : marks).exec(line)?.[1];
}

/** A stretch of a document in UTF-16 units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** As VS Code tells of it: all of one event are about the text before it. */
export interface Change {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/** Where it is after the changes; undefined when one of them touches it: then it is not the place any more that was asked about. */
export function shifted({ start, end }: Stretch, changes: readonly Change[]): Stretch | undefined {
  let by = 0;
  for (const { rangeOffset, rangeLength, text } of changes) {
    if (rangeOffset > end) continue;
    if (rangeOffset + rangeLength >= start) return undefined;
    by += text.length - rangeLength;
  }
  return { start: start + by, end: end + by };
}
