/** The benches: `node dist/bench.mjs NAME [--json] [--quick] [options of the bench]`. One bench = one file; each prints figures by name. */
import { parseArgs } from 'node:util';
import { BadUsage, type Bench, type BenchResult, type BenchValues } from './bench.ts';
import { engineBench } from './engine/index.ts';
import { overhead } from './overhead.ts';
import { parking } from './parking.ts';
import { replayBench } from './replay/bench.ts';
import { residencyBench } from './residency/bench.ts';
import { saberBench } from './saber/bench.ts';
import { schedulerBench } from './scheduler/bench.ts';
import { speculation } from './speculation.ts';
import { swapBench } from './swap/bench.ts';

const benches: readonly Bench[] = [
  overhead,
  engineBench,
  saberBench,
  replayBench,
  schedulerBench,
  speculation,
  parking,
  residencyBench,
  swapBench,
];

interface Arguments {
  readonly bench: Bench;
  readonly json: boolean;
  readonly quick: boolean;
  readonly values: BenchValues;
}

/** Undefined when what was asked for does not exist: bad usage. */
function readArguments(args: readonly string[]): Arguments | undefined {
  const [name, ...rest] = args;
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench === undefined) return undefined;
  const own = (bench.options ?? []).map((option) => [option, { type: 'string' }] as const);
  try {
    const { values } = parseArgs({
      args: rest,
      options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, ...Object.fromEntries(own) },
    });
    const { json, quick, ...given } = values;
    return { bench, json: json === true, quick: quick === true, values: given };
  } catch {
    return undefined; // An option that does not exist, or one without its value.
  }
}

/** Bad usage ends the program with a sentence, not with a stack. */
async function runBench({ bench, quick, values }: Arguments): Promise<BenchResult> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    return await bench.run({ quick, log, values });
  } catch (error) {
    if (!(error instanceof BadUsage)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const wanted = readArguments(process.argv.slice(2));
if (!wanted) {
  process.stderr.write(
    `usage: bench NAME [--json] [--quick] [options of the bench]\nthere are: ${benches.map(({ name, summary }) => `${name} (${summary})`).join(', ')}\n`,
  );
  process.exit(2);
}
const { bench, json, quick } = wanted;
const { figures, details } = await runBench(wanted);
if (json) {
  process.stdout.write(`${JSON.stringify({ bench: bench.name, quick, figures, details })}\n`);
} else {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(width)}  ${value.toFixed(3)}\n`);
  process.stdout.write(`${JSON.stringify(details)}${quick ? '  quick: true' : ''}\n`);
}
process.exit(0);
