/** `punctual eval prompts`: the answers to each prompt on fixed cases, judged without another model; and a changed prompt against the shipped one. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadUsage, BenchError, type BenchResult, type BenchValues } from '../../bench/bench.ts';
import { checkModel, checkWritable } from '../../bench/files.ts';
import { countOf, numberOf } from '../../bench/options.ts';
import { Progress } from '../../bench/progress.ts';
import { tidyOnSignals } from '../../bench/signals.ts';
import { Prompts } from '../../features/prompts/library.ts';
import type { ChosenModel } from '../../features/tasks.ts';
import { Workflows } from '../../features/workflows/workflows.ts';
import { Syntax } from '../../syntax/index.ts';
import type { Eval } from '../eval.ts';
import { openLoop } from '../loop.ts';
import { ChangedPrompts } from './changed.ts';
import { type CaseJudged, evaluate, type ToJudge } from './evaluate.ts';
import { figuresByName, promptFigures, tablesOf } from './report.ts';
import { casesFor, type PromptTask, promptTasks } from './subjects.ts';

const casesMax = 100;
const threadsMax = 256;
/** Of a model of the user's own; the embedded one has no more than half of it. */
const contextTokens = { own: 8_192, demo: 2_048 } as const;

/** Where the built programs stand; this file is bundled into one of them. */
const programs = path.dirname(fileURLToPath(import.meta.url));
const shippedFolder = path.join(programs, '..', 'media', 'prompts');

export interface PromptsOptions {
  readonly tasks: readonly PromptTask[];
  readonly count?: number;
  readonly seed: number;
  readonly threads: number;
  /** A model of the user's own instead of the embedded one. */
  readonly model?: string;
  readonly changed?: ChangedPrompts;
  readonly answers?: string;
}

export const promptsEval: Eval = {
  name: 'prompts',
  summary: 'the answers to each prompt, judged by rules, and a changed prompt against the shipped one',
  names: { value: 'PROMPT', among: promptTasks },
  options: [
    { name: 'model', value: 'FILE', help: 'a GGUF file of yours (default: the embedded model, which is weak)' },
    {
      name: 'prompt-dir',
      value: 'DIR',
      help: 'changed prompts, such as .punctual/prompts: asked beside the shipped ones',
    },
    { name: 'cases', value: 'N', help: 'the first N of each prompt only (default: all)' },
    { name: 'seed', value: 'N', help: 'of the intervals (default: 1)' },
    { name: 'threads', value: 'N', help: 'compute threads (default: 1)' },
    { name: 'answers', value: 'FILE', help: 'write each answer with its scores there, as lines of JSON' },
  ],
  note: 'Rules see whether names exist and code parses, not whether an answer is right: look at --answers, too.',

  async run({ names, values, log }) {
    const options = promptsOptions(names, values);
    const cases = options.tasks.flatMap((task): ToJudge[] =>
      casesFor(task)
        .slice(0, options.count)
        .map((one) => ({ task, one })),
    );
    const judged = await judge(cases, options, log);
    const prompts = promptFigures(judged, options.seed);
    const model = options.model === undefined ? 'embedded' : path.basename(options.model);
    return {
      figures: figuresByName(prompts),
      details: { model, prompts },
      tables: tablesOf(prompts),
    } satisfies BenchResult;
  },
};

/** @throws BadUsage for a value that cannot be meant, or what cannot be used. */
export function promptsOptions(names: readonly string[], values: BenchValues): PromptsOptions {
  const { model, cases, answers, seed, threads } = values;
  const folder = values['prompt-dir'];
  if (model !== undefined) checkModel('model', model);
  if (answers !== undefined) checkWritable('answers', answers);
  const changed =
    folder === undefined ? undefined : new ChangedPrompts(new Prompts(shippedFolder), path.resolve(folder));
  return {
    tasks: chosenTasks(names, changed),
    seed: seed === undefined ? 1 : numberOf('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    threads: countOf('threads', threads, 1, threadsMax),
    ...(cases !== undefined && { count: countOf('cases', cases, 1, casesMax) }),
    ...(model !== undefined && { model: path.resolve(model) }),
    ...(answers !== undefined && { answers: path.resolve(answers) }),
    ...(changed && { changed }),
  };
}

/** Those that are named; else those that were changed; else all. */
function chosenTasks(names: readonly string[], changed: ChangedPrompts | undefined): PromptTask[] {
  const named = promptTasks.filter((task) => names.includes(task));
  const missing = changed && named.find((task) => !changed.tasks.includes(task));
  if (missing !== undefined) throw new BadUsage(`--prompt-dir has no ${missing}.md to be compared.`);
  return named.length > 0 ? named : (changed?.tasks ?? promptTasks);
}

async function judge(
  cases: readonly ToJudge[],
  options: PromptsOptions,
  log: (line: string) => void,
): Promise<CaseJudged[]> {
  const { threads, answers, model } = options;
  const demo = model === undefined;
  const own = { model: model ?? path.join(programs, '..', 'media', 'models', 'tinycode-4m-q8_0.gguf'), threads };
  const context = demo ? contextTokens.demo : contextTokens.own;
  const engine = { engineProgram: path.join(programs, 'engine.mjs'), log: (line: string) => log(`engine: ${line}`) };
  const loop = openLoop({ ...own, ...engine, contextTokens: context });
  let isEnding = false;
  const untidy = tidyOnSignals(() => {
    isEnding = true;
    return loop.close();
  });
  const file = answers === undefined ? undefined : openSync(answers, 'w');
  const progress = new Progress({ total: cases.length, what: 'cases', log });
  const stillMs = (): number => 0;
  // That it follows instructions is taken for granted; one that has no template for them says so, and is asked as the product would.
  const chosen: ChosenModel = {
    ...{ id: 'eval', name: path.basename(own.model), demo, chosen: true, contextTokens: context },
    ...(!demo && { instructed: true }),
  };
  try {
    return await evaluate(cases, {
      kit: {
        tasks: loop,
        models: { choose: () => chosen, describe: () => chosen },
        workflows: new Workflows({ now: () => loop.now() }),
        syntax: new Syntax(path.join(programs, 'grammars'), stillMs),
      },
      shipped: new Prompts(shippedFolder),
      changed: options.changed,
      onCase: (judged) => {
        if (file !== undefined) writeSync(file, `${JSON.stringify(judged)}\n`);
        progress.step();
      },
    });
  } catch (error) {
    // What was asked last fails with the end that the user wants: the program is about to exit.
    if (isEnding) return await new Promise<never>(() => undefined);
    if (error instanceof BenchError) throw error;
    throw new BenchError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
    untidy();
    await loop.close();
  }
}
