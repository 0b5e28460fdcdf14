/** What a soak is started with. */
import { parseArgs } from 'node:util';

export interface SoakArguments {
  readonly json: boolean;
  readonly seed: number;
  /** Of the real part; the simulated one has {@link simulatedPerReal} times as many. */
  readonly faults: number;
  /** The longest time for both parts together, in s; what is under way then is ended in order. */
  readonly seconds: number;
  readonly parts: readonly ('simulated' | 'real')[];
}

const faultsDefault = 300;
/** Simulated faults cost next to nothing. */
export const simulatedPerReal = 10;
const seedMax = 2 ** 31;

export const usage = `npm run soak -- [--json] [--faults N] [--seed N|random] [--seconds S] [--only simulated|real]
  --faults   faults of the real part (default: ${faultsDefault}); ${simulatedPerReal} times as many are simulated
  --seed     begins the random numbers (default: 1); 'random' draws one, which is printed
  --seconds  the longest time for both parts together (default: as long as the faults take)
  --only     one of the two parts
  --json     print one JSON object on stdout
  --help     print this
Exit codes: 0 nothing was lost, doubled or left, 1 something was, 2 bad usage.
`;

const exitCodes = { done: 0, badUsage: 2 } as const;

export interface Printer {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** @returns what is asked for, or the exit code when nothing is to be done: the usage was asked for, or what was said makes no sense. */
export function argumentsOrExit(
  argv: readonly string[],
  random: () => number,
  { out, err }: Printer,
): SoakArguments | (typeof exitCodes)[keyof typeof exitCodes] {
  if (argv.includes('--help') || argv.includes('-h')) {
    out(usage);
    return exitCodes.done;
  }
  try {
    return readArguments(argv, random);
  } catch (error) {
    err(`soak: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return exitCodes.badUsage;
  }
}

/** @throws Error with a sentence for whoever has called it. */
export function readArguments(argv: readonly string[], random: () => number): SoakArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean' },
      faults: { type: 'string' },
      seed: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const { only, seed = '1' } = values;
  if (only !== undefined && only !== 'simulated' && only !== 'real')
    throw new Error(`--only is '${only}': give simulated or real.`);
  return {
    json: values.json === true,
    seed: seed === 'random' ? Math.floor(random() * seedMax) : whole('seed', seed),
    faults: whole('faults', values.faults ?? String(faultsDefault)),
    seconds: values.seconds === undefined ? Number.POSITIVE_INFINITY : whole('seconds', values.seconds),
    parts: only === undefined ? ['simulated', 'real'] : [only],
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is '${text}': give a whole number.`);
  return value;
}
