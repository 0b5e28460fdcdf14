/** The answer says again what stands behind the cursor. Pure. */
import { type Checker, filled, lineBefore } from './checker.ts';

/** Lines such as `}` and `);` stand below each other in any program: too much of them is a matter of balance. */
const lettersMin = 3;
const linesMax = 6;

/**
 * 1. The rest of the cursor's line stands at the end of the answer as well.
 * 2. The last lines of the answer are the next ones below it.
 * 3. Somewhere in the answer the next two lines below stand one after the other.
 */
export const repeatsSuffix: Checker = ({ before, answer, after }) => {
  const [rest = '', ...others] = after.split('\n');
  if (rest.trim() !== '' && letters(rest) >= lettersMin && answer.trimEnd().endsWith(rest.trim())) return true; // 1
  const own = filled((lineBefore(before) + answer).split('\n')).map((line) => line.trim());
  const below = filled(others.slice(0, 40)).map((line) => line.trim());
  for (let count = 1; count <= Math.min(linesMax, own.length, below.length); count += 1) {
    const same = below.slice(0, count);
    const isSaid = same.every((line, index) => line === own[own.length - count + index]);
    if (isSaid && letters(same.join('')) >= lettersMin) return true; // 2
  }
  const [first, second] = below;
  if (first === undefined || second === undefined || letters(first + second) < 2 * lettersMin) return false;
  return own.some((line, index) => line === first && own[index + 1] === second); // 3
};

function letters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
