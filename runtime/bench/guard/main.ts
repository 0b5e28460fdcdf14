/**
 * `npm run bench:guard [-- --accept[=better|all]]`: measures the guarded figures, compares them with the committed baseline, and fails
 * naming those that became worse. Accepted values are written to the baseline, so that a change of them is seen in a commit.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepted, baselineSchema, compare, passes } from './compare.ts';
import { measureFigures } from './figures.ts';

const usage = 'usage: bench:guard [--accept | --accept=better | --accept=all]\n';

/** Undefined when nothing is to be accepted; null for bad usage. */
function acceptedKind(args: readonly string[]): 'better' | 'all' | undefined | null {
  const [first, ...others] = args;
  if (first === undefined) return undefined;
  if (others.length > 0) return null;
  if (first === '--accept' || first === '--accept=better') return 'better';
  return first === '--accept=all' ? 'all' : null;
}

// The program is dist/bench-guard.mjs.
const file = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  'runtime',
  'bench',
  'guard',
  'baseline.json',
);

async function main(): Promise<number> {
  const accept = acceptedKind(process.argv.slice(2));
  if (accept === null) {
    process.stderr.write(usage);
    return 2;
  }
  const baseline = baselineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const figures = await measureFigures((line) => void process.stderr.write(`${line}\n`));
  const verdicts = compare(baseline, figures);
  const changes = verdicts.filter(({ kind }) => kind !== 'same');
  for (const { sentence } of changes) process.stdout.write(`${sentence}\n`);
  process.stdout.write(`${verdicts.length - changes.length} of ${verdicts.length} figures are as before.\n`);
  if (accept === undefined) {
    if (passes(verdicts) && changes.length > 0) process.stdout.write('Better figures: keep them with --accept.\n');
    return passes(verdicts) ? 0 : 1;
  }
  const next = accepted(baseline, figures, accept);
  writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
  return passes(compare(next, figures)) ? 0 : 1;
}

process.exitCode = await main();
