/** What the fuzzer is called with. */
import { parseArgs } from 'node:util';

export interface Arguments {
  readonly seed: number;
  readonly casesMax: number;
  readonly secondsMax: number;
  readonly json: boolean;
  /** Only this target; with an index, only this case of it. */
  readonly only: { readonly target: string; readonly index?: number } | undefined;
}

export const exitCodes = { done: 0, failed: 1, badUsage: 2 } as const;

/** @param targets whatever `--only` takes. */
export function usageOf(targets: readonly { readonly name: string; readonly summary: string }[]): string {
  const width = Math.max(...targets.map(({ name }) => name.length));
  const lines = targets.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: npm run fuzz -- [--seed N] [--cases N] [--seconds S] [--only TARGET[/INDEX]] [--json]
  --seed     begins the random numbers (default: one that is drawn, and printed)
  --cases    ends after so many (default: goes on until it is interrupted)
  --seconds  ends after so long
  --only     one target, or one case of it, as a failure is printed
  --json     print one JSON object on stdout
  --help     print this
Targets:
${lines.join('\n')}
Exit codes: 0 no failure, 1 failures, 2 bad usage.
`;
}

export interface Printer {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * @param drawn a seed for who gives none.
 * @returns what is asked for, or the exit code when nothing is to be done: the usage was asked for, or what was said makes no sense.
 */
export function argumentsOrExit(
  argv: readonly string[],
  drawn: number,
  usage: string,
  { out, err }: Printer,
): Arguments | (typeof exitCodes)[keyof typeof exitCodes] {
  if (argv.includes('--help') || argv.includes('-h')) {
    out(usage);
    return exitCodes.done;
  }
  try {
    return readArguments(argv, drawn);
  } catch (error) {
    err(`fuzz: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return exitCodes.badUsage;
  }
}

/** @throws Error with a sentence. @param drawn a seed for who gives none. */
export function readArguments(argv: readonly string[], drawn: number): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      cases: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const [target, index] = values.only?.split('/') ?? [];
  return {
    seed: countOf('seed', values.seed, drawn),
    casesMax: countOf('cases', values.cases, Number.POSITIVE_INFINITY),
    secondsMax: countOf('seconds', values.seconds, Number.POSITIVE_INFINITY),
    json: values.json === true,
    only:
      target === undefined ? undefined : { target, ...(index !== undefined && { index: countOf('only', index, 0) }) },
  };
}

function countOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} is '${text}': give a whole number.`);
  return Number(text);
}
