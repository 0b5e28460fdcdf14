/** `punctual eval completion`: the product's completions and a plain infill call of the same model, on cases that the model has not seen. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadUsage, BenchError, type BenchResult, type BenchValues } from '../bench/bench.ts';
import { checkModel, checkWritable } from '../bench/files.ts';
import { countOf, listed, numberOf, oneOf } from '../bench/options.ts';
import { Progress } from '../bench/progress.ts';
import type { Target } from '../bench/report/report.ts';
import { tidyOnSignals } from '../bench/signals.ts';
import { Arms, rawWindow } from './arms.ts';
import { type CompletionCase, chooseCases, readCases, type Split, splits } from './cases.ts';
import type { Eval } from './eval.ts';
import { type Language, languages } from './languages.ts';
import { type CaseResult, detailsOf, figuresByName, tablesOf } from './report.ts';
import { scoreOf } from './score.ts';

/** What the figures are to reach on the cases to report. */
export const aims: Readonly<Record<string, Target | undefined>> = {
  // Above 0: one case of all is more than this.
  'eval.exact_points_low': { atLeast: 0.01 },
  'eval.similarity_ratio': { atLeast: 1.1 },
  'eval.bad_shape_share': { atMost: 0.01 },
  'eval.bad_shape_ratio': { atMost: 0.1 },
  'eval.shown_share': { atLeast: 0.8 },
};

const splitsUsual: readonly Split[] = ['report', 'humaneval'];
const casesMax = 10_000;
const threadsMax = 256;

/** Where the built programs stand; this file is bundled into one of them. */
const programs = path.dirname(fileURLToPath(import.meta.url));

export interface CompletionOptions {
  readonly splits: readonly Split[];
  readonly count?: number;
  readonly language?: Language;
  readonly seed: number;
  readonly threads: number;
  /** A model of the user's own instead of the embedded one. */
  readonly model?: string;
  readonly answers?: string;
}

export const completionEval: Eval = {
  name: 'completion',
  summary: 'completions against a plain infill call of the same model: exact match, similarity, bad shapes',
  options: [
    { name: 'split', value: 'NAME', help: `which cases: ${splits.join(', ')} (default: ${splitsUsual.join(',')})` },
    { name: 'cases', value: 'N', help: 'at most so many of each split, drawn (default: all)' },
    { name: 'language', value: 'L', help: `one of ${languages.join(', ')} (default: all)` },
    { name: 'seed', value: 'N', help: 'of the draw and of the interval (default: 1)' },
    { name: 'model', value: 'FILE', help: 'a GGUF file of yours (default: the embedded model)' },
    { name: 'threads', value: 'N', help: 'compute threads (default: 1)' },
    { name: 'answers', value: 'FILE', help: 'write each case with both answers there, as lines of JSON' },
  ],
  note: 'What is made better is judged by --split tuning while it is made, and by report once. HumanEval is reported, not judged.',

  async run({ values, log }) {
    const options = completionOptions(values);
    const cases = chooseCases(readCases(options.splits), options);
    if (cases.length === 0) throw new BadUsage(`no case of ${options.splits.join(', ')} is in ${options.language}.`);
    return await evaluate(cases, options, log);
  },
};

/** @throws BadUsage for a value that cannot be meant, or a file that cannot be used. */
export function completionOptions(values: BenchValues): CompletionOptions {
  const { cases, language, model, answers } = values;
  if (model !== undefined) checkModel('model', model);
  if (answers !== undefined) checkWritable('answers', answers);
  const seed = values['seed'];
  const threads = values['threads'];
  return {
    splits: listed('split', values['split'], splits, splitsUsual),
    seed: seed === undefined ? 1 : numberOf('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    threads: threads === undefined ? 1 : countOf('threads', threads, 1, threadsMax),
    ...(cases !== undefined && { count: countOf('cases', cases, 1, casesMax) }),
    ...(language !== undefined && { language: oneOf('language', language, languages) }),
    ...(model !== undefined && { model: path.resolve(model) }),
    ...(answers !== undefined && { answers: path.resolve(answers) }),
  };
}

async function evaluate(
  cases: readonly CompletionCase[],
  options: CompletionOptions,
  log: (line: string) => void,
): Promise<BenchResult> {
  const model = options.model ?? path.join(programs, '..', 'media', 'models', 'tinycode-4m-q8_0.gguf');
  const { threads, answers } = options;
  const engineProgram = path.join(programs, 'engine.mjs');
  const engineLog = (line: string): void => log(`engine: ${line}`);
  const arms = await open({ model, demo: options.model === undefined, threads, engineProgram, log: engineLog });
  let isEnding = false;
  const untidy = tidyOnSignals(() => {
    isEnding = true;
    return arms.close();
  });
  const file = answers === undefined ? undefined : openSync(answers, 'w');
  try {
    const startMs = performance.now();
    const results = await ask(arms, cases, log, (result) => {
      if (file !== undefined) writeSync(file, `${JSON.stringify(answerLine(result))}\n`);
    }).catch((error: unknown) => {
      if (!isEnding) throw error;
    });
    // What was asked last fails with the end that the user wants: the program is about to exit.
    if (results === undefined) return await new Promise<never>(() => undefined);
    const msPerCase = (performance.now() - startMs) / cases.length;
    const settings = { ...options, model: path.basename(model), rawWindow, msPerCase };
    return {
      figures: figuresByName(results, options.seed),
      details: { ...settings, ...detailsOf(results, options.seed) },
      tables: tablesOf(results, options.seed, msPerCase),
    };
  } finally {
    if (file !== undefined) closeSync(file);
    untidy();
    await arms.close();
  }
}

async function open(options: Parameters<typeof Arms.open>[0]): Promise<Arms> {
  try {
    return await Arms.open(options);
  } catch (error) {
    throw new BenchError(error instanceof Error ? error.message : String(error));
  }
}

async function ask(
  arms: Arms,
  cases: readonly CompletionCase[],
  log: (line: string) => void,
  each: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const progress = new Progress({ total: cases.length, what: 'cases', log });
  const results: CaseResult[] = [];
  for (const one of cases) {
    const raw = await arms.raw(one);
    const punctual = await arms.punctual(one);
    const pair = { raw: scoreOf(one, raw), punctual: scoreOf(one, punctual) };
    const result = { case: one, answers: { raw, punctual }, pair };
    results.push(result);
    each(result);
    progress.step();
  }
  return results;
}

function answerLine({ case: one, answers, pair }: CaseResult): Record<string, unknown> {
  const { id, split, language, kind, shape, expected } = one;
  const lines = {
    before: one.before.split('\n').slice(-3).join('\n'),
    after: one.after.split('\n').slice(0, 3).join('\n'),
  };
  return { id, split, language, kind, shape, ...lines, expected, ...answers, scores: pair };
}
