/** What a bench is, and the arithmetic that all of them share. */
import type { TextTable } from './tables.ts';

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

/** Rightly asked, but what an option names cannot be used (a file, a URL): to explain the options again would not help. */
export class BadInput extends BadUsage {}

/** A bench was asked rightly and cannot be run, or not to its end; the message is one sentence that says why. */
export class BenchError extends Error {}

export interface BenchResult {
  /** By the names that the project's issues and docs use. */
  readonly figures: Readonly<Record<string, number>>;
  /** What one needs to judge the figures: sizes, counts, spreads. */
  readonly details: Readonly<Record<string, unknown>>;
  /** For people; default: one table of the figures with their aims. */
  readonly tables?: readonly TextTable[];
}

/** An option of one bench; each takes one value. */
export interface BenchOption {
  readonly name: string;
  /** What the value looks like, as in `N` or `cpu,gpu`. */
  readonly value: string;
  /** One line. */
  readonly help: string;
  /** For processes that the bench itself starts: no help tells it. */
  readonly isInternal?: true;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Roughly, as in `2 minutes`, on the machine of docs/MEASUREMENTS.md. */
  readonly takes: { readonly full: string; readonly quick: string };
  readonly options?: readonly BenchOption[];
  /** What else one should know before it runs; a sentence. */
  readonly note?: string;
  /** @throws BadUsage, BenchError. */
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
