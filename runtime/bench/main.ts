/** The benches: `node dist/bench.mjs NAME [--json] [--quick]`. One bench = one file; each prints figures by name. */
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { overhead } from './overhead.ts';

const benches: readonly Bench[] = [overhead];

const { positionals, values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const bench = benches.find(({ name }) => name === positionals[0]);
if (!bench) {
  process.stderr.write(
    `usage: bench NAME [--json] [--quick]\nthere are: ${benches.map(({ name, summary }) => `${name} (${summary})`).join(', ')}\n`,
  );
  process.exit(2);
}
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const { figures, details } = await bench.run({ quick: values.quick, log });
if (values.json) {
  process.stdout.write(`${JSON.stringify({ bench: bench.name, quick: values.quick, figures, details })}\n`);
} else {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(width)}  ${value.toFixed(3)}\n`);
  process.stdout.write(`${JSON.stringify(details)}${values.quick ? '  quick: true' : ''}\n`);
}
process.exit(0);
