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

export const usage = `usage: npm run fuzz -- [--seed N] [--cases N] [--seconds S] [--only TARGET[/INDEX]] [--json]
  --seed     begins the random numbers (default: one that is drawn, and printed)
  --cases    ends after so many (default: goes on until it is interrupted)
  --seconds  ends after so long
  --only     one target, or one case of it, as a failure is printed
`;

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
