/** Ways to spoil what was right: bytes, values of JSON, texts. All of them are functions of the random source alone. */
import { integer, pick, type Random } from '../bench/random.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const nastyNumbers: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  127,
  128,
  255,
  65_535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
  -(2 ** 53),
  1e-300,
  1e21,
  1e308,
];

export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\r',
  '\r\n\r\n',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc00',
  'a\udfffb',
  '😀',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  '\u202e',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  'file:///../..',
  'C:\\Windows\\system32',
  '%00%2e%2e',
  '$(id)',
  '{{code}}',
  '<|fim_middle|>',
  '<|endoftext|>',
  '"\\',
  'x'.repeat(300),
  '\n'.repeat(500),
];

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

export function nastyValue(random: Random): Json {
  switch (integer(random, 0, 9)) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
    case 3:
      return pick(random, nastyNumbers);
    case 4:
    case 5:
      return pick(random, nastyTexts);
    case 6:
      return [];
    case 7:
      return nested(integer(random, 1, 80));
    default:
      return { [pick(random, nastyTexts)]: pick(random, nastyNumbers) };
  }
}

function nested(levels: number): Json {
  let value: Json = 0;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A copy in which something is another value, is gone, stands twice, or has a further member. */
export function spoiled(random: Random, value: Json): Json {
  const isHere = typeof value !== 'object' || value === null || chance(random, 0.15);
  if (isHere) return nastyValue(random);
  if (Array.isArray(value)) return spoiledList(random, value);
  const keys = Object.keys(value);
  if (keys.length === 0 || chance(random, 0.1))
    return Object.fromEntries([...Object.entries(value), [pick(random, nastyTexts), nastyValue(random)]]);
  const key = pick(random, keys);
  if (chance(random, 0.2)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? spoiled(random, member) : member]),
  );
}

function spoiledList(random: Random, list: readonly Json[]): Json {
  if (list.length === 0) return [nastyValue(random)];
  const index = integer(random, 0, list.length);
  const member = list[index] ?? null;
  const others = [...list.slice(0, index), ...list.slice(index + 1)];
  if (chance(random, 0.2)) return others;
  if (chance(random, 0.2)) return [...list, member, ...list];
  return [...list.slice(0, index), spoiled(random, member), ...list.slice(index + 1)];
}

/** A copy with some bytes changed, gone, put in or repeated. */
export function spoiledBytes(random: Random, bytes: Buffer): Buffer {
  let left: Buffer = Buffer.from(bytes);
  for (let count = integer(random, 1, 5); count > 0; count -= 1) left = spoiledOnce(random, left);
  return left;
}

function spoiledOnce(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return Buffer.from([integer(random, 0, 256)]);
  const at = integer(random, 0, bytes.length);
  const count = integer(random, 1, 9);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (integer(random, 0, 6)) {
    case 0:
      bytes[at] = integer(random, 0, 256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << integer(random, 0, 8));
      return bytes;
    case 2:
      return Buffer.concat([before, after.subarray(count)]);
    case 3:
      return Buffer.from(before);
    case 4:
      return Buffer.concat([before, Buffer.alloc(count, pick(random, [0, 0xff, 0x7f, 0x80, 0x22])), after]);
    default:
      return Buffer.concat([before, after.subarray(0, count), after]);
  }
}
