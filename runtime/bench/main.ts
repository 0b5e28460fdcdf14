/** The benches: `node dist/bench.mjs NAME [--json] [--quick]`. One bench = one file; each prints figures by name. */
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { overhead } from './overhead.ts';

const benches: readonly Bench[] = [overhead];

interface Arguments {
  readonly bench: Bench;
  readonly json: boolean;
  readonly quick: boolean;
}

/** Undefined when what was asked for does not exist: bad usage. */
function readArguments(args: readonly string[]): Arguments | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const bench = positionals.length === 1 ? benches.find(({ name }) => name === positionals[0]) : undefined;
    return bench && { bench, ...values };
  } catch {
    return undefined; // An option that does not exist.
  }
}

const wanted = readArguments(process.argv.slice(2));
if (!wanted) {
  process.stderr.write(
    `usage: bench NAME [--json] [--quick]\nthere are: ${benches.map(({ name, summary }) => `${name} (${summary})`).join(', ')}\n`,
  );
  process.exit(2);
}
const { bench, json, quick } = wanted;
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const { figures, details } = await bench.run({ quick, log });
if (json) {
  process.stdout.write(`${JSON.stringify({ bench: bench.name, quick, figures, details })}\n`);
} else {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(width)}  ${value.toFixed(3)}\n`);
  process.stdout.write(`${JSON.stringify(details)}${quick ? '  quick: true' : ''}\n`);
}
process.exit(0);
