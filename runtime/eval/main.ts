/** The evals: `node dist/eval.mjs NAME [--json] [options of the eval]`. One eval = one file; each prints figures by name. */
import { BadInput, BadUsage, BenchError } from '../bench/bench.ts';
import { figureTable, tablesText } from '../bench/tables.ts';
import { type Asked, readArguments } from './arguments.ts';
import { aims, completionEval } from './completion.ts';
import { contextEval } from './context.ts';
import type { Eval } from './eval.ts';
import { promptsEval } from './prompts/prompts.ts';

const evals: readonly Eval[] = [completionEval, contextEval, promptsEval];

const exitCodes = { done: 0, failed: 1, badUsage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  try {
    return await answer(readArguments(args, evals));
  } catch (error) {
    return failure(error, args[0]);
  }
}

async function answer(asked: Asked): Promise<number> {
  switch (asked.kind) {
    case 'help':
      process.stdout.write(asked.text);
      return exitCodes.done;
    case 'run': {
      const { chosen, json, names, values } = asked;
      const log = (line: string): void => void process.stderr.write(`${line}\n`);
      const { figures, details, tables = [] } = await chosen.run({ names, values, log });
      const text = tablesText([...tables, figureTable(figures, aims)]);
      process.stdout.write(json ? `${JSON.stringify({ eval: chosen.name, figures, details })}\n` : `${text}\n`);
      return exitCodes.done;
    }
    default:
      throw new Error(`Nothing answers ${JSON.stringify(asked satisfies never)}.`);
  }
}

/** What can be expected to go wrong is a sentence; where a mistake of ours stands belongs into a bug report. */
function failure(error: unknown, name: string | undefined): number {
  const called = evals.some((one) => one.name === name) ? `eval ${name}` : 'eval';
  process.stderr.write(`${called}: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof BadUsage) {
    if (!(error instanceof BadInput)) process.stderr.write(`'punctual ${called} --help' says what there is.\n`);
    return exitCodes.badUsage;
  }
  if (!(error instanceof BenchError) && error instanceof Error && process.env['PUNCTUAL_DEBUG'])
    process.stderr.write(`${error.stack}\n`);
  return exitCodes.failed;
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', () => process.exit(exitCodes.done));
process.exit(await main(process.argv.slice(2)));
