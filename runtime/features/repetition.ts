/** Small models fall into loops. Pure. */

/** Shorter loops than this in all are left alone: `----` and `0, 0, 0` are ordinary text. */
const loopCharsMin = 60;
const periodCharsMax = 200;
const repeatsMin = 4;

/** Whether the end of `text` says the same thing at least four times over, with nothing in between. */
export function endsInLoop(text: string): boolean {
  for (let period = 1; period <= Math.min(periodCharsMax, Math.floor(text.length / repeatsMin)); period++) {
    const repeats = Math.max(repeatsMin, Math.ceil(loopCharsMin / period));
    if (repeats * period <= text.length && repeatsLast(text, period, repeats)) return true;
  }
  return false;
}

function repeatsLast(text: string, period: number, repeats: number): boolean {
  const start = text.length - repeats * period;
  for (let at = start; at < text.length - period; at++) {
    if (text.charCodeAt(at) !== text.charCodeAt(at + period)) return false;
  }
  return true;
}
