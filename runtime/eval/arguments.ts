/** What the arguments of `punctual eval` ask for, and its help. Pure. */
import { parseArgs } from 'node:util';
import { BadUsage, type BenchValues } from '../bench/bench.ts';
import type { Eval } from './eval.ts';

export type Asked =
  | { readonly kind: 'help'; readonly text: string }
  | ({ readonly kind: 'run'; readonly chosen: Eval; readonly json: boolean } & Given);

interface Given {
  /** Of the eval's case sets, those that were named. */
  readonly names: readonly string[];
  readonly values: BenchValues;
}

const helpWords = ['--help', '-h', 'help'];

/** @throws BadUsage when there is no such eval, no such option, or a value is missing. */
export function readArguments(args: readonly string[], evals: readonly Eval[]): Asked {
  const [name, ...rest] = args;
  const names = evals.map((one) => one.name).join(', ');
  if (name === undefined || helpWords.includes(name)) return { kind: 'help', text: overviewOf(evals) };
  const chosen = evals.find((one) => one.name === name);
  if (chosen === undefined) throw new BadUsage(`there is no eval '${name}'; there are: ${names}.`);
  if (rest.some((word) => helpWords.includes(word))) return { kind: 'help', text: helpOf(chosen) };
  return { kind: 'run', chosen, ...readOptions(rest, chosen) };
}

function readOptions(args: readonly string[], { options, names: sets }: Eval): { json: boolean } & Given {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options.map(({ name }) => [name, { type: 'string' as const }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, string> = {};
  const names: string[] = [];
  let json = false;
  for (const token of tokens) {
    if (token.kind === 'positional' && sets !== undefined) {
      if (!sets.among.includes(token.value))
        throw new BadUsage(`there is no ${sets.value} '${token.value}'; there are: ${sets.among.join(', ')}.`);
      names.push(token.value);
      continue;
    }
    if (token.kind !== 'option')
      throw new BadUsage(`'${token.kind === 'positional' ? token.value : '--'}' belongs to no option.`);
    const { name, rawName, value, inlineValue } = token;
    const option = options.find((one) => one.name === name);
    if (name === 'json') {
      if (value !== undefined) throw new BadUsage('--json takes no value.');
      json = true;
    } else if (option === undefined) {
      const there = [...options.map((one) => `--${one.name}`), '--json', '--help'];
      throw new BadUsage(`there is no option ${rawName}; there are ${there.join(', ')}.`);
    } else if (value === undefined || (inlineValue !== true && value.startsWith('--'))) {
      throw new BadUsage(`--${name} needs a value, as in --${name} ${option.value} (${option.help}).`);
    } else {
      values[name] = value;
    }
  }
  return { json, names, values };
}

function overviewOf(evals: readonly Eval[]): string {
  const width = Math.max(...evals.map(({ name }) => name.length));
  const lines = evals.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `punctual eval NAME [options]: how good the answers are, on fixed cases\n\n${lines.join('\n')}\n\n'punctual eval NAME --help' explains an eval and its options. Exit codes: 0 done, 1 failed, 2 bad usage.\n`;
}

function helpOf({ name, summary, options, note, names }: Eval): string {
  const entries = [
    ...(names === undefined ? [] : [[`${names.value}…`, `${names.among.join(', ')} (default: all)`] as const]),
    ...options.map((option) => [`--${option.name} ${option.value}`, option.help] as const),
    ['--json', 'print one JSON object with all details on stdout'] as const,
    ['--help', 'print this'] as const,
  ];
  const width = Math.max(...entries.map(([option]) => option.length));
  const lines = entries.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  return `punctual eval ${name} ${names === undefined ? '' : `[${names.value}…] `}[options]\n${summary}\n\n${lines.join('\n')}\n\n${note}\n`;
}
