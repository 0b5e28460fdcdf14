/** What a bench is, and the arithmetic that all of them share. */

export interface BenchOptions {
  /** Fewer repetitions; never another workload. */
  readonly quick: boolean;
  readonly log: (line: string) => void;
  /** What the user gave for the options that the bench declares. */
  readonly values?: BenchValues;
}

export type BenchValues = Readonly<Record<string, string | undefined>>;

/** What was asked of a bench does not exist; the message is one sentence that says what does. */
export class BadUsage extends Error {}

export interface BenchResult {
  /** By the names that the project's issues and docs use. */
  readonly figures: Readonly<Record<string, number>>;
  /** What one needs to judge the figures: sizes, counts, spreads. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Names of options of its own; each takes one value, as in `--rps 5,10`. */
  readonly options?: readonly string[];
  run(options: BenchOptions): Promise<BenchResult>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** With linear interpolation between neighbours. NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}
