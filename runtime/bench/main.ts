/** The benches: `node dist/bench.mjs NAME [--json] [--quick] [options of the bench]`. One bench = one file; each prints figures by name. */
import { reasonOf } from '../disk/reason.ts';
import { aims } from './aims.ts';
import { type Asked, readArguments } from './arguments.ts';
import { BadInput, BadUsage, type Bench, BenchError, type BenchResult } from './bench.ts';
import { engineBench } from './engine/index.ts';
import { helpOf, overviewOf } from './help.ts';
import { idleBench } from './idle/bench.ts';
import { keystrokesBench } from './keystrokes/bench.ts';
import { overhead } from './overhead.ts';
import { parking } from './parking.ts';
import { replayBench } from './replay/bench.ts';
import { requestsBench } from './requests/bench.ts';
import { residencyBench } from './residency/bench.ts';
import { saberBench } from './saber/bench.ts';
import { schedulerBench } from './scheduler/bench.ts';
import { speculation } from './speculation.ts';
import { swapBench } from './swap/bench.ts';
import { figureTable, tablesText } from './tables.ts';
import { typingBench } from './typing/bench.ts';
import { windowsBench } from './windows/bench.ts';
import { workflowBench } from './workflow/bench.ts';

const benches: readonly Bench[] = [
  overhead,
  engineBench,
  saberBench,
  replayBench,
  workflowBench,
  schedulerBench,
  speculation,
  parking,
  residencyBench,
  swapBench,
  keystrokesBench,
  typingBench,
  requestsBench,
  windowsBench,
  idleBench,
];

const exitCodes = { done: 0, failed: 1, badUsage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  try {
    return await answer(readArguments(args, benches));
  } catch (error) {
    return failure(error, args[0]);
  }
}

async function answer(asked: Asked): Promise<number> {
  switch (asked.kind) {
    case 'overview':
      process.stdout.write(overviewOf(benches));
      return exitCodes.done;
    case 'help':
      process.stdout.write(helpOf(asked.bench));
      return exitCodes.done;
    case 'run': {
      const { bench, json, quick, values } = asked;
      const log = (line: string): void => void process.stderr.write(`${line}\n`);
      const result = await bench.run({ quick, log, values });
      process.stdout.write(json ? jsonOf(bench, quick, result) : textOf(quick, result));
      return exitCodes.done;
    }
    default:
      throw new Error(`Nothing answers ${JSON.stringify(asked satisfies never)}.`);
  }
}

function jsonOf({ name }: Bench, quick: boolean, { figures, details }: BenchResult): string {
  return `${JSON.stringify({ bench: name, quick, figures, details })}\n`;
}

function textOf(quick: boolean, { figures, tables = [figureTable(figures, aims)] }: BenchResult): string {
  return `${tablesText(tables)}\n${quick ? '\nA quick run: the aims are meant for a full one.\n' : ''}`;
}

/** What can be expected to go wrong is a sentence; where a mistake of ours stands belongs into a bug report. */
function failure(error: unknown, name: string | undefined): number {
  const isKnown = benches.some((bench) => bench.name === name);
  const called = isKnown ? `bench ${name}` : 'bench';
  const message = reasonOf(error);
  process.stderr.write(`${called}: ${message}\n`);
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
