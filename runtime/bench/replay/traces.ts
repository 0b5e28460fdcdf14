/** Reads the recorded traces from `runtime/bench/data`. The only file here that touches the disk. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Window } from './arrivals.ts';
import { EditingTrace, type RawTrace } from './editing-trace.ts';

/** One request of the Azure code trace. */
export interface ServedRequest {
  /** From the first request of the trace. */
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One suggestion that a developer saw, from the Copilot study. */
export interface SeenSuggestion {
  /** From when it appeared until it was accepted or rejected. */
  readonly shownMs: number;
  readonly isAccepted: boolean;
  readonly characters: number;
}

export interface Traces {
  readonly editing: EditingTrace;
  readonly served: readonly ServedRequest[];
  readonly suggestions: readonly SeenSuggestion[];
}

/** Takes about 0.1 s: read once, pass on. @throws when a data file is missing. */
export function readTraces(): Traces {
  return {
    editing: new EditingTrace(JSON.parse(unpacked('editing-trace-rustcode.json.gz')) as RawTrace),
    served: rows(unpacked('azure-code-2023.csv.gz')).map(([atMs = 0, inputTokens = 0, outputTokens = 0]) => ({
      atMs,
      inputTokens,
      outputTokens,
    })),
    suggestions: rows(readFileSync(dataFile('copilot-suggestions.csv'), 'utf8')).map(
      ([shownMs = 0, accepted = 0, characters = 0]) => ({ shownMs, isAccepted: accepted === 1, characters }),
    ),
  };
}

/** A longer gap is a look at the suggestion, in ms. */
const typingGapMsMax = 2_000;

/** Between two keys of developers who typed while a suggestion stood there, in ms. @throws when the data file is missing. */
export function readTypingGaps(): readonly number[] {
  const gaps = rows(readFileSync(dataFile('copilot-typing-gaps.csv'), 'utf8')).map(([gapMs = 0]) => gapMs);
  return gaps.filter((gapMs) => gapMs <= typingGapMsMax);
}

/** The half of a trace that a window may use: the first for tuning, the second for reporting. `end` is exclusive. */
export function halfOf(length: number, window: Window): { start: number; end: number } {
  const middle = Math.floor(length / 2);
  return window === 'tuning' ? { start: 0, end: middle } : { start: middle, end: length };
}

function unpacked(name: string): string {
  return gunzipSync(readFileSync(dataFile(name))).toString('utf8');
}

/** The numbers of a CSV file without its header. */
function rows(csv: string): number[][] {
  return csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
}

/** The data lies beside the sources, and the bundled bench in another folder of the same project: so it is looked for upwards. */
function dataFile(name: string): string {
  const start = path.dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'runtime', 'bench', 'data', name);
    if (existsSync(file)) return file;
    if (path.dirname(folder) === folder)
      throw new Error(`No folder above ${start} has runtime/bench/data/${name}: run the bench inside the project.`);
  }
}
