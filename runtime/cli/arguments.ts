/** From words on the command line to a command's options. What is wrong is told in terms of the command, not of the parser. */
import { parseArgs } from 'node:util';
import { type Command, commonOptions, UsageError, type Values } from './command.ts';

interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Values;
}

/**
 * A command takes the options that it explains.
 *
 * @throws UsageError for an option that it does not take, one without its value, the wrong number of arguments, or an empty one: that
 * is how a variable of a script that was never set arrives.
 */
export function parseArguments(command: Command, args: readonly string[]): Arguments {
  const options = optionsOf(command);
  // Not strict, as the parser's own sentences speak of its rules: a value may begin with a dash, as in `--line -1`.
  const { positionals, values, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) throw new UsageError(unknownOption(token.rawName, options));
    const isValueMissing = token.value === undefined || (!token.inlineValue && isOption(token.value, options));
    if (option.type === 'string' && isValueMissing) throw new UsageError(`--${token.name} needs a value after it`);
    if (token.value === '') throw new UsageError(`--${token.name} is empty: give it a value, or leave it out`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`--${token.name} takes no value, and '${token.value}' was given`);
  }
  const isHelp = values['help'] === true;
  if (!isHelp && positionals.length !== command.positionals)
    throw new UsageError(wrongCount(command, positionals.length));
  if (!isHelp && positionals.includes('')) throw new UsageError(`${wordOf(command)} is empty`);
  return { positionals, values: values as Values };
}

type Options = Command['options'];

function optionsOf({ options, help }: Command): Options {
  const common = Object.entries(commonOptions).filter(([name]) => Object.hasOwn(help, name));
  return { ...options, ...Object.fromEntries(common) };
}

/** Whether a value is rather the next option: then the one before it has none. */
function isOption(value: string, options: Options): boolean {
  return value.startsWith('--') && Object.hasOwn(options, value.slice(2).split('=')[0] ?? '');
}

function wrongCount(command: Command, given: number): string {
  if (given === 0) return `${wordOf(command)} is missing`;
  return `${given} ${given === 1 ? 'argument' : 'arguments'} given, ${command.positionals} expected`;
}

/** What the usage calls the argument, as in FILE; that it may be standard input is no part of its name. */
function wordOf({ usage }: Command): string {
  return (usage.split(' ')[0] ?? '').replace(/\|-$/, '');
}

function unknownOption(rawName: string, options: Options): string {
  const names = Object.keys(options);
  const near = nearest(rawName.replace(/^-+/, ''), names);
  const advice =
    near === undefined ? `there are ${names.map((name) => `--${name}`).join(', ')}` : `did you mean --${near}?`;
  return `there is no option ${rawName}; ${advice}`;
}

/** The word that was probably meant: one that begins like it, or one that is two mistakes away at most. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const begun = known.find((name) => word.length >= 2 && (name.startsWith(word) || word.startsWith(name)));
  if (begun !== undefined) return begun;
  const mistakesMax = word.length > 4 ? 2 : 1;
  const [best] = known
    .map((name) => ({ name, mistakes: mistakesBetween(word, name) }))
    .filter(({ mistakes }) => mistakes <= mistakesMax)
    .sort((a, b) => a.mistakes - b.mistakes);
  return best?.name;
}

/** Letters to insert, leave out or replace (Levenshtein), row by row. */
function mistakesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [above, letter] of [...a].entries()) {
    const next = [above + 1];
    for (let column = 0; column < b.length; column++) {
      const replaced = (row[column] ?? 0) + (b[column] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
