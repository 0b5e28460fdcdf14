/** The answer goes round in circles. Pure. */
import { type Checker, filled } from './checker.ts';

/** Shorter ones are ordinary: `0, 0, 0` and `----`. */
const loopCharsMin = 30;
const repeatsMin = 4;

/**
 * 1. It ends with the same stretch, which has a letter, four times over.
 * 2. The same line of more than brackets stands in it three times in a row, or four times in all.
 */
export const loops: Checker = ({ answer }) => {
  const text = answer.trimEnd();
  for (let period = 2; period * repeatsMin <= text.length; period += 1) {
    const repeats = Math.max(repeatsMin, Math.ceil(loopCharsMin / period));
    if (endsWithRepeats(text, period, repeats)) return true; // 1
  }
  const lines = filled(text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]{2}/u.test(line));
  return lines.some((line, index) => {
    const isInRow = line === lines[index + 1] && line === lines[index + 2];
    return isInRow || lines.filter((other) => other === line).length >= repeatsMin; // 2
  });
};

function endsWithRepeats(text: string, period: number, repeats: number): boolean {
  const unit = text.slice(-period);
  return /\p{L}/u.test(unit) && text.endsWith(unit.repeat(repeats));
}
