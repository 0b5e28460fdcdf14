/** Values of options, read from text. Each function throws BadUsage naming what there is. Pure. */
import { BadUsage } from './bench.ts';

/** Names with commas between them. @param usual when nothing was given. */
export function listed<T extends string>(
  option: string,
  value: string | undefined,
  there: readonly T[],
  usual: readonly T[] = there,
): readonly T[] {
  if (value === undefined) return usual;
  return value.split(',').map((name) => {
    const found = there.find((known) => known === name);
    if (found === undefined) throw new BadUsage(`--${option} takes ${there.join(', ')}, not '${name}'.`);
    return found;
  });
}

export function oneOf<T extends string>(option: string, value: string, there: readonly T[]): T {
  const [only, ...others] = listed(option, value, there);
  if (only !== undefined && others.length === 0) return only;
  throw new BadUsage(`--${option} takes one of ${there.join(', ')}, not '${value}'.`);
}

/** A whole number from 1 to `most`. */
export function countOf(option: string, value: string | undefined, usual: number, most: number): number {
  const count = value === undefined ? usual : numberOf(option, value, 1, most);
  if (!Number.isInteger(count))
    throw new BadUsage(`--${option} takes 1 to ${most}, whole numbers only, not '${value}'.`);
  return count;
}

export function numberOf(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= least && number <= most) return number;
  throw new BadUsage(`--${option} takes ${least} to ${most}, not '${value}'.`);
}

/** Undefined when nothing was given. */
export function positive(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new BadUsage(`--${option} takes a number above 0, not '${value}'.`);
}
