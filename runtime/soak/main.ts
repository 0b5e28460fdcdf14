/** The soak: random faults under mixed load, with a seed. `npm run soak -- --json`; ends with 1 when something was lost, doubled or left. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOrExit, type SoakArguments, simulatedPerReal } from './arguments.ts';
import { soakReal } from './real/soak.ts';
import { figuresOf, isClean, type SoakResult, textOf } from './report.ts';
import { soakSimulated } from './simulated/soak.ts';
import { Tally } from './tally.ts';

/** Set by the build from package.json. */
declare const PUNCTUAL_VERSION: string;

/** Of the time there is, when it is bounded. */
const simulatedShare = 0.3;

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function soak({ seed, faults, seconds, parts }: SoakArguments): Promise<SoakResult> {
  const startMs = performance.now();
  const overAfter = (share: number) => (): boolean => performance.now() - startMs > share * seconds * 1_000;
  const tally = new Tally();
  log(`seed ${seed}`);
  const simulatedOptions = { seed, faultsMax: faults * simulatedPerReal, isOver: overAfter(simulatedShare) };
  const simulated = parts.includes('simulated') ? await soakSimulated(simulatedOptions, tally) : undefined;
  const programs = path.dirname(fileURLToPath(import.meta.url));
  const realOptions = { seed, faultsMax: faults, isOver: overAfter(1), programs, version: PUNCTUAL_VERSION, log };
  const real = parts.includes('real') ? await soakReal(realOptions, tally) : undefined;
  return { seed, findings: tally.findings, simulated, real };
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = argumentsOrExit(argv, Math.random, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  if (typeof asked === 'number') return asked;
  const result = await soak(asked);
  const json = { seed: result.seed, figures: figuresOf(result), details: { ...result.findings, ...result.real } };
  process.stdout.write(asked.json ? `${JSON.stringify(json)}\n` : textOf(result));
  return isClean(result.findings) ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
