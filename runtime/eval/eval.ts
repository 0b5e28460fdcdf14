/** What an eval is: a case set put to the product as it is, and scores by name. */
import type { BenchOption, BenchResult, BenchValues } from '../bench/bench.ts';

export interface EvalRun {
  /** What of its case sets was named; nothing for all. */
  readonly names: readonly string[];
  /** What the user gave for the options that the eval declares. */
  readonly values: BenchValues;
  /** A line about how far it is. */
  readonly log: (line: string) => void;
}

export interface Eval {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly BenchOption[];
  /** It has several case sets, which can be named; `value` is what help calls them. */
  readonly names?: { readonly value: string; readonly among: readonly string[] };
  /** What else one should know before it runs; a sentence. */
  readonly note: string;
  /** @throws BadUsage for a value that cannot be meant, BenchError when it cannot be run. */
  run(run: EvalRun): Promise<BenchResult>;
}
