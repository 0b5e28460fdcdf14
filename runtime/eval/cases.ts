/** The cases of the completion eval: read from data/, chosen by what is asked for. The only reader of those files. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { newRandom } from '../bench/random.ts';
import { dataFolder } from './data.ts';
import type { Language } from './languages.ts';

/** `tuning` may be looked at while something is made better; `report` is for the figures; `humaneval` is reported and not judged. */
export const splits = ['tuning', 'report', 'humaneval'] as const;
export type Split = (typeof splits)[number];

/** What a single line is missing from where on, and which lines a block is. data/README.md says where each stands. */
export const lineShapes = ['line', 'assign', 'call', 'member', 'return', 'operator', 'word', 'letters'] as const;
export const blockShapes = ['body', 'opener', 'block'] as const;
const givenShapes = ['single-line', 'multi-line', 'random-span'] as const;
export type Shape = (typeof lineShapes)[number] | (typeof blockShapes)[number] | (typeof givenShapes)[number];

/** `single`: the rest of a line. `multi`: two lines and more. */
export type CaseKind = 'single' | 'multi';

export interface CompletionCase {
  /** Package, path and cursor; unique. */
  readonly id: string;
  readonly split: Split;
  readonly package: string;
  /** Inside the package. */
  readonly path: string;
  readonly language: Language;
  readonly kind: CaseKind;
  readonly shape: Shape;
  /** The text around the cursor; what stood between them is `expected`. */
  readonly before: string;
  readonly after: string;
  readonly expected: string;
}

/** A line of completion-files.jsonl.gz. Places are UTF-16 units. */
export interface CutFile {
  readonly package: string;
  readonly path: string;
  readonly text: string;
  readonly cuts: readonly (readonly [shape: Shape, start: number, end: number])[];
}

/** completion-sources.json. */
export interface Sources {
  readonly seed: number;
  readonly packages: readonly SourcePackage[];
}

export interface SourcePackage {
  readonly ecosystem: 'npm' | 'debian';
  readonly name: string;
  readonly version: string;
  /** SPDX. */
  readonly licence: string;
  /** Of the project that wrote it. */
  readonly url: string;
  readonly language: Language;
  readonly split: Exclude<Split, 'humaneval'>;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

interface GivenCase {
  readonly task_id: string;
  readonly prompt: string;
  readonly suffix: string;
  readonly canonical_solution: string;
}

export function readSources(): Sources {
  return JSON.parse(readFileSync(path.join(dataFolder, 'completion-sources.json'), 'utf8')) as Sources;
}

export function readFiles(): CutFile[] {
  return linesOf('completion-files.jsonl.gz') as CutFile[];
}

/** All cases of the splits, in the order of the files. @throws when a data file is missing. */
export function readCases(wanted: readonly Split[]): CompletionCase[] {
  const cut = wanted.some((split) => split !== 'humaneval') ? cutCases() : [];
  const given = wanted.includes('humaneval') ? givenCases() : [];
  return [...cut, ...given].filter(({ split }) => wanted.includes(split));
}

export interface Choice {
  /** At most so many of each split. */
  readonly count?: number;
  readonly language?: Language;
  /** Which ones are taken when there are more. */
  readonly seed: number;
}

/** The cases in their own order, fewer when fewer are asked for: a seeded draw from each split. */
export function chooseCases(cases: readonly CompletionCase[], { count, language, seed }: Choice): CompletionCase[] {
  const spoken = cases.filter((one) => language === undefined || one.language === language);
  if (count === undefined) return spoken;
  const drawn = new Set(
    splits.flatMap((split) =>
      draw(
        spoken.filter((one) => one.split === split),
        count,
        seed,
      ),
    ),
  );
  return spoken.filter((one) => drawn.has(one));
}

function draw(cases: readonly CompletionCase[], count: number, seed: number): CompletionCase[] {
  const random = newRandom(seed, 'cases');
  return cases
    .map((one) => ({ one, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ one }) => one);
}

function cutCases(): CompletionCase[] {
  const packages = new Map(readSources().packages.map((one) => [one.name, one]));
  return readFiles().flatMap((file) => {
    const from = packages.get(file.package);
    if (from === undefined) throw new Error(`No package ${file.package} stands in completion-sources.json.`);
    return file.cuts.map(([shape, start, end]): CompletionCase => {
      const isBlock = (blockShapes as readonly Shape[]).includes(shape);
      return {
        id: `${file.package}/${file.path}:${start}`,
        split: from.split,
        package: file.package,
        path: file.path,
        language: from.language,
        kind: isBlock ? 'multi' : 'single',
        shape,
        before: file.text.slice(0, start),
        after: file.text.slice(end),
        expected: file.text.slice(start, end),
      };
    });
  });
}

/**
 * HumanEval infilling. A line end that closes the solution stands behind the cursor instead: in an editor the cursor is on a line of its
 * own, not in front of the next one's text.
 */
function givenCases(): CompletionCase[] {
  return givenShapes.flatMap((shape) =>
    (linesOf(`humaneval-${shape}.jsonl.gz`) as GivenCase[]).map((given): CompletionCase => {
      const expected = given.canonical_solution.replace(/\n$/, '');
      const isWhole = expected === given.canonical_solution;
      return {
        id: given.task_id,
        split: 'humaneval',
        package: 'human-eval-infilling',
        path: `${given.task_id}.py`,
        language: 'python',
        kind: expected.includes('\n') ? 'multi' : 'single',
        shape,
        before: given.prompt,
        after: isWhole ? given.suffix : `\n${given.suffix}`,
        expected,
      };
    }),
  );
}

function linesOf(name: string): unknown[] {
  return gunzipSync(readFileSync(path.join(dataFolder, name)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}
