/** Random numbers of a bench: a pure function of the seed, so that every run can be repeated. */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * Sfc32 by Chris Doty-Humphrey (public domain), with a state of 128 bits. Each `stream` of a seed is a sequence of its own, so that one
 * more draw for one purpose changes nothing else.
 */
export function newRandom(seed: number, stream = ''): Random {
  let a = hash(`${seed}/${stream}/a`);
  let b = hash(`${seed}/${stream}/b`);
  let c = hash(`${seed}/${stream}/c`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first numbers still show how the state was filled.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Exponential with the given mean: the gaps of a Poisson process. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** Normal with mean 0 and standard deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Lognormal with the given median; `variation` is its standard deviation over its mean. */
export function lognormal(random: Random, median: number, variation: number): number {
  return median * Math.exp(Math.sqrt(Math.log(1 + variation ** 2)) * normal(random));
}

/** Lognormal with mean 1. */
export function lognormalOfMeanOne(random: Random, variation: number): number {
  return lognormal(random, 1 / Math.sqrt(1 + variation ** 2), variation);
}

/** A whole number from `low` to `high` - 1. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low));
}

/** One of `items`, which must not be empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('Nothing to pick from: the list is empty.');
  return item;
}

/** The times in [0, untilMs) of a Poisson process. */
export function poissonTimesMs(random: Random, perSecond: number, untilMs: number): number[] {
  const times: number[] = [];
  if (perSecond <= 0) return times;
  for (
    let atMs = exponential(random, 1_000 / perSecond);
    atMs < untilMs;
    atMs += exponential(random, 1_000 / perSecond)
  )
    times.push(atMs);
  return times;
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  return value >>> 0;
}
