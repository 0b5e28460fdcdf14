/**
 * The text around the cursor that a completion is asked with. Pure.
 *
 * The window is made so that typing changes as little of the prompt as possible, because what is unchanged is not evaluated
 * again: the left edge moves in steps of whole lines, and the suffix ends at a line end.
 */

export interface WindowLimits {
  readonly prefixChars: number;
  readonly suffixChars: number;
}

/** About 700 + 180 tokens of code: 2 s of prefill for a 0.5B model on one core when nothing is cached, 20 ms per keystroke afterwards. */
export const windowDefault: WindowLimits = { prefixChars: 2_400, suffixChars: 600 };

/** The left edge lies on a multiple of this many lines, so it jumps once in as many new lines instead of at each. */
export const edgeStepLines = 16;

export interface InfillWindow {
  readonly prefix: string;
  readonly suffix: string;
}

/** `text` is the whole document with `\n` line ends, `offset` a position in it in UTF-16 units. */
export function infillWindow(text: string, offset: number, limits: WindowLimits): InfillWindow {
  const cursor = snapToCharacter(text, offset);
  const prefix = text.slice(leftEdge(text, cursor, limits.prefixChars), cursor);
  return { prefix, suffix: text.slice(cursor, rightEdge(text, cursor, limits.suffixChars)) };
}

/** A position inside a surrogate pair belongs to no character: the one before the pair is taken. */
export function snapToCharacter(text: string, offset: number): number {
  return isInsidePair(text, offset) ? offset - 1 : offset;
}

function isInsidePair(text: string, offset: number): boolean {
  return isBetween(text.charCodeAt(offset - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(offset), 0xdc00, 0xdfff);
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

/** A place where a line begins, and whether it is one of those that edges lie on. */
export interface LineStart {
  readonly start: number;
  readonly isStep: boolean;
}

/** The lines that begin within `chars` before the cursor, the farthest first. */
export function lineStartsBefore(text: string, cursor: number, chars: number): LineStart[] {
  const earliest = cursor - chars;
  const starts: LineStart[] = earliest <= 0 && cursor > 0 ? [{ start: 0, isStep: true }] : [];
  let line = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at + 1 < cursor; at = text.indexOf('\n', at + 1)) {
    line += 1;
    if (at + 1 >= earliest) starts.push({ start: at + 1, isStep: line % edgeStepLines === 0 });
  }
  return starts;
}

/** Where the prefix begins that has up to `chars` characters. `starts` may hold farther lines than are asked for. */
export function leftEdge(
  text: string,
  cursor: number,
  chars: number,
  starts: readonly LineStart[] = lineStartsBefore(text, cursor, chars),
): number {
  if (cursor <= chars) return 0;
  const earliest = cursor - chars;
  const inside = starts.filter(({ start }) => start >= earliest);
  // A line longer than the window has no edge of its own inside it.
  const edge = (inside.find(({ isStep }) => isStep) ?? inside[0])?.start ?? earliest;
  return isInsidePair(text, edge) ? edge + 1 : edge;
}

export function rightEdge(text: string, cursor: number, chars: number): number {
  if (text.length - cursor <= chars) return text.length;
  const latest = cursor + chars;
  const lineEnd = text.lastIndexOf('\n', latest - 1);
  if (lineEnd > cursor) return lineEnd + 1;
  return isInsidePair(text, latest) ? latest - 1 : latest;
}
