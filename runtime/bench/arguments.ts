/** What the arguments of the benches ask for. A word that cannot be meant is answered by one that can. Pure. */
import { parseArgs } from 'node:util';
import { BadUsage, type Bench, type BenchOption, type BenchValues } from './bench.ts';

export type Asked =
  | { readonly kind: 'overview' }
  | { readonly kind: 'help'; readonly bench: Bench }
  | {
      readonly kind: 'run';
      readonly bench: Bench;
      readonly json: boolean;
      readonly quick: boolean;
      readonly values: BenchValues;
    };

/** What every bench takes besides its own. */
export const commonOptions = {
  json: 'print one JSON object with all details on stdout',
  quick: 'fewer repetitions, never another workload',
  help: 'print this',
} as const;

const helpWords = ['--help', '-h', 'help'];

/** @throws BadUsage when there is no such bench, no such option, or a value is missing. */
export function readArguments(args: readonly string[], benches: readonly Bench[]): Asked {
  const [name, ...rest] = args;
  if (name === undefined) throw new BadUsage(`say which bench: ${benches.map((bench) => bench.name).join(', ')}.`);
  if (helpWords.includes(name)) return { kind: 'overview' };
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench === undefined) {
    const names = benches.map((candidate) => candidate.name);
    throw new BadUsage(`there is no bench '${name}'; ${meantInstead(name, names)}`);
  }
  if (rest.some((word) => helpWords.includes(word))) return { kind: 'help', bench };
  return { kind: 'run', bench, ...readOptions(rest, bench.options ?? []) };
}

function readOptions(args: readonly string[], own: readonly BenchOption[]) {
  const byName = new Map(own.map((option) => [option.name, option]));
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(own.map(({ name }) => [name, { type: 'string' as const }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, string> = {};
  const switches = { json: false, quick: false };
  for (const token of tokens) {
    if (token.kind !== 'option')
      throw new BadUsage(`'${token.kind === 'positional' ? token.value : '--'}' belongs to no option.`);
    const { name, rawName, value } = token;
    const option = byName.get(name);
    if (name === 'json' || name === 'quick') {
      if (value !== undefined) throw new BadUsage(`--${name} takes no value.`);
      switches[name] = true;
    } else if (option === undefined) {
      throw new BadUsage(`there is no option ${rawName}; ${meantInstead(rawName, optionNames(own))}`);
    } else {
      values[name] = checkedValue(option, value, token.inlineValue === true);
    }
  }
  return { ...switches, values };
}

/** What follows may be the next option: then this one has none. */
function checkedValue({ name, value: form, help }: BenchOption, value: string | undefined, isInline: boolean): string {
  if (value === undefined || (!isInline && value.startsWith('--')))
    throw new BadUsage(`--${name} needs a value, as in --${name} ${form} (${help}).`);
  return value;
}

function optionNames(own: readonly BenchOption[]): string[] {
  const told = own.filter(({ isInternal }) => isInternal !== true);
  return [...told.map(({ name }) => name), ...Object.keys(commonOptions)].map((name) => `--${name}`);
}

/** The word that was meant when one is so near that it must be, otherwise all that there are. */
function meantInstead(word: string, there: readonly string[]): string {
  const [nearest] = there
    .map((known) => ({ known, distance: editDistance(word, known) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined && nearest.distance <= 2) return `did you mean ${nearest.known}?`;
  return `there are ${there.join(', ')}.`;
}

/** How many characters must be put in, taken out or changed (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, place) => place);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
