/** Small models fall into loops. Pure. */

/** Shorter loops than this in all are left alone: `----` and `0, 0, 0` are ordinary text. */
const loopCharsMin = 60;
const periodCharsMax = 200;
const repeatsMin = 4;

export interface TextLoop {
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
  /** Length of what is said over and over. */
  readonly period: number;
}

/** The loop of so many characters that the end of `text` is in: the same thing at least four times over, with nothing in between. */
export function loopAtEnd(text: string, charsMin: number = loopCharsMin): TextLoop | undefined {
  for (let period = 1; period <= Math.min(periodCharsMax, Math.floor(text.length / repeatsMin)); period++) {
    const repeats = Math.max(repeatsMin, Math.ceil(charsMin / period));
    if (repeats * period > text.length) continue;
    const start = loopStart(text, period, text.length - repeats * period);
    if (start !== undefined) return { start, period };
  }
  return undefined;
}

/** Whether the end of `text` says the same thing at least four times over, with nothing in between. */
export function endsInLoop(text: string): boolean {
  return loopAtEnd(text) !== undefined;
}

/** Where the loop of this period begins, if it begins at `latest` or before. */
function loopStart(text: string, period: number, latest: number): number | undefined {
  let at = text.length - period - 1;
  while (at >= 0 && text.charCodeAt(at) === text.charCodeAt(at + period)) at -= 1;
  return at + 1 <= latest ? at + 1 : undefined;
}
