/**
 * What a model wrote, made fit to be shown: a list of pure filters, applied in order. A filter never lengthens the text.
 */

export interface Surroundings {
  /** The text of the cursor's line before and after the cursor. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** The following lines. */
  readonly linesBelow: readonly string[];
  /** The space that was taken off the prompt. */
  readonly healed: string;
}

type Filter = (text: string, around: Surroundings) => string;

/** The prompt ended without its space, so the answer's first one is already in the document. */
const dropHealedSpace: Filter = (text, { healed }) =>
  healed !== '' && text.startsWith(healed) ? text.slice(healed.length) : text;

/** Markers such as `<|fim_pad|>` are never code; whatever follows one is not either. */
const cutAtSpecialToken: Filter = (text) => {
  const at = text.search(/<\|[a-z_]+\|>/);
  return at === -1 ? text : text.slice(0, at);
};

/** Text that already stands after the cursor is not suggested again, unless the suggestion needs it to close its own brackets. */
const dropOverlapWithLineEnd: Filter = (text, { lineAfter }) => {
  const rest = lineAfter.trimEnd();
  if (rest === '') return text;
  const trimmed = text.trimEnd();
  for (let length = Math.min(rest.length, trimmed.length); length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (trimmed.endsWith(overlap) && !(closersOnly.test(overlap) && isBalanced(trimmed)))
      return trimmed.slice(0, -length);
  }
  return text;
};

const closersOnly = /^[)\]}]+$/;

function isBalanced(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return count(/[([{]/g) === count(/[)\]}]/g);
}

/** A suggestion that repeats the next line with text on it says nothing new. */
const dropRepeatOfNextLine: Filter = (text, { lineBefore, linesBelow }) => {
  const next = linesBelow.find((line) => line.trim() !== '');
  const [first = '', ...rest] = text.split('\n');
  const isRepeat =
    next !== undefined && rest.every((line) => line.trim() === '') && (lineBefore + first).trim() === next.trim();
  return isRepeat && next.trim().length > 1 ? '' : text;
};

const trimEnd: Filter = (text) => text.replace(/\s+$/, '');

const filters: readonly Filter[] = [
  dropHealedSpace,
  cutAtSpecialToken,
  dropOverlapWithLineEnd,
  dropRepeatOfNextLine,
  trimEnd,
];

export function postprocess(text: string, around: Surroundings): string {
  return filters.reduce((current, filter) => filter(current, around), text);
}
