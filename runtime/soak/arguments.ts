/** What a soak is started with. */
import { parseArgs } from 'node:util';

export interface SoakArguments {
  readonly json: boolean;
  readonly seed: number;
  /** Of the real part; the simulated one has ten times as many. */
  readonly faults: number;
  /** The longest time for both parts together, in s; what is under way then is ended in order. */
  readonly seconds: number;
  readonly parts: readonly ('simulated' | 'real')[];
}

export const usage = `npm run soak -- [--json] [--faults N] [--seed N|random] [--seconds S] [--only simulated|real]
`;

const faultsDefault = 300;
const seedMax = 2 ** 31;

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
